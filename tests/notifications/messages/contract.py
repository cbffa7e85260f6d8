"""What every MessageStore and LaneStore promises; run against those in memory and the real ones."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from services.notifications.events import message_event
from services.notifications.models import (
    Channel,
    Lane,
    LanePause,
    Message,
    Reason,
    Source,
    SourceKind,
    Status,
    Template,
    message_id_of,
    place_of,
)
from services.notifications.ports import LaneStore, MessageStore
from services.shared.events import Event
from tests.notifications.makers import LEASE, MOMENT, a_campaign_message, a_claim, a_message, settled

SECOND = timedelta(seconds=1)
CAMPAIGN = "c1"


class Kept(Protocol):
    """A store of messages, and what it stores beside them."""

    store: MessageStore

    async def events(self) -> Sequence[Event]:
        """What was told, in the order of its numbers."""
        ...

    async def counts(self) -> tuple[int, int, int]:
        """The campaign's: sent, skipped, failed."""
        ...


def event_of(message: Message, sequence: int) -> Event:
    return message_event(message, f"event-{message.id}-{message.status}-{sequence}", sequence)


async def one(store: MessageStore, message: Message) -> Message:
    return (await store.by_ids([message.id]))[0]


class MessageStoreContract:
    """Subclasses offer a fixture `kept`."""

    async def test_a_message_is_kept_whole(self, kept: Kept) -> None:
        odd = replace(a_message(), facts={"odd": [1, {"a": None}], "text": "é€😀"}, subject="Ünder€", detail="why")
        claim = a_claim()
        sending = replace(
            odd, source=Source(kind=SourceKind.EVENT, id="e2"), id="m2", status=Status.SENDING, claim=claim
        )
        ended = replace(settled(odd, Status.FAILED, Reason.GIVEN_UP), id="m3", attempts=7, unknown_attempts=2)
        assert await kept.store.insert([odd, sending, ended]) == 3
        found = {message.id: message for message in await kept.store.by_ids([odd.id, "m2", "m3", "nobody"])}
        assert found == {odd.id: odd, "m2": sending, "m3": ended}
        assert await kept.store.by_ids([]) == ()

    async def test_every_template_category_and_reason_can_be_kept(self, kept: Kept) -> None:
        messages = [replace(a_message(template), template=template) for template in Template]
        messages += [replace(settled(a_message(reason), Status.SKIPPED, reason)) for reason in Reason]
        assert await kept.store.insert(messages) == len(messages)

    async def test_one_source_says_something_to_one_person_once(self, kept: Kept) -> None:
        first = a_message()
        again = replace(a_message(), subject="something else")
        assert await kept.store.insert([first]) == 1
        assert await kept.store.insert([again, a_message("e2"), a_message(user="u2")]) == 2
        assert await one(kept.store, first) == first
        assert await kept.store.insert([]) == 0

    async def test_of_several_that_make_the_same_messages_each_is_counted_once(self, kept: Kept) -> None:
        messages = [a_message(f"e{number}") for number in range(12)]
        assert sum(await asyncio.gather(*(kept.store.insert(messages) for _ in range(4)))) == 12

    async def test_a_users_messages_are_listed_newest_first_and_go_on_where_the_page_ended(self, kept: Kept) -> None:
        mine = [a_message(f"e{number}", queued=SECOND * (number // 2)) for number in range(6)]
        await kept.store.insert([*mine, a_message("e1", "u2")])
        newest = sorted(mine, key=place_of, reverse=True)
        assert list(await kept.store.page("u1", None, 4)) == newest[:4]
        assert list(await kept.store.page("u1", place_of(newest[3]), 4)) == newest[4:]
        assert await kept.store.page("u3", None, 4) == ()

    async def test_an_events_messages_are_found(self, kept: Kept) -> None:
        await kept.store.insert([a_message(), a_message("e2"), a_campaign_message(campaign="e1")])
        assert await kept.store.of_source(Source(kind=SourceKind.EVENT, id="e1")) == (a_message(),)

    async def test_a_campaigns_positions_are_found_in_their_order(self, kept: Kept) -> None:
        others = [a_campaign_message(1, campaign="c2"), a_message()]
        await kept.store.insert([*map(a_campaign_message, (5, 3, 1, 0, 4)), *others])
        assert [message.position for message in await kept.store.of_positions(CAMPAIGN, 1, 5)] == [1, 3, 4]
        assert await kept.store.of_positions(CAMPAIGN, 0, 1) == (a_campaign_message(0),)
        assert await kept.store.of_positions(CAMPAIGN, 6, 9) == ()

    async def test_what_waits_can_be_told_what_to_tell_of(self, kept: Kept) -> None:
        waits, claimed, other = map(a_campaign_message, (0, 1, 2))
        await kept.store.insert([waits, claimed, other])
        await kept.store.claim((claimed,), a_claim())
        for words in ("soon", "now"):
            facts = {message.id: {"offers": [{"name": words}]} for message in (waits, claimed)}
            await kept.store.give_facts({**facts, "unknown": {"offers": []}})
        assert await one(kept.store, waits) == replace(waits, facts={"offers": [{"name": "now"}]})
        assert [(await one(kept.store, each)).facts for each in (claimed, other)] == [{}, {}]
        await kept.store.give_facts({})

    async def test_a_claim_is_of_one_alone(self, kept: Kept) -> None:
        await kept.store.insert([a_message()])
        claims = [a_claim(f"claim-{number}") for number in range(6)]
        got = await asyncio.gather(*(kept.store.claim((a_message(),), claim) for claim in claims))
        (claimed,) = [message for messages in got for message in messages]
        assert claimed.claim in claims
        assert claimed == replace(a_message(), status=Status.SENDING, claim=claimed.claim, attempts=1)
        assert await one(kept.store, claimed) == claimed

    async def test_only_what_is_queued_and_due_is_claimed(self, kept: Kept) -> None:
        later = replace(a_message("later"), next_try_at=MOMENT + SECOND)
        ended = [settled(a_message(status), status, Reason.EXPIRED) for status in (Status.SENT, Status.FAILED)]
        await kept.store.insert([later, *ended])
        assert await kept.store.claim((later, *ended, a_message("unknown")), a_claim()) == ()
        (claimed,) = await kept.store.claim((*ended, later), a_claim(at=MOMENT + SECOND))
        assert claimed.id == later.id

    async def test_what_was_tried_meanwhile_is_not_claimed_by_what_was_known_before(self, kept: Kept) -> None:
        often = replace(a_message("e2"), attempts=3)
        await kept.store.insert([a_message(), often])
        await kept.store.claim((a_message(),), a_claim())
        await kept.store.settle([(a_claim(), replace(a_message(), attempts=1))], event_of)
        assert await kept.store.claim((a_message(),), a_claim("claim-2")) == ()
        known = await kept.store.by_ids([a_message().id, often.id])
        claimed = await kept.store.claim(known, a_claim("claim-2"))
        assert {message.id: message.attempts for message in claimed} == {a_message().id: 2, often.id: 4}

    async def test_of_several_that_claim_the_same_messages_each_is_of_one(self, kept: Kept) -> None:
        await kept.store.insert([a_campaign_message(number) for number in range(20)])
        known = await kept.store.of_positions(CAMPAIGN, 0, 20)
        claims = [a_claim(f"claim-{number}") for number in range(5)]
        parts = [known[number * 3 : number * 3 + 8] for number in range(5)]
        got = await asyncio.gather(*(kept.store.claim(part, claim) for part, claim in zip(parts, claims, strict=True)))
        ids = [message.id for messages in got for message in messages]
        assert len(ids) == len(set(ids)) == 20
        for claim, messages in zip(claims, got, strict=True):
            assert {message.claim for message in messages} <= {claim}
            stored = await kept.store.by_ids([message.id for message in messages])
            assert {message.claim for message in stored} <= {claim}

    async def test_a_claim_is_renewed_for_those_who_have_it(self, kept: Kept) -> None:
        mine, other = a_campaign_message(0), a_campaign_message(1)
        await kept.store.insert([mine, other])
        await kept.store.claim((mine,), a_claim())
        await kept.store.claim((other,), a_claim("claim-2"))
        longer = replace(a_claim(), until=MOMENT + 2 * LEASE)
        await kept.store.renew([mine.id, other.id], longer)
        assert (await one(kept.store, mine)).claim == longer
        assert (await one(kept.store, other)).claim == a_claim("claim-2")

    async def test_a_delivery_begins_for_those_who_have_the_claim(self, kept: Kept) -> None:
        messages = [a_campaign_message(number) for number in range(4)]
        await kept.store.insert(messages)
        claimed = replace(a_claim(), begun=False)
        await kept.store.claim(messages[:3], claimed)
        await kept.store.claim(messages[3:], replace(a_claim("claim-2"), begun=False))
        ids = [message.id for message in messages]
        assert await kept.store.begin(ids[:2], claimed) == tuple(ids[:2])
        assert set(await kept.store.begin(ids[1:], claimed)) == set(ids[1:3])
        stored = [(await one(kept.store, message)).claim for message in messages]
        assert [each.begun for each in stored if each] == [True, True, True, False]
        assert await kept.store.begin(ids[3:], claimed) == ()

    async def test_an_end_is_told_and_numbered_by_its_recipient(self, kept: Kept) -> None:
        ends = [
            (a_message("e1"), Status.SENT),
            (a_message("e2"), Status.SKIPPED),
            (a_message("e1", "u2"), Status.FAILED),
        ]
        await kept.store.insert([message for message, _ in ends])
        for number, (message, status) in enumerate(ends):
            claim = a_claim(f"claim-{number}")
            assert await kept.store.claim((message,), claim)
            end = settled(replace(message, attempts=1), status, None if status is Status.SENT else Reason.EXPIRED)
            assert await kept.store.settle([(claim, end)], event_of) == (message.id,)
            assert await one(kept.store, message) == end
        told = [(event.type, event.subject, event.sequence) for event in await kept.events()]
        assert sorted(told) == [
            ("notification.failed.v1", "u2", 1),
            ("notification.sent.v1", "u1", 1),
            ("notification.skipped.v1", "u1", 2),
        ]

    async def test_a_chunk_is_settled_at_once_and_counted_by_its_campaign(self, kept: Kept) -> None:
        await kept.store.insert([a_campaign_message(number) for number in range(6)])
        claimed = await kept.store.claim(await kept.store.of_positions(CAMPAIGN, 0, 6), a_claim())
        sent = [settled(message, Status.SENT) for message in claimed[:3]]
        skipped = settled(claimed[3], Status.SKIPPED, Reason.OPTED_OUT)
        failed = settled(claimed[4], Status.FAILED, Reason.OUTCOME_UNKNOWN)
        waits = replace(claimed[5], status=Status.QUEUED, claim=None, next_try_at=MOMENT + SECOND, detail="later")
        ends = [*sent, skipped, failed, waits]
        assert set(await kept.store.settle([(a_claim(), each) for each in ends], event_of)) == {
            each.id for each in ends
        }
        assert {each.id: each for each in await kept.store.by_ids([each.id for each in ends])} == {
            each.id: each for each in ends
        }
        assert await kept.counts() == (3, 1, 1)
        assert len(await kept.events()) == 5

    async def test_several_messages_of_one_person_get_numbers_of_their_own(self, kept: Kept) -> None:
        messages = [a_message(f"e{number}") for number in range(8)]
        await kept.store.insert(messages)
        claims = [a_claim(f"claim-{number}") for number in range(8)]
        for message, claim in zip(messages, claims, strict=True):
            await kept.store.claim((message,), claim)
        pairs = [(claim, settled(message, Status.SENT)) for message, claim in zip(messages, claims, strict=True)]
        await asyncio.gather(*(kept.store.settle(pairs[at : at + 2], event_of) for at in (0, 2, 4, 6)))
        assert [event.sequence for event in await kept.events()] == list(range(1, 9))

    async def test_whoever_lost_a_claim_settles_nothing_and_harms_no_other(self, kept: Kept) -> None:
        lost, held = a_campaign_message(0), a_campaign_message(1)
        await kept.store.insert([lost, held])
        await kept.store.claim((lost, held), a_claim())
        again = replace(lost, status=Status.QUEUED, unknown_attempts=1, attempts=1)
        assert await kept.store.settle([(a_claim(), again)], event_of) == (lost.id,)
        other = a_claim("claim-2")
        assert await kept.store.claim((again,), other)
        late = [(a_claim(), settled(each, Status.SENT)) for each in (lost, held)]
        assert await kept.store.settle(late, event_of) == (held.id,)
        assert (await one(kept.store, lost)).claim == other
        assert await kept.counts() == (1, 0, 0)
        assert await kept.store.settle(late, event_of) == ()
        assert len(await kept.events()) == 1

    async def test_attempts_are_counted_by_claims(self, kept: Kept) -> None:
        await kept.store.insert([a_message()])
        for number in range(3):
            claim = a_claim(f"claim-{number}")
            (message,) = await kept.store.claim([await one(kept.store, a_message())], claim)
            assert message.attempts == number + 1
            await kept.store.settle([(claim, replace(a_message(), attempts=0))], event_of)
        assert (await one(kept.store, a_message())).attempts == 3
        assert await kept.events() == []

    async def test_a_message_that_failed_can_be_tried_again_once(self, kept: Kept) -> None:
        await kept.store.insert([a_campaign_message(0)])
        (claimed,) = await kept.store.claim((a_campaign_message(0),), a_claim())
        failed = settled(claimed, Status.FAILED, Reason.GIVEN_UP)
        await kept.store.settle([(a_claim(), failed)], event_of)
        assert await kept.counts() == (0, 0, 1)
        again = replace(
            failed, status=Status.QUEUED, reason=None, detail="again", settled_at=None,
            next_try_at=MOMENT + SECOND, expires_at=MOMENT + 99 * LEASE,
        )  # fmt: skip
        assert await kept.store.requeue(again) is True
        assert await one(kept.store, again) == again
        assert await kept.counts() == (0, 0, 0)
        assert await kept.store.requeue(again) is False
        assert await kept.counts() == (0, 0, 0)

    async def test_identifiers_are_of_source_person_and_channel(self, kept: Kept) -> None:
        event, campaign = (Source(kind=kind, id="x") for kind in SourceKind)
        ids = {message_id_of(source, user, Channel.EMAIL) for source in (event, campaign) for user in ("u1", "u2")}
        assert len(ids) == 4
        assert message_id_of(event, "u1", Channel.EMAIL) in ids
        assert await kept.store.by_ids(list(ids)) == ()


PAUSE = LanePause(lane=Lane.STANDARD, detail="login refused", since=MOMENT, until=MOMENT + LEASE)


class LaneStoreContract:
    """Subclasses offer a fixture `lanes`."""

    async def test_a_lane_is_paused_by_the_first_and_resumed_once(self, lanes: LaneStore) -> None:
        assert await lanes.pauses() == ()
        again = replace(PAUSE, detail="another", since=MOMENT + SECOND)
        assert sorted(await asyncio.gather(lanes.pause(PAUSE), lanes.pause(PAUSE))) == [False, True]
        assert await lanes.pause(again) is False
        assert await lanes.pause(replace(PAUSE, lane=Lane.CRITICAL)) is True
        assert {pause.lane: pause for pause in await lanes.pauses()}[Lane.STANDARD] == PAUSE
        assert await lanes.resume(Lane.STANDARD) is True
        assert await lanes.resume(Lane.STANDARD) is False
        assert [pause.lane for pause in await lanes.pauses()] == [Lane.CRITICAL]

    async def test_one_of_many_may_try_a_lane(self, lanes: LaneStore) -> None:
        await lanes.pause(PAUSE)
        later = PAUSE.until + LEASE
        tries = await asyncio.gather(*(lanes.probe(PAUSE, later) for _ in range(5)))
        assert tries.count(True) == 1
        assert await lanes.pauses() == (replace(PAUSE, until=later, probes=1),)
        await lanes.resume(Lane.STANDARD)
        assert await lanes.probe(replace(PAUSE, until=later, probes=1), later) is False
