"""The services as the gateway sees them: the real rules over memory stores, watched, with faults on demand."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast

from pydantic import SecretStr
from structlog.contextvars import get_contextvars

from services.catalog.memory import MemoryProductStore
from services.catalog.models import CreateProduct
from services.catalog.ports import Catalog
from services.catalog.service import CatalogService
from services.deadletters.memory import MemoryDeadLetterStore
from services.deadletters.ports import DeadLetters
from services.deadletters.service import DeadLetterService
from services.infra.calls.deadlines import at_most
from services.infra.contacts.unsubscribing import SignedUnsubscribeTokens
from services.inventory.memory import MemoryStockStore
from services.inventory.models import OpenStock
from services.inventory.ports import Inventory
from services.inventory.service import InventoryService
from services.notifications.campaigns.memory import MemoryCampaignStore
from services.notifications.campaigns.ports import Campaigns
from services.notifications.memory import MemoryLaneStore, MemoryMessageStore
from services.notifications.ports import Notifications
from services.notifications.service import NotificationService
from services.orders.memory import MemoryOrderStore
from services.orders.models import Order
from services.orders.ports import Orders
from services.orders.service import OrderService
from services.payments.memory import MemoryPaymentProvider, MemoryPaymentStore
from services.payments.ports import Payments
from services.payments.service import PaymentService
from services.recommendations.ports import Recommendations
from services.shared.events import Origin
from services.shared.money import Money
from services.users.audit.memory import MemoryAuditStore
from services.users.audit.ports import Audit
from services.users.audit.service import AuditService
from services.users.changes import Changes
from services.users.contacts import LinkUnsubscriptions
from services.users.events import UserEvents
from services.users.memory import MemoryAccountStore
from services.users.passwords import Argon2Hasher
from services.users.ports import Unsubscriptions, Users
from services.users.service import UserService
from services.users.sessions import RefreshTokens
from services.users.tokens import Ed25519Tokens, TokenRules
from tests.gateway.purchases import Past
from tests.notifications.campaigns.crowd import campaign_service
from tests.support.doubles import CountingIds, CountingSecrets, StandingClock
from tests.users.makers import signing_keys

PRICE = Money(minor=1999, currency="EUR")
STOCK = 100
NOBODY = Origin()


class Watched:
    """A service whose calls are counted by name. What is in `faults` is raised; what is in `hangs` never ends.

    `away` is raised by all of them. `takes` are the seconds that a call takes, `traces` what it knew of the trace,
    `left` the seconds, of ten, that the last one of a name had.
    """

    def __init__(self, service: object) -> None:
        self.calls: Counter[str] = Counter()
        self.away: Exception | None = None
        self.takes: dict[str, float] = {}
        self.traces: list[object] = []
        self.left: dict[str, float] = {}
        self.faults: dict[str, Exception] = {}
        self.hangs: set[str] = set()
        self._service = service

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def call(*args: object, **named: object) -> object:
            self.calls[name] += 1
            self.traces.append(get_contextvars().get("trace_id"))
            self.left[name] = at_most(10)
            await asyncio.sleep(self.takes.get(name, 0))
            if name in self.hangs:
                await asyncio.Event().wait()
            if self.away is not None:
                raise self.away
            if name in self.faults:
                raise self.faults[name]
            return await getattr(self._service, name)(*args, **named)

        return call


class Shop:
    """All of them; `ink` and `pen` are on sale, 100 of each."""

    def __init__(self, rules: TokenRules) -> None:
        self.clock = StandingClock()
        self.ids = CountingIds()
        self.products = MemoryProductStore()
        self.stock = MemoryStockStore()
        self.accounts = MemoryAccountStore()
        self.trail = MemoryAuditStore()
        self.order_store = MemoryOrderStore()
        self.payment_store = MemoryPaymentStore()
        self.provider = MemoryPaymentProvider()
        self.letter_store = MemoryDeadLetterStore()
        self.letter_service = DeadLetterService(self.letter_store, self.clock, self.ids)
        self.message_store = MemoryMessageStore()
        self.campaign_store = MemoryCampaignStore(self.message_store)
        self.campaign_service = campaign_service(self.campaign_store, self.clock)
        self.past = Past(self.clock)
        self.keys = signing_keys(self.clock)
        self.unsubscribe_tokens = SignedUnsubscribeTokens(SecretStr("one"))
        self.tokens = Ed25519Tokens(self.keys, rules, self.clock, self.ids)
        self.user_service = UserService(
            self.accounts,
            Argon2Hasher(memory_kib=8),
            self.tokens,
            RefreshTokens(self.clock, self.ids, CountingSecrets()),
            self.clock,
            self.ids,
        )
        self.watched = self._faces()
        self.catalog = cast("Catalog", self.watched["catalog"])
        self.campaigns = cast("Campaigns", self.watched["campaigns"])
        self.dead_letters = cast("DeadLetters", self.watched["deadletters"])
        self.inventory = cast("Inventory", self.watched["inventory"])
        self.notifications = cast("Notifications", self.watched["notifications"])
        self.orders = cast("Orders", self.watched["orders"])
        self.payments = cast("Payments", self.watched["payments"])
        self.recommendations = cast("Recommendations", self.watched["recommendations"])
        self.users = cast("Users", self.watched["users"])
        self.unsubscriptions = cast("Unsubscriptions", self.watched["unsubscriptions"])
        # Beside them: what a test counts is what it asked for.
        self.watched_audit = Watched(AuditService(self.trail, self.clock))
        self.audit = cast("Audit", self.watched_audit)

    def _faces(self) -> dict[str, Watched]:
        return {
            "campaigns": Watched(self.campaign_service),
            "catalog": Watched(CatalogService(self.products, self.clock, self.ids)),
            "deadletters": Watched(self.letter_service),
            "notifications": Watched(NotificationService(self.message_store, MemoryLaneStore())),
            "inventory": Watched(InventoryService(self.stock, self.clock, self.ids)),
            "orders": Watched(OrderService(self.order_store, self.clock, self.ids)),
            "payments": Watched(PaymentService(self.payment_store, self.provider, self.clock, self.ids)),
            "recommendations": Watched(self.past.service),
            "unsubscriptions": Watched(self._unsubscriptions()),
            "users": Watched(self.user_service),
        }

    def _unsubscriptions(self) -> LinkUnsubscriptions:
        return LinkUnsubscriptions(self.accounts, self.unsubscribe_tokens, Changes(UserEvents(self.clock, self.ids)))

    async def stock_up(self, *skus: str) -> None:
        """Puts these on sale."""
        for sku in skus or ("ink", "pen"):
            product = CreateProduct(
                product_id=sku, sku=sku, name=sku.title(), description="", categories=("desk",), price=PRICE
            )
            await self.catalog.create_product(product, NOBODY)
            await self.inventory.open_stock(OpenStock(sku=sku, quantity=STOCK), NOBODY)

    def archive(self, sku: str) -> None:
        """Takes it off sale."""
        self.products.products[sku] = replace(self.products.products[sku], active=False)

    async def order(self, order_id: str) -> Order | None:
        """The order as it is stored."""
        found = await self.order_store.by_ids([order_id])
        return found[0] if found else None

    def movements(self) -> list[str]:
        """What the provider did with money, in order."""
        return [movement.kind for movement in self.provider.ledger]

    def counted(self) -> dict[str, int]:
        """How often each operation was called, and starts counting anew."""
        calls = {f"{name}.{call}": n for name, face in self.watched.items() for call, n in face.calls.items()}
        for face in self.watched.values():
            face.calls.clear()
        return calls
