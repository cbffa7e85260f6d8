"""What is in hand of a partition: order per key, and how far it is done."""

from services.infra.consuming.window import ROOM, Pending, Window
from services.infra.consuming.work import Received
from services.shared.replays import RawRecord


def received(offset: int, key: str) -> Received:
    record = RawRecord(topic="caravan.orders", key=key.encode(), value=b"{}", headers=())
    return Received(record=record, partition=0, offset=offset, timestamp=offset)


def window_of(keys: str) -> Window:
    window = Window()
    window.admit([received(offset, key) for offset, key in enumerate(keys)])
    return window


def offsets(window: Window, now: float = 0.0) -> list[int]:
    return [each.received.offset for each in window.ready(now)]


def at(window: Window, offset: int) -> Pending:
    return next(each for each in window.ready(1e9) if each.received.offset == offset)


def test_what_may_be_committed_ends_before_the_oldest_that_is_not_done() -> None:
    window = window_of("abcd")
    for offset, progress in ((1, None), (0, 2), (3, None), (2, 4)):
        window.finish(at(window, offset))
        assert window.take_progress() == progress
    assert window.take_progress() is None
    assert (window.in_hand, window.oldest, window.due()) == (0, None, None)


def test_a_parked_key_holds_back_its_records_and_no_others_until_it_is_due() -> None:
    window = window_of("abab")
    window.park(at(window, 0), 5.0)
    assert offsets(window, 4.9) == [1, 3]
    assert window.due() == 0.0
    for offset in (1, 3):
        window.finish(at(window, offset))
    assert window.due() == 5.0
    assert offsets(window, 5.0) == [0, 2]
    window.finish(at(window, 0))
    assert window.parked_keys == 0


def test_a_partition_that_rests_rests_longer_each_time_until_something_is_done() -> None:
    window = window_of("ab")
    assert [window.rest(0.0, 0.2, 0.5) for _ in range(3)] == [0.2, 0.4, 0.5]
    assert offsets(window, 0.49) == []
    assert window.due() == 0.5
    window.finish(at(window, 0))
    assert window.rest(1.0, 0.2, 0.5) == 0.2


def test_it_is_full_while_an_old_record_is_not_done_however_many_behind_it_are() -> None:
    window = window_of("a" + "b" * (ROOM - 1))
    window.park(at(window, 0), 5.0)
    for pending in list(window.ready(0.0)):
        window.finish(pending)
    assert window.is_full
    window.finish(at(window, 0))
    assert not window.is_full
