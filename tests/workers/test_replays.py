"""What redrives do in a process can be seen in its metrics."""

from prometheus_client import REGISTRY

from activities.replays import ParkedHeader, ParkedRecord, ParkedRecords, text_of_bytes
from tests.redrive.consumer import MemoryConsumer
from workers.replays import replays_of


def counted(verdict: str) -> float:
    labels = {"consumer": "counted-notes", "verdict": verdict}
    return REGISTRY.get_sample_value("caravan_dead_letters_replayed_total", labels) or 0


def parked(event: str) -> ParkedRecord:
    headers = {"ce_id": event, "ce_sequence": "1"}
    return ParkedRecord(
        letter_id=event,
        consumer="counted-notes",
        service="catalog",
        topic="caravan.inventory",
        key=None,
        value=None,
        headers=tuple(ParkedHeader(name=name, value=text_of_bytes(text.encode())) for name, text in headers.items()),
    )


async def test_replays_are_counted_by_what_came_of_them_and_questions_are_not() -> None:
    consumer = MemoryConsumer()
    consumer.fails = lambda event: event == "bad"
    replays = replays_of({"catalog": {"counted-notes": consumer}, "orders": {}})
    assert set(replays) == {"catalog"}
    wish = ParkedRecords(records=(parked("e1"), parked("e1"), parked("bad")))
    told = await replays["catalog"].preview(wish)
    assert [each.verdict for each in told.letters] == ["WOULD_APPLY", "WOULD_APPLY", "WOULD_FAIL"]
    assert counted("APPLIED") == 0
    await replays["catalog"].apply(wish)
    assert [counted(verdict) for verdict in ("APPLIED", "DUPLICATE", "FAILED")] == [1, 1, 1]
