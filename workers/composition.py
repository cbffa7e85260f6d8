"""The one composition root: which adapter stands behind which port, for each service. The only place that builds them.

Every service gets its own database and no other. Tests replace the parts of `Shared`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Final, Protocol

import aiohttp
from fastapi import APIRouter
from prometheus_client import REGISTRY

import services.catalog.api
import services.deadletters.api
import services.inventory.api
import services.notifications.api
import services.notifications.campaigns.api
import services.notifications.recipients.api
import services.orders.api
import services.payments.api
import services.recommendations.api
import services.users.api
import services.users.audit.api
from activities.catalog import CatalogActivities
from activities.deadletters import DeadLetterActivities
from activities.inventory import InventoryActivities
from activities.notifications import NotificationActivities
from activities.orders import OrdersActivities
from activities.payments import PaymentsActivities
from activities.recommendations import RecommendationActivities
from activities.users import UsersActivities
from services.catalog.handlers import StockNotes
from services.catalog.service import CatalogService
from services.catalog.store import MongoProductStore
from services.deadletters.service import DeadLetterService
from services.deadletters.store import MongoDeadLetterStore
from services.infra.consuming.collector import Collector
from services.infra.contacts.seal import SecretSeal
from services.infra.contacts.unsubscribing import SignedUnsubscribeTokens
from services.infra.identity.entry import Entry
from services.infra.inbox import Inbox
from services.infra.metrics.page import ProcessMetrics
from services.infra.mongo import Client, Database, unavailable_when_away
from services.infra.outbox.rows import Outbox
from services.infra.response_cache.tags import IN_STOCK
from services.infra.settings import AccountsSettings, Settings
from services.infra.smtp.metrics import SmtpMetrics
from services.infra.smtp.pool import SmtpPool
from services.inventory.service import InventoryService
from services.inventory.store import MongoStockStore
from services.notifications.ports import MailChannel
from services.notifications.provider import SmtpChannel
from services.orders.service import OrderService
from services.orders.store import MongoOrderStore
from services.payments.ports import PaymentProvider
from services.payments.provider import HttpPaymentProvider
from services.payments.service import PaymentService
from services.payments.store import MongoPaymentStore
from services.shared.actors import Role
from services.shared.clock import Clock
from services.shared.ids import IdFactory, RandomSecrets
from services.shared.receipts import Handler
from services.users.audit.service import AuditService
from services.users.audit.store import MongoAuditStore
from services.users.changes import Changes
from services.users.contacts import LinkUnsubscriptions, SealedContactBook
from services.users.events import UserEvents
from services.users.keys.models import KeyTimes
from services.users.keys.service import SigningKeys
from services.users.keys.store import MongoKeyStore
from services.users.models import FirstAccount
from services.users.passwords import AT_ONCE, Argon2Hasher
from services.users.ports import PasswordHasher
from services.users.service import UserService
from services.users.sessions import RefreshTokens
from services.users.store import MongoAccountStore
from services.users.tokens import Ed25519Tokens, TokenRules
from workers import event_notices, recommendations
from workers.business_metrics import MoneyMetrics, ReservationMetrics
from workers.campaign_watch import CampaignWatch
from workers.dead_letters import BacklogMetrics, taking_in
from workers.fan_out import TemporalFanOut
from workers.mails import mail_renderer
from workers.notification_watch import SendingWatch
from workers.notifications import Notifications, World
from workers.owed_drops import OwedDrops
from workers.recommendations import Recommending
from workers.refreshes import TemporalRefreshing
from workers.stock_watch import StockWatch

LATE_TOKENS: Final = timedelta(minutes=1)
"""How much longer than a token lives its key is published: for clocks that differ, and a signature made late."""

STOCK_NOTES: Final = "stock-notes"
"""The consumer by which the catalogue learns what is in stock."""


class Preparable(Protocol):
    """What makes its collections and indexes."""

    async def prepare(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all services of a process share. `provider`, `channel` and `hasher` None mean the real ones.

    Attributes:
        entry: the door of each service's internal API.
        keys: sign access tokens; None where no users are hosted.
        homes: the service that runs each consumer, by the consumer's name.
        fan_out: starts what tells people of events.
        refreshing: has what is recommended to who has bought something made anew.
        metrics: what the process tells of itself.
        owed: what gateways are to drop of the answers that they keep, once a projection is written.
    """

    settings: Settings
    mongo: Client
    session: aiohttp.ClientSession
    clock: Clock
    ids: IdFactory
    entry: Entry
    fan_out: TemporalFanOut
    refreshing: TemporalRefreshing
    metrics: ProcessMetrics
    owed: OwedDrops = field(default_factory=OwedDrops)
    keys: SigningKeys | None = None
    provider: PaymentProvider | None = None
    channel: MailChannel | None = None
    hasher: PasswordHasher | None = None
    homes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosted:
    """One service in this process.

    Attributes:
        prepare: makes collections, indexes and first accounts; repeatable; raises Unavailable.
        activities: its steps of workflows; None where it has none.
        handlers: what it does about events, by the name of the consumer.
        replays: what it does about dead letters that are replayed, where that is another thing.
        aside: what runs beside all that until it is told to stop, by name.
        tells: it tells of its changes by events.
        close: lets go of what it holds, once nothing of it runs any more.
    """

    name: str
    database: Database
    router: APIRouter
    prepare: Callable[[], Awaitable[None]]
    activities: object | None = None
    handlers: Mapping[str, Handler] = field(default_factory=dict)
    replays: Mapping[str, Handler] = field(default_factory=dict)
    aside: Mapping[str, Callable[[asyncio.Event], Awaitable[None]]] = field(default_factory=dict)
    tells: bool = True
    close: Callable[[], Awaitable[None]] | None = None


