"""The gateway's composition root: the one place that builds it from settings. Nothing else here reads a setting."""

from collections.abc import Collection
from datetime import timedelta
from functools import partial

from fastapi import FastAPI
from temporalio.client import Client
from temporalio.runtime import Runtime

from gateway.auth import Authenticator, keys_of
from gateway.cache_composition import CHANCE, Stores, cached_of
from gateway.caching.serving import CachedAnswers
from gateway.context import Backends, Places
from gateway.currencies import Currencies
from gateway.live_composition import live_of
from gateway.redis_composition import SharedRedis, counters_in, responses_in, shared_redis
from gateway.schema import build_schema
from gateway.temporal_campaigns import TemporalCampaigns
from gateway.temporal_redrives import TemporalRedrives
from gateway.temporal_refreshes import TemporalRefreshes
from gateway.temporal_runs import Runs
from gateway.temporal_sagas import TemporalSagas
from gateway.temporal_schedules import TemporalSchedules
from gateway.throttle.budget import LeakyBudget
from gateway.throttle.keys import Keys
from gateway.throttle.ports import Bucket
from gateway.throttle.sign_ins import SignIns
from gateway.web.app import Parts, build_app
from gateway.web.edge import Around, edge_of
from gateway.web.endpoint import GraphQLEndpoint
from gateway.web.health import Readiness, checks_of
from gateway.web.jwks import jwks_page
from gateway.web.metrics import Metrics
from gateway.web.unsubscribe import unsubscribe_page
from services.catalog.client import CatalogClient
from services.catalog.ports import Catalog
from services.deadletters.client import DeadLettersClient
from services.deadletters.ports import DeadLetters
from services.infra.calls.metrics import CallMetrics
from services.infra.calls.sender import CONNECTIONS_A_SERVICE, Line, connections
from services.infra.http import Caller
from services.infra.identity.access_tokens import AccessTokens, access_token_rules
from services.infra.identity.callers import Identity
from services.infra.identity.key_ring import KeyRing
from services.infra.metrics.listeners import ANY_PORT, opened_by
from services.infra.metrics.page import TEMPORAL, ProcessMetrics
from services.infra.settings import CONTEXTS, Profile, Settings, TemporalSettings
from services.infra.telemetry import current_trace
from services.inventory.client import InventoryClient
from services.inventory.ports import Inventory
from services.notifications.campaigns.client import CampaignsClient
from services.notifications.campaigns.ports import Campaigns
from services.notifications.client import NotificationsClient
from services.notifications.ports import Notifications
from services.orders.client import OrdersClient
from services.orders.ports import Orders
from services.payments.client import PaymentsClient
from services.payments.ports import Payments
from services.recommendations.client import RecommendationsClient
from services.recommendations.ports import Recommendations
from services.shared.clock import Clock, SystemClock
from services.shared.ids import SortableIds
from services.users.audit.client import AuditClient
from services.users.audit.ports import Audit
from services.users.client import UnsubscriptionsClient, UsersClient
from services.users.ports import Unsubscriptions, Users
from workflows.campaigns import CampaignRules
from workflows.plugin import caravan_plugin
from workflows.runtime import new_runtime


async def compose(settings: Settings) -> FastAPI:
    """The gateway as these settings describe it. Connects to nothing yet: what is away now may come later.

    Raises:
        ValueError: the settings hold no private key to call services with.
    """
    told = ProcessMetrics()
    client = await engine(settings.temporal, _runtime(settings, told))
    clock, within = SystemClock(), settings.gateway.answer_within
    identity = Identity(settings.identity.private_key, "gateway", clock)
    addresses = {settings.services.url_of(context) for context in CONTEXTS}
    pool = told.pools.pool("http", CONNECTIONS_A_SERVICE * len(addresses))
    line = Line(session=connections(pool), identity=identity, timeout=within, metrics=CallMetrics(told.registry))
    return assemble(settings, backends_of(settings, line, clock, client), clock, line, told)


def _runtime(settings: Settings, told: ProcessMetrics) -> Runtime:
    if not settings.metrics.temporal:
        return new_runtime()
    runtime, url = opened_by(lambda: new_runtime(ANY_PORT))
    told.expect(TEMPORAL, url)
    return runtime


async def engine(settings: TemporalSettings, runtime: Runtime | None = None) -> Client:
    """A client of the workflow engine. Connects when it is first asked for something, and again by itself."""
    return await Client.connect(
        settings.address,
        namespace=settings.namespace,
        plugins=[caravan_plugin(trace=current_trace)],
        lazy=True,
        runtime=runtime or new_runtime(),
    )


