"""A whole gateway in this process: its application on a shop in memory, callers of every kind, and a client."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

from fastapi import FastAPI

from gateway.cache_composition import Stores
from gateway.caching.ports import ResponseCache
from gateway.composition import assemble
from gateway.context import Backends, Places
from gateway.currencies import Currencies
from gateway.limits.ports import Budget, Unlimited
from gateway.ports import Sagas
from gateway.throttle.memory import MemoryCounters
from services.infra.settings import Profile, Settings
from services.shared.actors import Role
from services.users.models import FirstAccount, Login, Register, Session
from services.users.tokens import TokenRules
from tests.deadletters.makers import CONSUMER
from tests.gateway.campaign_runs import MemoryCampaignRuns
from tests.gateway.desk import MemorySagas
from tests.gateway.fingerprint import held_by
from tests.gateway.refreshes import MemoryRefreshes
from tests.gateway.shop import NOBODY, Shop, Watched
from tests.redrive.consumer import MemoryConsumer
from tests.redrive.memory import MemoryRedrives
from tests.schedules.memory import MemorySchedules
from tests.users.makers import GOOD_PASSWORD

RULES = TokenRules(issuer="https://caravan.example", audience="caravan", lifetime=timedelta(minutes=15))
JSON = {"content-type": "application/json"}
PLACE = """mutation Place($input: PlaceOrderInput!) { placeOrder(input: $input) {
  order { id status lines { sku quantity } } errors { code message path } } }"""


@dataclass(frozen=True, slots=True)
class Response:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 (JSON)
        return json.loads(self.body)


class Wire:
    """Speaks ASGI to the application."""

    def __init__(self, app: FastAPI) -> None:
        self.app = app

    async def send(
        self,
        method: str,
        path: str,
        body: bytes | Sequence[bytes] = b"",
        headers: Mapping[str, str] | None = None,
        gone: asyncio.Event | None = None,
    ) -> Response:
        """One request, its body in one piece or several; the client leaves once `gone` is set."""
        pieces = [body] if isinstance(body, bytes) else list(body)
        messages = [
            {"type": "http.request", "body": piece, "more_body": index + 1 < len(pieces)}
            for index, piece in enumerate(pieces)
        ]

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop(0)
            await (gone or asyncio.Event()).wait()
            return {"type": "http.disconnect"}

        return await self.receive(method, path, receive, headers)

    async def receive(
        self,
        method: str,
        path: str,
        receive: Callable[[], Awaitable[dict[str, Any]]],
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """One request whose messages come from `receive`."""
        sent: list[Any] = []

        async def send(message: Any) -> None:  # noqa: ANN401 (ASGI)
            sent.append(message)

        await self.app(_scope(method, path, headers or {}), receive, send)
        start = sent[0]
        received = {name.decode(): value.decode() for name, value in start["headers"]}
        return Response(start["status"], received, b"".join(message.get("body", b"") for message in sent[1:]))


def _scope(method: str, target: str, headers: Mapping[str, str]) -> dict[str, Any]:
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }


@dataclass
class World:
    """The gateway and everybody around it. `tokens`, `refresh_tokens` and `ids` by the name of a caller."""

    shop: Shop
    sagas: MemorySagas
    redrives: MemoryRedrives
    schedules: MemorySchedules
    campaign_runs: MemoryCampaignRuns
    consumer: MemoryConsumer
    engine: Watched
    wire: Wire
    backends: Backends
    tokens: dict[str, str] = field(default_factory=dict)
    refresh_tokens: dict[str, str] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)

    async def ask(
        self, query: str, variables: Mapping[str, Any] | None = None, caller: str = "anonymous"
    ) -> dict[str, Any]:
        """The answer to one operation of one caller."""
        headers = JSON | ({"authorization": f"Bearer {self.tokens[caller]}"} if caller in self.tokens else {})
        body = json.dumps({"query": query, "variables": variables}).encode()
        answer: dict[str, Any] = (await self.wire.send("POST", "/graphql", body, headers)).json
        return answer

    async def place(self, caller: str = "mia", **changes: object) -> dict[str, Any]:
        """What `placeOrder` answers; `changes` are to an input of two `ink` and one `pen`."""
        answer = await self.ask(PLACE, {"input": order_input(**changes)}, caller)
        payload: dict[str, Any] = answer["data"]["placeOrder"]
        return payload

    async def placed(self, caller: str = "mia", **changes: object) -> str:
        """The id of an order that was placed."""
        payload = await self.place(caller, **changes)
        assert payload["errors"] == []
        order_id: str = payload["order"]["id"]
        return order_id

    @property
    def refreshes(self) -> MemoryRefreshes:
        """What was begun to keep recommendations up to date."""
        return cast("MemoryRefreshes", self.backends.refreshes)

    def nothing_happened(self) -> bool:
        """No workflow was started or told anything, and no service wrote."""
        writes = {"create_product", "open_stock", "adjust_stock", "record_order", "register"}
        writes |= {"update_preferences", "change_password", "update_product", "archive_product", "discard"}
        started = self.sagas.journal or self.redrives.journal or self.schedules.journal
        started = started or self.campaign_runs.journal or self.refreshes.journal
        return not started and not any(writes & set(face.calls) for face in self.shop.watched.values())

    def fingerprint(self) -> dict[str, dict[str, Any]]:
        """All that anybody holds: every service's documents and events, the provider's books, the workflows.

        Only the audit trail is left out.
        """
        shop = self.shop
        stores = {"catalog": shop.products, "inventory": shop.stock, "orders": shop.order_store}
        stores |= {"payments": shop.payment_store, "users": shop.accounts, "provider": shop.provider}
        stores |= {"deadletters": shop.letter_store}
        stores |= {
            "campaigns": shop.campaign_store,
            "messages": shop.message_store,
            "campaign runs": self.campaign_runs,
        }
        stores |= {"workflows": self.sagas, "redrives": self.redrives, "schedules": self.schedules}
        stores |= {"refreshes": self.refreshes}
        return held_by(stores)

    def called(self) -> dict[str, int]:
        """How often each operation of a service was called, those of the audit trail too; starts counting anew."""
        trail = {f"audit.{call}": number for call, number in self.shop.watched_audit.calls.items()}
        self.shop.watched_audit.calls.clear()
        return self.shop.counted() | trail

    def forget(self) -> None:
        """From here on `nothing_happened` counts, and so does `called`."""
        self.sagas.journal.clear()
        self.redrives.journal.clear()
        self.schedules.journal.clear()
        self.campaign_runs.journal.clear()
        self.refreshes.journal.clear()
        self.engine.calls.clear()
        self.called()


def order_input(**changes: object) -> dict[str, Any]:
    """The input of `placeOrder`."""
    lines = [{"sku": "ink", "quantity": 2}, {"sku": "pen", "quantity": 1}]
    return {"lines": lines, "paymentMethod": "pm_card_visa", "idempotencyKey": "k1"} | changes


def campaign_input(**changes: object) -> dict[str, Any]:
    """The input of `createCampaign`."""
    words = {"subject": "{{name}}, winter is over", "body": "Hello {{name}},\n\n**all** of it for less."}
    return {"name": "Winter sale", "category": "PROMOTIONAL", "audience": "ALL_CUSTOMERS"} | words | changes


async def build_world(
    profile: Profile = Profile.DEVELOPMENT,
    settings: Settings | None = None,
    budget: Budget | None = None,
    responses: ResponseCache | None = None,
) -> World:
    """A stocked shop with two customers (mia, ben), an ops and an admin; `settings` instead of the profile's.

    Answers are kept where there are `responses`: nobody tells of events here.
    """
    shop = Shop(RULES)
    await shop.stock_up()
    sagas = MemorySagas(shop)
    engine, consumer = Watched(sagas), MemoryConsumer()
    redrives = MemoryRedrives(shop.letter_service, {CONSUMER: consumer})
    schedules = MemorySchedules(shop.clock)
    campaign_runs = MemoryCampaignRuns(shop.campaign_service, shop.clock)
    backends = Backends(
        catalog=shop.catalog,
        inventory=shop.inventory,
        orders=shop.orders,
        payments=shop.payments,
        users=shop.users,
        unsubscriptions=shop.unsubscriptions,
        audit=shop.audit,
        dead_letters=shop.dead_letters,
        sagas=cast("Sagas", engine),
        redrives=redrives,
        schedules=schedules,
        refreshes=MemoryRefreshes(),
        notifications=shop.notifications,
        campaigns=shop.campaigns,
        campaign_runs=campaign_runs,
        recommendations=shop.recommendations,
        ids=shop.ids,
        places=Places(orders=(), products=(), hold_seconds=900, answer_within=4.5),
        currencies=Currencies(shop.catalog, shop.clock),
    )
    settings = settings or Settings().model_copy(update={"profile": profile})
    cache = settings.cache.model_copy(update={"enabled": responses is not None})
    settings = settings.model_copy(update={"cache": cache})
    stores = Stores(budget=budget or Unlimited(), counters=MemoryCounters(), responses=responses)
    app = assemble(settings, backends, shop.clock, stores=stores)
    world = World(shop, sagas, redrives, schedules, campaign_runs, consumer, engine, Wire(app), backends)
    await _let_in(world)
    world.forget()
    return world


async def _let_in(world: World) -> None:
    for name in ("mia", "ben"):
        command = Register(email=f"{name}@example.org", password=GOOD_PASSWORD, name=name.title())
        _remember(world, name, await world.shop.user_service.register(command, NOBODY))
    for name, roles in (("ops", (Role.OPS,)), ("admin", (Role.ADMIN,))):
        account = FirstAccount(email=f"{name}@example.org", password=GOOD_PASSWORD, name=name.title(), roles=roles)
        await world.shop.user_service.seed([account])
        login = Login(email=account.email, password=GOOD_PASSWORD)
        _remember(world, name, await world.shop.user_service.login(login, NOBODY))


def _remember(world: World, name: str, session: Session) -> None:
    world.tokens[name], world.refresh_tokens[name] = session.access_token, session.refresh_token
    world.ids[name] = session.user.id
