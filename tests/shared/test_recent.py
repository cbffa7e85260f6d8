"""The bounded memory of what was written last."""

from services.shared.recent import Recent


def test_the_latest_is_given_once() -> None:
    recent: Recent[int] = Recent()
    recent.keep("a", 1)
    recent.keep("a", 2)
    assert (recent.look("a"), recent.look("a"), recent.look("b")) == (2, 2, None)
    assert (recent.take("a"), recent.take("a"), recent.look("a"), recent.take("b")) == (2, None, None, None)


def test_the_oldest_is_forgotten_first() -> None:
    recent: Recent[int] = Recent(most=2)
    for key in ("a", "b", "a", "c"):
        recent.keep(key, 1)
    assert [recent.take(key) for key in ("a", "b", "c")] == [1, None, 1]