def assemble(
    settings: Settings,
    backends: Backends,
    clock: Clock,
    line: Line | None = None,
    told: ProcessMetrics | None = None,
    stores: Stores | None = None,
) -> FastAPI:
    """The gateway on any backends; hangs up the line at its end. Counts and keeps in Redis unless it is told where.

    Raises OSError or ValueError for trusted documents that cannot be read or executed.
    """
    told = told or ProcessMetrics(line.metrics.registry if line else None)
    schema, metrics = build_schema(), Metrics(told.registry)
    keys = KeyRing(keys_of(backends.users), clock, timedelta(seconds=settings.auth.keys_fresh_seconds))
    rules = access_token_rules(settings.auth.issuer, settings.auth.audience)
    authenticator = Authenticator(AccessTokens(keys, rules, clock))

    shared, stores = shared_redis(settings.redis, told.pools), stores or Stores()
    counters = stores.counters or counters_in(shared, metrics.throttle)
    names = Keys(settings.identity.private_key)
    around = Around(
        backends=backends,
        authenticator=authenticator,
        metrics=metrics,
        sign_ins=SignIns(counters, names, settings.sign_ins, metrics.throttle),
    )
    bucket = Bucket(size=settings.limits.budget, leak=settings.limits.budget_refill)
    cached = cached_of(settings, schema, stores.responses or responses_in(shared, backends.ids, CHANCE), metrics.cache)
    edge = edge_of(
        settings, schema, around, stores.budget or LeakyBudget(counters, names, bucket, metrics.throttle), cached
    )
    drop = cached.drop if cached else _drop_nothing
    live = live_of(settings, schema, edge, shared.redis, clock)
    return build_app(
        Parts(
            schema=schema,
            endpoint=GraphQLEndpoint(edge),
            readiness=Readiness(checks_of(backends), metrics),
            page=told.page,
            jwks=jwks_page(keys, settings.auth.keys_fresh_seconds),
            unsubscribe=unsubscribe_page(backends.unsubscriptions, backends.ids, drop),
            sockets=live.sockets,
            running=live.running,
            explorer=settings.profile is Profile.DEVELOPMENT,
            origins=tuple(settings.gateway.allowed_origins.split()),
            largest_head=settings.limits.headers,
            close=partial(_close, shared, line, cached),
        )
    )


async def _drop_nothing(_tags: Collection[str]) -> None:
    """Where no answers are kept."""


async def _close(shared: SharedRedis, line: Line | None, cached: CachedAnswers | None) -> None:
    if cached is not None:
        await cached.close()
    await shared.close()
    if line is not None:
        await line.session.close()


def places_of(settings: Settings) -> Places:
    """Which services share a process with which worker."""
    return Places(
        orders=settings.services.together_with("orders"),
        products=settings.services.together_with("catalog"),
        hold_seconds=settings.inventory.hold_seconds,
        answer_within=settings.gateway.answer_within,
    )


def campaign_rules_of(settings: Settings) -> CampaignRules:
    """How fast campaigns go."""
    return CampaignRules(per_second=settings.notifications.campaign_rate)


def backends_of(settings: Settings, line: Line, clock: Clock, client: Client) -> Backends:
    """All that the gateway speaks to, over the network."""
    within = settings.gateway.answer_within
    runs = Runs(client, settings.temporal.ui, within, clock)

    def caller(context: str, protocol: type, host: str = "") -> Caller:
        return Caller(line, settings.services.url_of(host or context), context, protocol)

    catalog = CatalogClient(caller("catalog", Catalog))
    return Backends(
        catalog=catalog,
        inventory=InventoryClient(caller("inventory", Inventory)),
        orders=OrdersClient(caller("orders", Orders)),
        payments=PaymentsClient(caller("payments", Payments)),
        users=UsersClient(caller("users", Users)),
        unsubscriptions=UnsubscriptionsClient(caller("unsubscriptions", Unsubscriptions, host="users")),
        audit=AuditClient(caller("audit", Audit, host="users")),
        dead_letters=DeadLettersClient(caller("deadletters", DeadLetters)),
        sagas=TemporalSagas(client, runs, within, settings.gateway.placements_at_once),
        redrives=TemporalRedrives(client, within),
        schedules=TemporalSchedules(client, within),
        refreshes=TemporalRefreshes(client, within, settings.services.together_with("recommendations")),
        notifications=NotificationsClient(caller("notifications", Notifications)),
        campaigns=CampaignsClient(caller("campaigns", Campaigns, host="notifications")),
        campaign_runs=TemporalCampaigns(
            client, within, campaign_rules_of(settings), settings.services.together_with("notifications")
        ),
        recommendations=RecommendationsClient(caller("recommendations", Recommendations)),
        ids=SortableIds(),
        places=places_of(settings),
        currencies=Currencies(catalog, clock),
    )
