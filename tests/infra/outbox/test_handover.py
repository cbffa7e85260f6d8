"""What goes from the commit to the relay without a look: only what is known to be the next of its aggregate."""

import pytest

from services.infra.outbox import handover
from services.infra.outbox.handover import HandOver
from services.infra.outbox.rows import told
from services.infra.transaction import added
from tests.infra.test_outbox import event


def fresh() -> HandOver:
    """As after a look that found nothing."""
    hand_over = HandOver()
    hand_over.needs_look = False
    return hand_over


def hear(hand_over: HandOver, *words: str) -> None:
    """Events such as "a1", the first one of a, are committed."""
    for word in words:
        hand_over.take_in([added("orders", {"_id": 1}), *told([event(word, word[0], int(word[1:]))])])


def gone(hand_over: HandOver, *words: str) -> None:
    hand_over.note_gone([event(word, word[0], int(word[1:])) for word in words])


def batch(hand_over: HandOver, most: int = 10) -> list[str]:
    return [each.id for each in hand_over.next_batch(most)]


def test_first_events_and_their_followers_go_at_once() -> None:
    hand_over = fresh()
    hear(hand_over, "a1", "b1", "a2")
    assert (batch(hand_over, 2), batch(hand_over, 2)) == (["a1", "b1"], [])
    assert hand_over.needs_look, "a1 was taken and is not known to have gone"


def test_one_whose_predecessor_has_gone_goes_at_once() -> None:
    hand_over = fresh()
    gone(hand_over, "a7")
    hear(hand_over, "a8", "a9")
    assert batch(hand_over) == ["a8", "a9"]
    assert not hand_over.needs_look


@pytest.mark.parametrize("known", [(), ("a6",), ("b7",)])
def test_one_whose_predecessor_may_still_wait_waits_for_a_look(known: tuple[str, ...]) -> None:
    hand_over = fresh()
    gone(hand_over, *known)
    hear(hand_over, "a8", "a9", "c1")
    assert batch(hand_over) == ["c1"]
    assert hand_over.needs_look


def test_what_a_look_has_found_before_is_not_published_twice() -> None:
    hand_over = fresh()
    hear(hand_over, "a1", "a2")
    gone(hand_over, "a1", "a2")
    assert batch(hand_over) == []
    assert not hand_over.needs_look


def test_another_term_begins_without_any_knowledge() -> None:
    hand_over = fresh()
    gone(hand_over, "a1")
    hear(hand_over, "b1")
    hand_over.forget()
    hear(hand_over, "a2")
    assert batch(hand_over) == []
    assert hand_over.needs_look


def test_memory_is_bounded_and_what_is_too_much_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handover, "MOST", 3)
    hand_over = fresh()
    hear(hand_over, "a1", "b1", "c1", "d1")
    assert hand_over.needs_look
    assert len(hand_over) == 0


def test_it_knows_what_this_process_committed() -> None:
    hand_over = fresh()
    hear(hand_over, "a1")
    assert (hand_over.has_heard_of("a1"), hand_over.has_heard_of("b1")) == (True, False)
