"""A whole stack of its own whose mail goes to a server that does nothing, with as many customers as a bench wants."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import aiohttp

from cli.graphql_client import GraphqlClient
from cli.ready import Addresses
from cli.shop_client import ShopClient
from cli.stack.running import running_stack
from services.infra.mongo import Database, close, connect
from services.infra.outbox.rows import Outbox
from services.infra.settings import Settings
from services.notifications.campaigns.models import Campaign
from services.shared.actors import Role
from services.shared.contacts import Contact
from services.shared.ids import SortableIds
from workers.notifications import campaign_store, recipient_store

PROCESSES: Final = ("services", "mongo", "temporal", "kafka", "gateway")
LOOK_EVERY: Final = 0.25
"""Seconds between two looks at what others do."""

AT_ONCE: Final = 500
DOMAINS: Final = 20
BODY: Final = (
    "# Hello {{name}}\n\n" + "A paragraph of **words**, with [a link](https://shop.example/offer) in it.\n\n" * 12
)
CREATE: Final = """mutation ($input: CampaignInput!) {
  createCampaign(input: $input) { campaign { id } errors { code message } } }"""
CANCEL: Final = "mutation ($id: ID!) { cancelCampaign(id: $id) { errors { code } } }"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A running stack, OPS on it, and the database of notifications."""

    addresses: Addresses
    ops: GraphqlClient
    shop: ShopClient
    visitor: ShopClient
    database: Database

    @property
    def pids(self) -> dict[str, int]:
        """The processes that a mail costs something."""
        return {name: self.addresses.pids[name] for name in PROCESSES}

    async def settle_in(self, number: int) -> None:
        """So many customers, known to notifications: written by its own store."""
        store = recipient_store(self.database)
        ids = SortableIds()
        for start in range(0, number, AT_ONCE):
            await store.keep([_contact(ids.new(), index) for index in range(start, min(start + AT_ONCE, number))])

    async def create_campaign(self) -> str:
        """One to all customers, at once; its id."""
        words = {"subject": "News for {{name}}", "body": BODY}
        wish = {"name": "Bench", "category": "PROMOTIONAL", "audience": "ALL_CUSTOMERS", **words}
        payload = (await self.ops.ask(CREATE, input=wish))["createCampaign"]
        if payload["errors"]:
            raise RuntimeError(str(payload["errors"]))
        return str(payload["campaign"]["id"])

    async def cancel_campaign(self, campaign_id: str) -> None:
        """Nothing more of it is sent."""
        await self.ops.ask(CANCEL, id=campaign_id)

    async def is_taken(self, campaign_id: str) -> bool:
        """Whether all of its messages are made."""
        return (await self.campaign(campaign_id)).is_taken

    async def is_finished(self, campaign_id: str) -> bool:
        """Whether all of them came to an end."""
        return (await self.campaign(campaign_id)).finished_at is not None

    async def all_is_told(self) -> bool:
        """Whether no event of notifications waits to leave."""
        return not await Outbox(self.database).count_waiting()

    async def campaign(self, campaign_id: str) -> Campaign:
        """Its row, read where it is kept: asking the gateway would cost more than is measured."""
        return (await campaign_store(self.database).by_ids([campaign_id]))[0]


async def until(is_so: Callable[[], Awaitable[bool]]) -> None:
    """Returns once it is so, which other processes bring about."""
    while not await is_so():  # noqa: ASYNC110 (as it says)
        await asyncio.sleep(LOOK_EVERY)


@asynccontextmanager
async def field_with(smtp_port: int, rate: float) -> AsyncIterator[Field]:
    """Starts it, with so many mails of a campaign a second, and takes it away in the end."""
    settings = Settings()
    told = {"CARAVAN_SMTP__URL": f"smtp://127.0.0.1:{smtp_port}", "CARAVAN_NOTIFICATIONS__CAMPAIGN_RATE": str(rate)}
    async with running_stack(environment=told) as addresses, aiohttp.ClientSession() as http:
        password = settings.accounts.ops_password.get_secret_value()
        visitor = GraphqlClient(http, addresses.graphql)
        shop = await ShopClient(visitor).login(settings.accounts.ops_email, password)
        mongo = settings.mongo.model_copy(update={"url": addresses.mongo})
        client = connect(mongo)
        try:
            database = Database(client, f"{mongo.database_prefix}notifications")
            yield Field(
                addresses=addresses,
                ops=visitor.signed_in(str(shop.token)),
                shop=shop,
                visitor=ShopClient(visitor),
                database=database,
            )
        finally:
            await close(client)


def _contact(user_id: str, index: int) -> Contact:
    address = f"customer-{index}@shop-{index % DOMAINS}.test"
    return Contact(user_id=user_id, version=1, email=address, name=f"Customer {index}", roles=(Role.CUSTOMER,))