def compose(name: str, shared: Shared) -> Hosted:
    """Builds one of `settings.CONTEXTS`; connects to nothing."""
    database = Database(shared.mongo, f"{shared.settings.mongo.database_prefix}{name}")
    kept = timedelta(days=shared.settings.outbox.kept_days)
    return BUILDERS[name](shared, database, Outbox(database, kept))


def product_store(database: Database) -> MongoProductStore:
    """The catalogue's store on its own, as its service has it: for measurements."""
    return MongoProductStore(database, Outbox(database), Inbox(database))


def _catalog(shared: Shared, database: Database, outbox: Outbox) -> Hosted:
    inbox = Inbox(database, timedelta(days=shared.settings.consumers.inbox_days))
    store = MongoProductStore(database, outbox, inbox)
    face = CatalogService(store, shared.clock, shared.ids)
    return Hosted(
        name="catalog",
        database=database,
        router=services.catalog.api.router(face, shared.entry),
        prepare=_prepares(store, outbox),
        activities=CatalogActivities(face),
        handlers={STOCK_NOTES: StockNotes(store, partial(shared.owed.owe, STOCK_NOTES, (IN_STOCK,)))},
    )


def _deadletters(shared: Shared, database: Database, _: Outbox) -> Hosted:
    store = MongoDeadLetterStore(database)
    face = DeadLetterService(store, shared.clock, shared.ids)
    return Hosted(
        name="deadletters",
        database=database,
        router=services.deadletters.api.router(face, shared.entry),
        prepare=_prepares(store),
        activities=DeadLetterActivities(face, shared.homes),
        aside={
            "dead letters": Collector(shared.settings.kafka, taking_in(face)).run,
            "count of dead letters": BacklogMetrics(store, shared.homes, shared.clock).run,
        },
        tells=False,
    )


def _inventory(shared: Shared, database: Database, outbox: Outbox) -> Hosted:
    store = MongoStockStore(database, outbox)
    face = InventoryService(store, shared.clock, shared.ids, watch=ReservationMetrics())
    return Hosted(
        name="inventory",
        database=database,
        router=services.inventory.api.router(face, shared.entry),
        prepare=_prepares(store, outbox),
        activities=InventoryActivities(face),
        aside={"watch of stock": StockWatch(store).run},
    )


def _notifications(shared: Shared, database: Database, outbox: Outbox) -> Hosted:
    settings = shared.settings
    pool = SmtpPool(settings.smtp, SmtpMetrics(REGISTRY), pools=shared.metrics.pools)
    parts = Notifications.of(
        World(
            settings=settings,
            database=database,
            clock=shared.clock,
            ids=shared.ids,
            renderer=mail_renderer(settings),
            channel=shared.channel or SmtpChannel(pool),
            watch=SendingWatch(shared.clock),
        )
    )
    router = services.notifications.api.router(parts.face, shared.entry)
    router.routes.extend(services.notifications.campaigns.api.router(parts.campaigns, shared.entry).routes)
    router.routes.extend(services.notifications.recipients.api.router(parts.recipients, shared.entry).routes)

    async def close() -> None:
        pool.close()

    return Hosted(
        name="notifications",
        database=database,
        router=router,
        prepare=_prepares(parts.stores, outbox),
        handlers=event_notices.handlers_of(shared.fan_out, parts.stores.recipients),
        replays=event_notices.replays_of(shared.fan_out),
        activities=NotificationActivities(
            parts.sending, parts.campaigns, parts.recipients, parts.weekly, parts.offers, shared.clock
        ),
        aside={"count of campaigns": CampaignWatch(parts.stores.campaigns).run},
        close=close,
    )


def _orders(shared: Shared, database: Database, outbox: Outbox) -> Hosted:
    store = MongoOrderStore(database)
    face = OrderService(store, shared.clock, shared.ids)
    return Hosted(
        name="orders",
        database=database,
        router=services.orders.api.router(face, shared.entry),
        prepare=_prepares(store, outbox),
        activities=OrdersActivities(face),
    )


