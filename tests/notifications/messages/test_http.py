"""Messages and lanes over the internal HTTP: client and API together answer as the service does, to whom it may."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from services.infra.http import Caller
from services.notifications.api import router
from services.notifications.client import NotificationsClient
from services.notifications.memory import MemoryLaneStore, MemoryMessageStore
from services.notifications.models import Lane, MessageQuery, Reason, Status
from services.notifications.ports import Notifications
from services.notifications.service import NotificationService
from services.shared.errors import Forbidden, Invalid, Unauthenticated, Unavailable
from tests.notifications.makers import a_message, settled
from tests.notifications.messages.contract import PAUSE
from tests.support.http import serving
from tests.support.identity import IDENTITY, NOBODY, OPS, OWNER, STRANGER, entry, line

MINE = a_message("e1", OWNER.user_id)
FAILED = settled(a_message("e2", OWNER.user_id), Status.FAILED, Reason.GIVEN_UP)
OTHERS = a_message("e1", "somebody")


@pytest.fixture
async def service() -> NotificationService:
    messages, lanes = MemoryMessageStore(), MemoryLaneStore()
    await messages.insert([MINE, FAILED, OTHERS])
    await lanes.pause(PAUSE)
    return NotificationService(messages, lanes)


@pytest.fixture
async def address(service: NotificationService) -> AsyncIterator[str]:
    async with serving(router(service, entry())) as address:
        yield address


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def notifications(session: aiohttp.ClientSession, address: str) -> Notifications:
    return NotificationsClient(Caller(line(session, IDENTITY), address, "notifications", Notifications))


async def test_messages_arrive_as_the_service_has_them(
    notifications: Notifications, service: NotificationService
) -> None:
    query = MessageQuery(user_id=OWNER.user_id, first=1)
    page = await notifications.list_messages(query, OWNER)
    assert page == await service.list_messages(query, OWNER)
    assert page.has_next
    rest = await notifications.list_messages(MessageQuery(user_id=OWNER.user_id, after=page.edges[0].cursor), OWNER)
    assert {edge.node.id for edge in (*page.edges, *rest.edges)} == {MINE.id, FAILED.id}
    assert await notifications.messages_by_id([FAILED.id, OTHERS.id], OWNER) == (FAILED,)


async def test_messages_are_their_recipients_and_ops(notifications: Notifications) -> None:
    query = MessageQuery(user_id="somebody")
    with pytest.raises(Forbidden):
        await notifications.list_messages(query, OWNER)
    with pytest.raises(Unauthenticated):
        await notifications.list_messages(query, NOBODY)
    assert [edge.node for edge in (await notifications.list_messages(query, OPS)).edges] == [OTHERS]
    assert await notifications.messages_by_id([OTHERS.id], OPS) == (OTHERS,)


async def test_lanes_are_seen_and_let_go_on_by_ops_alone(notifications: Notifications) -> None:
    assert await notifications.list_lanes(OPS) == (PAUSE,)
    with pytest.raises(Forbidden):
        await notifications.resume_lane(Lane.STANDARD, OWNER)
    assert await notifications.resume_lane(Lane.STANDARD, OPS) is True
    assert await notifications.list_lanes(OPS) == ()


@pytest.mark.parametrize(("query", "path"), [({"first": 0}, "first"), ({"after": "e30="}, "after")])
async def test_refusals_arrive_with_their_place(
    notifications: Notifications, query: dict[str, object], path: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await notifications.list_messages(MessageQuery(user_id=OWNER.user_id, **query), OWNER)  # type: ignore[arg-type]
    assert refused.value.problems[0].path == (path,)


async def test_a_caller_that_is_not_known_is_not_let_in(session: aiohttp.ClientSession, address: str) -> None:
    stranger = NotificationsClient(Caller(line(session, STRANGER), address, "notifications", Notifications))
    with pytest.raises(Unavailable):
        await stranger.list_lanes(OPS)
