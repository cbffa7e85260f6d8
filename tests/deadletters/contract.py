"""What every DeadLetterStore promises; run against the one in memory and the real one."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from services.deadletters.models import (
    Backlog,
    DeadLetter,
    LetterFilter,
    LetterStatus,
    Replay,
    Selection,
)
from services.deadletters.ports import DeadLetterStore
from services.shared.replays import Disposition, RawRecord, Verdict
from tests.deadletters.makers import CONSUMER, FAILED_AT, TOPIC, a_letter

ALL = LetterFilter(status=None)
LATE = FAILED_AT + timedelta(hours=1)
VARIED = (
    a_letter(1, event_type="a"),
    a_letter(2, consumer="other", error_type="ValueError", status=LetterStatus.QUARANTINED),
    a_letter(3, event_type="a", last_failed_at=LATE),
    a_letter(4, topic="caravan.orders", event_type=None, disposition=None),
    a_letter(5, status=LetterStatus.DISCARDED, handled_at=FAILED_AT, note="ops: not needed"),
    a_letter(6, fingerprint="f", status=LetterStatus.REPLAYED),
)


def places(letters: tuple[DeadLetter, ...]) -> list[str]:
    return [letter.place for letter in letters]


class DeadLetterStoreContract:
    """Subclasses offer a fixture `store`."""

    async def test_a_letter_and_its_record_are_kept_whole(self, store: DeadLetterStore) -> None:
        replay = Replay(redrive_id="r1", actor_id="ops", at=LATE, verdict=Verdict.FAILED, detail="again", reason="why")
        stored = a_letter(1, history=(replay,), replays=1, disposition=None, handled_at=LATE, note="why")
        odd = RawRecord(topic=TOPIC, key=None, value=b"\x00\xff", headers=(("a", None), ("a", b"\xff"), ("", b"")))
        assert await store.insert([replace(stored, record=odd)]) == 1
        assert await store.by_ids([stored.letter.id, "nobody"]) == (stored.letter,)
        assert await store.with_records([stored.letter.id, "nobody"]) == (replace(stored, record=odd),)

    async def test_a_letter_that_comes_again_changes_nothing(self, store: DeadLetterStore) -> None:
        first, again = a_letter(1), a_letter(1, place="p999", status=LetterStatus.DISCARDED)
        assert await store.insert([first]) == 1
        assert await store.insert([again, a_letter(2)]) == 1
        assert await store.insert([]) == 0
        assert await store.by_ids([first.letter.id]) == (first.letter,)

    async def test_of_several_that_bring_the_same_letters_each_is_counted_once(self, store: DeadLetterStore) -> None:
        letters = [a_letter(number) for number in range(20)]
        assert sum(await asyncio.gather(*(store.insert(letters) for _ in range(4)))) == 20

    async def test_pages_are_newest_first_and_go_on_where_the_last_one_ended(self, store: DeadLetterStore) -> None:
        await store.insert(VARIED)
        assert places(await store.page(ALL, None, 4)) == ["p006", "p005", "p004", "p003"]
        assert places(await store.page(ALL, "p003", 4)) == ["p002", "p001"]

    async def test_each_filter_narrows(self, store: DeadLetterStore) -> None:
        await store.insert(VARIED)
        expected = {
            LetterFilter(): ["p004", "p003", "p001"],
            LetterFilter(status=LetterStatus.QUARANTINED): ["p002"],
            LetterFilter(topic="caravan.orders"): ["p004"],
            LetterFilter(consumer="other", status=None): ["p002"],
            LetterFilter(event_type="a"): ["p003", "p001"],
            LetterFilter(error_type="ValueError", status=None): ["p002"],
            LetterFilter(fingerprint="f", status=None): ["p006"],
            LetterFilter(consumer=CONSUMER, event_type="a", topic="caravan.orders"): [],
        }
        for wanted, found in expected.items():
            assert places(await store.page(wanted, None, 10)) == found
            assert await store.count(wanted) == len(found)

    async def test_groups_count_what_failed_alike(self, store: DeadLetterStore) -> None:
        await store.insert(VARIED)
        largest, *others = await store.groups(ALL, 10)
        assert (largest.consumer, largest.event_type, largest.error_type) == (CONSUMER, "a", "builtins.KeyError")
        assert (largest.count, largest.newest) == (2, LATE)
        assert largest.oldest == VARIED[0].letter.first_failed_at
        assert largest.error_message in {"no shelf '1'", "no shelf '3'"}
        assert {group.count for group in others} == {1}
        assert None in {group.event_type for group in others}
        assert sum(group.count for group in await store.groups(ALL, 10)) == len(VARIED)
        assert await store.groups(ALL, 1) == (largest,)
        assert [group.consumer for group in await store.groups(LetterFilter(consumer="other"), 10)] == []

    async def test_the_newest_place_is_known(self, store: DeadLetterStore) -> None:
        assert await store.newest_place() == ""
        await store.insert(VARIED)
        assert await store.newest_place() == "p006"

    async def test_open_letters_are_walked_through_oldest_first(self, store: DeadLetterStore) -> None:
        await store.insert(VARIED)
        parked = Selection(wanted=LetterFilter())
        assert places(await store.open_between(parked, "", "p006", 2)) == ["p001", "p003"]
        assert places(await store.open_between(parked, "p003", "p006", 2)) == ["p004"]
        assert places(await store.open_between(parked, "", "p003", 9)) == ["p001", "p003"]
        named = Selection(ids=tuple(stored.letter.id for stored in VARIED[1:]))
        assert places(await store.open_between(named, "", "p006", 9)) == ["p002", "p003", "p004"]

    async def test_a_change_takes_the_place_of_what_was_read(self, store: DeadLetterStore) -> None:
        await store.insert(VARIED)
        replay = Replay(redrive_id="r1", actor_id="ops", at=LATE, verdict=Verdict.APPLIED)
        changed = [
            replace(
                stored.letter,
                status=LetterStatus.REPLAYED,
                replays=1,
                history=(replay,),
                note="a note",
                handled_at=LATE,
                error_type="e",
                error_message="m",
                fingerprint="f",
                last_failed_at=LATE,
                revision=2,
            )
            for stored in VARIED[:2]
        ]
        assert await store.replace_all(changed)
        assert set(await store.by_ids([letter.id for letter in changed])) == set(changed)
        assert (await store.with_records([VARIED[0].letter.id]))[0].record == VARIED[0].record

    async def test_where_another_writer_was_first_nothing_is_changed(self, store: DeadLetterStore) -> None:
        await store.insert(VARIED)
        first, second = VARIED[0].letter, VARIED[1].letter
        assert await store.replace_all([replace(first, note="first", revision=2)])
        assert not await store.replace_all(
            [replace(second, note="late", revision=2), replace(first, note="late", revision=2)]
        )
        assert {letter.note for letter in await store.by_ids([first.id, second.id])} == {"first", None}

    async def test_what_waits_is_counted_by_kind(self, store: DeadLetterStore) -> None:
        await store.insert(VARIED)
        since = VARIED[0].letter.first_failed_at
        exhausted, parked = Disposition.EXHAUSTED, LetterStatus.PARKED
        assert set(await store.backlog()) == {
            Backlog(consumer=CONSUMER, status=parked, disposition=exhausted, count=2, oldest=since),
            Backlog(consumer=CONSUMER, status=parked, disposition=None, count=1, oldest=since),
            Backlog(consumer="other", status=LetterStatus.QUARANTINED, disposition=exhausted, count=1, oldest=since),
        }

    async def test_a_letter_of_a_megabyte_is_kept(self, store: DeadLetterStore) -> None:
        large = replace(a_letter(1), record=RawRecord(topic=TOPIC, key=None, value=b"x" * 2**20, headers=()))
        await store.insert([large])
        assert (await store.with_records([large.letter.id]))[0].record == large.record