def _payments(shared: Shared, database: Database, outbox: Outbox) -> Hosted:
    store = MongoPaymentStore(database)
    provider = shared.provider or HttpPaymentProvider(shared.session, shared.settings.payments)
    face = PaymentService(store, provider, shared.clock, shared.ids, MoneyMetrics())
    return Hosted(
        name="payments",
        database=database,
        router=services.payments.api.router(face, shared.entry),
        prepare=_prepares(store, outbox),
        activities=PaymentsActivities(face),
    )


def _recommendations(shared: Shared, database: Database, outbox: Outbox) -> Hosted:
    settings = shared.settings.recommendations
    parts = Recommending.of(
        recommendations.World(settings=settings, database=database, outbox=outbox, clock=shared.clock, ids=shared.ids)
    )
    return Hosted(
        name="recommendations",
        database=database,
        router=services.recommendations.api.router(parts.face, shared.entry),
        prepare=_prepares(parts.stores),
        activities=RecommendationActivities(parts.steps, parts.steps),
        handlers=recommendations.handlers_of(parts.stores, shared.refreshing, shared.owed, settings),
    )


def _users(shared: Shared, database: Database, outbox: Outbox) -> Hosted:
    store = MongoAccountStore(database)
    keys = shared.keys
    assert keys is not None  # noqa: S101 (the process hosts users)
    tokens = _tokens(shared, keys)
    hasher = shared.hasher or Argon2Hasher(shared.metrics.pools.pool("argon2", AT_ONCE))
    refresh_tokens = RefreshTokens(shared.clock, shared.ids, RandomSecrets())
    face = UserService(store, hasher, tokens, refresh_tokens, shared.clock, shared.ids)
    book = SealedContactBook(store, SecretSeal(shared.settings.contacts.seal_secrets))
    unsubscriptions = _unsubscriptions(shared, store)
    audit = MongoAuditStore(database)
    make_collections = _prepares(store, outbox, tokens, audit)

    async def prepare() -> None:
        await make_collections()
        await face.seed(_first_accounts(shared.settings.accounts))

    router = services.users.api.router(face, shared.entry)
    router.routes.extend(services.users.api.keys_router(keys, shared.entry).routes)
    router.routes.extend(services.users.api.unsubscriptions_router(unsubscriptions, shared.entry).routes)
    router.routes.extend(services.users.audit.api.router(AuditService(audit, shared.clock), shared.entry).routes)
    return Hosted(
        name="users",
        database=database,
        router=router,
        prepare=prepare,
        activities=UsersActivities(book),
    )


def _unsubscriptions(shared: Shared, store: MongoAccountStore) -> LinkUnsubscriptions:
    tokens = SignedUnsubscribeTokens(shared.settings.contacts.unsubscribe_secrets)
    return LinkUnsubscriptions(store, tokens, Changes(UserEvents(shared.clock, shared.ids)))


def _tokens(shared: Shared, keys: SigningKeys) -> Ed25519Tokens:
    auth = shared.settings.auth
    rules = TokenRules(issuer=auth.issuer, audience=auth.audience, lifetime=timedelta(minutes=auth.access_minutes))
    return Ed25519Tokens(keys, rules, shared.clock, shared.ids)


def signing_keys(settings: Settings, mongo: Client, clock: Clock) -> SigningKeys:
    """The keys that sign access tokens, in the users' database."""
    auth = settings.auth
    times = KeyTimes(
        propagation=timedelta(seconds=auth.key_propagation_seconds),
        kept=timedelta(minutes=auth.access_minutes) + LATE_TOKENS,
        reread=timedelta(seconds=auth.keys_fresh_seconds),
    )
    database = Database(mongo, f"{settings.mongo.database_prefix}users")
    return SigningKeys(MongoKeyStore(database), auth.key_passphrase.get_secret_value(), times, clock)


def _first_accounts(accounts: AccountsSettings) -> tuple[FirstAccount, ...]:
    return (
        FirstAccount(
            email=accounts.admin_email,
            password=accounts.admin_password.get_secret_value(),
            name="Administrator",
            roles=(Role.ADMIN, Role.OPS),
        ),
        FirstAccount(
            email=accounts.ops_email,
            password=accounts.ops_password.get_secret_value(),
            name="Operations",
            roles=(Role.OPS,),
        ),
    )


def _prepares(*parts: Preparable) -> Callable[[], Awaitable[None]]:
    async def prepare() -> None:
        with unavailable_when_away():
            for part in parts:
                await part.prepare()

    return prepare


BUILDERS: Final[Mapping[str, Callable[[Shared, Database, Outbox], Hosted]]] = {
    "catalog": _catalog,
    "deadletters": _deadletters,
    "inventory": _inventory,
    "notifications": _notifications,
    "orders": _orders,
    "payments": _payments,
    "recommendations": _recommendations,
    "users": _users,
}
