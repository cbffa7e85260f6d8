"""Campaigns on a running system, through GraphQL as OPS use it, and the mails that came of them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import aiohttp

from cli.graphql_client import GraphqlClient
from cli.ready import Addresses
from services.infra.inbox import Inbox
from services.infra.mongo import Database
from services.infra.settings import Settings
from services.notifications.recipients.documents import RECIPIENTS
from services.notifications.recipients.store import MongoRecipientStore
from services.shared.actors import Role
from services.shared.contacts import Contact
from services.shared.ids import SortableIds
from tests.integration.events.effects import opened_books

PATIENCE = 120.0
LOOK_EVERY = 0.05
AT_ONCE = 100
LOGIN = "mutation ($input: LoginInput!) { login(input: $input) { accessToken } }"
FIELDS = "id status paused recipients sent skipped failed finishedAt"
CREATE = f"""mutation ($input: CampaignInput!) {{ createCampaign(input: $input) {{
  campaign {{ {FIELDS} }} errors {{ code }} }} }}"""
CANCEL = f"mutation ($id: ID!) {{ cancelCampaign(id: $id) {{ campaign {{ {FIELDS} }} errors {{ code }} }} }}"
FIND = f"query ($id: ID!) {{ campaign(id: $id) {{ {FIELDS} }} }}"
LENGTH = "query ($id: ID!) { campaign(id: $id) { workflow { historyLength } } }"

Campaign = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Campaigning:
    """OPS, an audience, and a mailbox. `mark` is in every address and every subject."""

    ops: GraphqlClient
    mailbox: Path
    database: Database
    mark: str

    async def create(self) -> str:
        """A campaign to all customers, at once; its id."""
        words = {"subject": f"Sale {self.mark}", "body": "Hello {{name}}, **all** of it for less."}
        wish = {"name": "Sale", "category": "PROMOTIONAL", "audience": "ALL_CUSTOMERS", **words}
        payload = (await self.ops.ask(CREATE, input=wish))["createCampaign"]
        assert payload["errors"] == []
        campaign_id: str = payload["campaign"]["id"]
        return campaign_id

    async def cancel(self, campaign_id: str) -> Campaign:
        """As it is answered."""
        payload = (await self.ops.ask(CANCEL, id=campaign_id))["cancelCampaign"]
        assert payload["errors"] == []
        campaign: Campaign = payload["campaign"]
        return campaign

    async def until(self, campaign_id: str, is_so: Callable[[Campaign], bool], within: float = PATIENCE) -> Campaign:
        """The campaign, once that is so."""
        async with asyncio.timeout(within):
            while not is_so(campaign := await self.campaign(campaign_id)):  # noqa: ASYNC110 (what others do)
                await asyncio.sleep(LOOK_EVERY)
        return campaign

    async def campaign(self, campaign_id: str) -> Campaign:
        """As it is now."""
        found: Campaign = (await self.ops.ask(FIND, id=campaign_id))["campaign"]
        return found

    async def history_length(self, campaign_id: str) -> int:
        """Of the latest run of its workflow, in events."""
        found = (await self.ops.ask(LENGTH, id=campaign_id))["campaign"]["workflow"]["historyLength"]
        return int(found)

    def mails(self) -> Counter[str]:
        """How many of its mails each address has got."""
        found: Counter[str] = Counter()
        for path in self.mailbox.glob("*.eml"):
            mail = message_from_bytes(path.read_bytes(), policy=policy.default)
            if self.mark in str(mail["Subject"]):
                found[str(mail["X-Envelope-To"])] += 1
        return found

    async def settle_in(self, number: int) -> None:
        """So many more customers, known to notifications."""
        store = MongoRecipientStore(self.database, Inbox(self.database))
        for names in self._pages(number):
            await store.keep([_contact(name) for name in names])

    async def move_out(self, number: int) -> None:
        """They are gone again."""
        for names in self._pages(number):
            await self.database.collection(RECIPIENTS).delete_many({"_id": {"$in": names}})

    def _pages(self, number: int) -> list[list[str]]:
        names = [f"{self.mark}-{index:05d}" for index in range(number)]
        return [names[start : start + AT_ONCE] for start in range(0, number, AT_ONCE)]


def _contact(name: str) -> Contact:
    return Contact(user_id=name, version=1, email=f"{name}@test.example", name=name, roles=(Role.CUSTOMER,))


@asynccontextmanager
async def campaigning(addresses: Addresses, customers: int) -> AsyncIterator[Campaigning]:
    """On a running system, with so many customers more; afterwards they are gone."""
    accounts = Settings().accounts
    who = {"email": accounts.ops_email, "password": accounts.ops_password.get_secret_value()}
    async with aiohttp.ClientSession() as http, opened_books(addresses) as books:
        visitor = GraphqlClient(http, addresses.graphql, patience=PATIENCE)
        token = (await visitor.ask(LOGIN, input=who))["login"]["accessToken"]
        mark = SortableIds().new()
        found = Campaigning(visitor.signed_in(token), Path(addresses.mailbox), books.of("notifications"), mark)
        await found.settle_in(customers)
        try:
            yield found
        finally:
            await found.move_out(customers)
