"""Why somebody did or did not get a message: told to whom it was for, in plain words, and to OPS, as it is known."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from gateway.types.notifications import PLAIN_WORDS
from services.notifications.models import Message, NotificationCategory, Reason, Status
from tests.gateway.world import World
from tests.notifications.makers import MOMENT, a_claim, a_message, settled

LIST = """query Q($first: Int, $after: String, $userId: ID) {
  notifications(first: $first, after: $after, userId: $userId) {
    edges { node { id category priority status to subject template attempts reason detail queuedAt expiresAt sentAt } }
    pageInfo { hasNextPage endCursor } } }"""
THEIRS = "query Q($userId: ID) { notifications(userId: $userId) { edges { node { id } } } }"
SERVERS_WORDS = "mx7.example.net says: 550 5.1.1 no such user"


async def kept(world: World, *messages: Message) -> None:
    await world.shop.message_store.insert(messages)


def of(world: World, name: str, source: str = "e1", **more: Any) -> Message:  # noqa: ANN401 (the maker's)
    return a_message(source, world.ids[name], **more)


async def asked(world: World, caller: str, **variables: object) -> list[dict[str, Any]]:
    answer = await world.ask(LIST, variables, caller)
    assert "errors" not in answer, answer
    return [edge["node"] for edge in answer["data"]["notifications"]["edges"]]


async def test_a_message_is_shown_whole_to_whom_it_was_for(world: World) -> None:
    message = settled(of(world, "mia"), Status.SENT)
    await kept(world, message)
    assert await asked(world, "mia") == [
        {
            "id": message.id,
            "category": "TRANSACTIONAL",
            "priority": "CRITICAL",
            "status": "SENT",
            "to": message.to,
            "subject": "Your order is confirmed",
            "template": "order-confirmed",
            "attempts": 0,
            "reason": None,
            "detail": None,
            "queuedAt": "2026-11-22T21:04:05.123Z",
            "expiresAt": "2026-11-29T21:04:05.123Z",
            "sentAt": "2026-11-22T21:04:05.123Z",
        }
    ]


async def test_one_sees_ones_own_and_ops_anybodys(world: World) -> None:
    mine, bens = of(world, "mia"), of(world, "ben")
    await kept(world, mine, bens)
    mia, ben = world.ids["mia"], world.ids["ben"]
    assert [each["id"] for each in await asked(world, "mia")] == [mine.id]
    assert [each["id"] for each in await asked(world, "mia", userId=mia)] == [mine.id]
    assert [each["id"] for each in await asked(world, "ops", userId=ben)] == [bens.id]
    assert await asked(world, "ops") == []
    for caller, code in (("mia", "FORBIDDEN"), ("anonymous", "UNAUTHENTICATED")):
        answer = await world.ask(THEIRS, {"userId": ben}, caller)
        assert (answer["data"], [each["extensions"]["code"] for each in answer["errors"]]) == (None, [code])


async def test_what_is_being_sent_waits(world: World) -> None:
    await kept(world, replace(of(world, "mia"), status=Status.SENDING, claim=a_claim(), attempts=1))
    (shown,) = await asked(world, "mia")
    assert (shown["status"], shown["attempts"], shown["sentAt"]) == ("QUEUED", 1, None)


@pytest.mark.parametrize("reason", Reason)
async def test_why_one_did_not_go_is_told_in_plain_words_and_to_ops_as_it_is_known(
    world: World, reason: Reason
) -> None:
    message = of(world, "mia", category=NotificationCategory.PROMOTIONAL)
    await kept(world, replace(settled(message, Status.SKIPPED, reason), detail=SERVERS_WORDS))
    (own,) = await asked(world, "mia")
    assert (own["priority"], own["status"], own["reason"]) == ("STANDARD", "SKIPPED", reason.value)
    assert own["detail"] == PLAIN_WORDS[reason]
    (known,) = await asked(world, "ops", userId=world.ids["mia"])
    assert known["detail"] == SERVERS_WORDS


async def test_why_one_waits_is_for_ops(world: World) -> None:
    await kept(world, replace(of(world, "mia"), detail=SERVERS_WORDS))
    assert [each["detail"] for each in await asked(world, "mia")] == [None]
    assert [each["detail"] for each in await asked(world, "ops", userId=world.ids["mia"])] == [SERVERS_WORDS]


async def test_pages_go_on_newest_first(world: World) -> None:
    messages = [of(world, "mia", f"e{number}", queued=timedelta(minutes=number)) for number in range(5)]
    await kept(world, *messages)
    found: list[str] = []
    after = None
    while True:
        page = (await world.ask(LIST, {"first": 2, "after": after}, "mia"))["data"]["notifications"]
        found += [edge["node"]["id"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert found == [message.id for message in reversed(messages)]
    assert messages[0].queued_at == MOMENT


@pytest.mark.parametrize(
    ("variables", "field"),
    [({"first": 0}, "first"), ({"first": 101}, "first"), ({"after": "nonsense"}, "after"), ({"userId": ""}, "userId")],
)
async def test_what_no_page_can_be_is_refused_with_its_place(
    world: World, variables: dict[str, object], field: str
) -> None:
    answer = await world.ask(LIST, variables, "mia")
    (error,) = answer["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_USER_INPUT", [field])
