"""When a consumer's dead letters are a flood, and when it is over."""

from services.infra.consuming.breaker import FloodBreaker, FloodRules

RULES = FloodRules(share=0.5, letters=4, window=10, pause=60.0)


def flooded() -> FloodBreaker:
    breaker = FloodBreaker(RULES)
    assert [breaker.note_letter(0.0) for _ in range(4)] == [False, False, False, True]
    return breaker


def test_few_letters_are_no_flood_whatever_their_share() -> None:
    breaker = FloodBreaker(RULES)
    for _ in range(3):
        breaker.note_letter(0.0)
    assert breaker.admits(0.0) is None


def test_ops_can_let_thousands_of_broken_records_become_letters_by_settings() -> None:
    breaker = FloodBreaker(FloodRules(share=1, letters=10_000, window=10_000))
    assert not any(breaker.note_letter(0.0) for _ in range(9_999))
    assert breaker.admits(0.0) is None


def test_many_letters_among_more_effects_are_none() -> None:
    breaker = FloodBreaker(FloodRules(share=0.5, letters=4, window=20, pause=60.0))
    for _ in range(9):
        breaker.note_effect(0.0)
        breaker.note_effect(0.0)
        breaker.note_letter(0.0)
    assert not breaker.is_open


def test_what_is_long_ago_does_not_count() -> None:
    breaker = FloodBreaker(RULES)
    for _ in range(3):
        breaker.note_letter(0.0)
    for _ in range(10):
        breaker.note_effect(0.0)
    assert not breaker.note_letter(0.0)


def test_a_flood_lets_nothing_through_and_after_a_pause_one() -> None:
    breaker = flooded()
    assert (breaker.admits(59.9), breaker.admits(60.0)) == (0, 1)
    assert breaker.due() == 60.0


def test_effects_of_what_was_under_way_do_not_end_it() -> None:
    breaker = flooded()
    assert not breaker.note_effect(1.0)
    assert breaker.admits(1.0) == 0


def test_the_one_that_is_tried_decides() -> None:
    breaker = flooded()
    assert breaker.note_letter(60.0)
    assert breaker.admits(61.0) == 0
    assert breaker.note_effect(120.0)
    assert breaker.admits(120.0) is None
    assert not breaker.note_letter(121.0)
