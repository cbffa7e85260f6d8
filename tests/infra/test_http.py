"""A face over internal HTTP: arguments, results and the error tree arrive as they left, and nobody else gets in."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Protocol

import aiohttp
import pytest
from structlog.contextvars import bound_contextvars, get_contextvars

from services.infra.http import Caller, internal_router
from services.infra.identity.entry import NoActors
from services.inventory.errors import OutOfStock
from services.inventory.models import HoldStock, Reservation, ReservationState, ReservedLine
from services.shared.actors import Actor, Role
from services.shared.errors import Problem, Unauthenticated, Unavailable
from services.shared.events import Origin
from tests.support.http import serving
from tests.support.identity import IDENTITY, STRANGER, entry, line

MIA = Actor(user_id="u1", roles=frozenset({Role.CUSTOMER}), proof="mias-token")
LINES = (ReservedLine(sku="tea", quantity=2),)
WISH = HoldStock(order_id="o1", lines=LINES, ttl_seconds=60)
HELD = Reservation(
    order_id="o1",
    lines=LINES,
    state=ReservationState.HELD,
    deadline=datetime(2026, 11, 23, 12, 0, 0, 123000, tzinfo=UTC),
)
PROBLEMS = (
    Problem(code="OUT_OF_STOCK", message="1 left", path=("lines", "0", "quantity")),
    Problem(code="OUT_OF_STOCK", message="none left", path=None),
)


class Face(Protocol):
    """A face with one operation for each thing that can happen."""

    async def hold(self, command: HoldStock, origin: Origin) -> Reservation: ...

    async def find(self, ids: Sequence[str]) -> Reservation | None: ...

    async def refuse(self) -> Reservation: ...

    async def miss_its_database(self) -> Reservation: ...

    async def break_down(self) -> Reservation: ...

    async def hang(self) -> Reservation: ...

    async def tell_context(self) -> tuple[str, ...]: ...

    async def tell_actor(self, actor: Actor, word: str) -> str: ...

    async def tell_anybody(self, word: str, actor: Actor | None) -> str: ...


class Served:
    """Offers Face."""

    def __init__(self) -> None:
        self.heard: list[object] = []
        self.over = asyncio.Event()

    async def hold(self, command: HoldStock, origin: Origin) -> Reservation:
        self.heard += [command, origin]
        return HELD

    async def find(self, ids: Sequence[str]) -> Reservation | None:
        self.heard.append(ids)
        return None

    async def refuse(self) -> Reservation:
        raise OutOfStock.of(PROBLEMS)

    async def miss_its_database(self) -> Reservation:
        raise Unavailable("database", "ServerSelectionTimeoutError")

    async def break_down(self) -> Reservation:
        raise ZeroDivisionError("secret")

    async def hang(self) -> Reservation:
        await self.over.wait()
        return HELD

    async def tell_context(self) -> tuple[str, ...]:
        known = get_contextvars()
        return (str(known.get("request_id")), str(known.get("traceparent")), str(known.get("trace_id")))

    async def tell_actor(self, actor: Actor, word: str) -> str:
        self.heard.append(actor)
        return f"{word} {actor.user_id}"

    async def tell_anybody(self, word: str, actor: Actor | None) -> str:
        self.heard.append(actor)
        return f"{word} {actor.user_id if actor else 'nobody'}"


@pytest.fixture
def served() -> Served:
    return Served()


@pytest.fixture
async def address(served: Served) -> AsyncIterator[str]:
    async with serving(internal_router("shop", Face, served, entry(MIA))) as base:
        yield base
        served.over.set()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def caller(address: str, session: aiohttp.ClientSession) -> Caller:
    return Caller(line(session), address, "shop", Face)


async def test_values_arrive_as_they_left(caller: Caller, served: Served) -> None:
    origin = Origin(correlation_id="o1", causation_id="order/o1", traceparent=None)
    assert await caller.call("hold", command=WISH, origin=origin) == HELD
    assert served.heard == [WISH, origin]


async def test_a_list_goes_and_nothing_comes_back(caller: Caller, served: Served) -> None:
    assert await caller.call("find", ids=("a", "b")) is None
    assert served.heard == [["a", "b"]]


async def test_a_refusal_is_the_same_leaf_with_the_same_problems(caller: Caller) -> None:
    with pytest.raises(OutOfStock) as refusal:
        await caller.call("refuse")
    assert refusal.value.problems == PROBLEMS


async def test_a_missing_dependency_makes_the_service_unavailable(
    caller: Caller, address: str, session: aiohttp.ClientSession
) -> None:
    with pytest.raises(Unavailable) as failure:
        await caller.call("miss_its_database")
    assert failure.value.dependency == "shop"
    status, body = await post(session, f"{address}/internal/shop/miss_its_database", b"{}")
    assert (status, body) == (503, '{"dependency":"database"}')


async def test_a_defect_answers_500_and_tells_nothing(
    caller: Caller, address: str, session: aiohttp.ClientSession
) -> None:
    assert await post(session, f"{address}/internal/shop/break_down", b"{}") == (500, "{}")
    with pytest.raises(Unavailable):
        await caller.call("break_down")


async def test_no_answer_in_time_is_unavailable(address: str, session: aiohttp.ClientSession) -> None:
    with pytest.raises(Unavailable):
        await Caller(line(session, IDENTITY, 0.1), address, "shop", Face).call("hang")


async def test_nobody_there_is_unavailable(session: aiohttp.ClientSession) -> None:
    with pytest.raises(Unavailable):
        await Caller(line(session), "http://127.0.0.1:9", "shop", Face).call("refuse")


async def test_request_and_trace_are_known_on_the_other_side_for_that_call_only(caller: Caller) -> None:
    traceparent = f"00-{'a1' * 16}-{'b2' * 8}-01"
    with bound_contextvars(request_id="r1", traceparent=traceparent):
        assert await caller.call("tell_context") == ("r1", traceparent, "a1" * 16)
    assert await caller.call("tell_context") == ("None", "None", "None")


async def test_what_is_no_trace_is_not_gone_on_with(caller: Caller) -> None:
    with bound_contextvars(request_id="r" * 129, traceparent='00-1-2-01"'):
        assert await caller.call("tell_context") == ("None", "None", "None")


@pytest.mark.parametrize(
    "token",
    [
        "",
        "other",
        "tokén",
        IDENTITY.token_for("another"),
        STRANGER.token_for("shop"),
        IDENTITY.token_for("shop") + "x",
    ],
    ids=["none", "no token", "no ASCII", "for another service", "a stranger's", "changed"],
)
async def test_an_unknown_caller_calls_nothing(
    token: str, address: str, session: aiohttp.ClientSession, served: Served
) -> None:
    assert await post(session, f"{address}/internal/shop/find", b'{"ids": []}', token) == (401, "{}")
    assert served.heard == []
    with pytest.raises(Unavailable):
        await Caller(line(session, STRANGER, 2), address, "shop", Face).call("find", ids=())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"{}",
        b'{"ids": "a"}',
        b'{"ids": [1]}',
        b'{"ids": null}',
        b'{"ids": [], "more": 1}',
        b'{"ids": ["\xff"]}',
    ],
)
async def test_a_bad_body_is_refused_before_anything_is_called(
    body: bytes, address: str, session: aiohttp.ClientSession, served: Served
) -> None:
    assert await post(session, f"{address}/internal/shop/find", body) == (400, "{}")
    assert served.heard == []


async def test_only_the_operations_of_the_face_are_served(address: str, session: aiohttp.ClientSession) -> None:
    status, _ = await post(session, f"{address}/internal/shop/__init__", b"{}")
    assert status == 404


async def post(session: aiohttp.ClientSession, url: str, body: bytes, token: str | None = None) -> tuple[int, str]:
    async with session.post(
        url, data=body, headers={"X-Caravan-Token": IDENTITY.token_for("shop") if token is None else token}
    ) as response:
        return response.status, await response.text()


class TestWhoAsks:
    async def test_the_actor_arrives_as_the_token_says(self, caller: Caller, served: Served) -> None:
        liar = replace(MIA, user_id="u2", roles=frozenset({Role.ADMIN}))
        assert await caller.call("tell_actor", actor=liar, word="hello") == "hello u1"
        assert served.heard == [MIA]

    async def test_who_may_ask_as_nobody_can(self, caller: Caller, served: Served) -> None:
        assert await caller.call("tell_anybody", word="hello", actor=None) == "hello nobody"
        assert await caller.call("tell_anybody", word="hello", actor=MIA) == "hello u1"
        assert served.heard == [None, MIA]

    @pytest.mark.parametrize("operation", ["tell_actor", "tell_anybody"])
    async def test_a_token_that_is_not_believed_calls_nothing(
        self, caller: Caller, served: Served, operation: str
    ) -> None:
        with pytest.raises(Unauthenticated):
            await caller.call(operation, actor=replace(MIA, proof="other"), word="hello")
        assert served.heard == []

    @pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic mias-token", "mias-token"])
    async def test_without_a_token_nothing_is_called(
        self, address: str, session: aiohttp.ClientSession, served: Served, header: str | None
    ) -> None:
        headers = {"X-Caravan-Token": IDENTITY.token_for("shop")} | (
            {} if header is None else {"Authorization": header}
        )
        url = f"{address}/internal/shop/tell_actor"
        async with session.post(url, data=b'{"word": "hello"}', headers=headers) as response:
            assert response.status == 422
            assert (await response.json())["problems"][0]["code"] == "UNAUTHENTICATED"
        assert served.heard == []

    async def test_no_body_says_who_asks(self, address: str, session: aiohttp.ClientSession, served: Served) -> None:
        body = b'{"word": "hello", "actor": {"user_id": "u1", "roles": ["ADMIN"]}}'
        for operation in ("tell_actor", "tell_anybody"):
            assert await post(session, f"{address}/internal/shop/{operation}", body) == (400, "{}")
        assert served.heard == []

    async def test_where_tokens_cannot_be_checked_nobody_is_recognised(
        self, session: aiohttp.ClientSession, served: Served
    ) -> None:
        async with serving(internal_router("shop", Face, served, replace(entry(), actors=NoActors()))) as base:
            caller = Caller(line(session), base, "shop", Face)
            with pytest.raises(Unavailable):
                await caller.call("tell_actor", actor=MIA, word="hello")
        assert served.heard == []
