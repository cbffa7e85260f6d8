"""Puts the service of notifications together: its stores, the way to the mail server, and what workflows may ask.

Decides nothing but which adapter stands behind which port. `composition` hosts it.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.infra.contacts.seal import SecretSeal
from services.infra.inbox import Inbox
from services.infra.mongo import Database
from services.infra.settings import Settings
from services.notifications.campaigns.service import CampaignService
from services.notifications.campaigns.store import MongoCampaignStore
from services.notifications.offers.service import OfferService
from services.notifications.ports import MailChannel, Renderer, Watch
from services.notifications.recipients.service import RecipientBook
from services.notifications.recipients.store import MongoRecipientStore
from services.notifications.sending.fresh import FreshMessages
from services.notifications.sending.gate import LaneGate
from services.notifications.sending.handing import HandingOver, Means
from services.notifications.sending.sender import Claims, Sender, Tools
from services.notifications.sending.service import SendingService
from services.notifications.sending.states import Terms
from services.notifications.service import NotificationService
from services.notifications.store import MongoLaneStore, MongoMessageStore
from services.notifications.weekly.service import WeeklyService
from services.shared.clock import Clock
from services.shared.ids import IdFactory, RandomSecrets

BYTE: Final = 255


def recipient_store(database: Database) -> MongoRecipientStore:
    """The store of recipients on its own, as the service has it: for measurements."""
    return MongoRecipientStore(database, Inbox(database))


def campaign_store(database: Database) -> MongoCampaignStore:
    """The store of campaigns, likewise."""
    return MongoCampaignStore(database)


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What the service is put together from."""

    settings: Settings
    database: Database
    clock: Clock
    ids: IdFactory
    renderer: Renderer
    channel: MailChannel
    watch: Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """All that it keeps."""

    messages: MongoMessageStore
    lanes: MongoLaneStore
    campaigns: MongoCampaignStore
    recipients: MongoRecipientStore

    @classmethod
    def of(cls, world: World) -> "Stores":
        database, settings = world.database, world.settings
        inbox = Inbox(database, timedelta(days=settings.consumers.inbox_days))
        return cls(
            messages=MongoMessageStore(database, timedelta(days=settings.notifications.kept_days)),
            lanes=MongoLaneStore(database),
            campaigns=MongoCampaignStore(database),
            recipients=MongoRecipientStore(database, inbox),
        )

    async def prepare(self) -> None:
        """Makes all collections and indexes. Idempotent."""
        for store in (self.messages, self.lanes, self.campaigns, self.recipients):
            await store.prepare()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifications:
    """The service: its face, and what workflows ask."""

    stores: Stores
    face: NotificationService
    sending: SendingService
    campaigns: CampaignService
    recipients: RecipientBook
    weekly: WeeklyService
    offers: OfferService

    @classmethod
    def of(cls, world: World) -> "Notifications":
        stores = Stores.of(world)
        recipients = RecipientBook(stores.recipients, SecretSeal(world.settings.contacts.seal_secrets))
        campaigns = CampaignService(stores.campaigns, recipients, world.renderer, world.clock)
        means = _means(world, recipients)
        return cls(
            stores=stores,
            face=NotificationService(stores.messages, stores.lanes),
            sending=SendingService(stores.messages, _sender(world, stores, campaigns, means), means),
            campaigns=campaigns,
            recipients=recipients,
            weekly=WeeklyService(),
            offers=OfferService(stores.messages),
        )


def _means(world: World, recipients: RecipientBook) -> Means:
    rules, secrets = world.settings.notifications, RandomSecrets()
    terms = Terms(
        give_up_after=timedelta(hours=rules.give_up_hours), probe_after=timedelta(seconds=rules.probe_seconds)
    )
    return Means(
        recipients=recipients,
        renderer=world.renderer,
        channel=world.channel,
        watch=world.watch,
        clock=world.clock,
        terms=terms,
        jitter=lambda: secrets.new()[0] / BYTE,
        fresh=FreshMessages(world.clock),
    )


def _sender(world: World, stores: Stores, campaigns: CampaignService, means: Means) -> Sender:
    smtp, lease = world.settings.smtp, timedelta(seconds=world.settings.notifications.claim_seconds)
    gate = LaneGate(stores.lanes, world.watch, world.clock, means.terms.probe_after)
    tools = Tools(
        claims=Claims(holder=world.ids.new(), lease=lease),
        watch=world.watch,
        clock=world.clock,
        ids=world.ids,
        at_once=smtp.standard_connections + smtp.critical_connections,
        fresh=means.fresh,
    )
    return Sender(stores.messages, campaigns, HandingOver(means, gate), gate, tools)
