"""What a test does with messages and their mail server: has some sent, waits for what becomes of them."""

import asyncio
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cli.shop_client import ShopClient
from cli.shop_views import OrderView
from services.infra.mongo import Database, Document
from tests.integration.shop import PATIENCE, Shop, ended
from tests.support.smtp_server import ScriptedSmtp
from tests.support.stack import Stack

LOOK_EVERY = 0.1
ENDED = frozenset({"SENT", "SKIPPED", "FAILED"})
MESSAGE_ID = re.compile(rb"^Message-ID: <([^@]+)@", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A shop on a running stack, the database of its messages, and the mail server that they go to."""

    stack: Stack
    shop: Shop
    database: Database
    server: ScriptedSmtp

    async def welcomed(self) -> tuple[ShopClient, str]:
        """Somebody new, whose first mail has come; and their address."""
        buyer, address = await self.shop.reader()
        await self.server.until(lambda: address in self.readers(), PATIENCE)
        return buyer, address

    async def order(self, buyer: ShopClient, sku: str = "") -> OrderView:
        """One that is confirmed, of a product of its own unless one is named."""
        sku = sku or (await self.shop.products(1, stock=1))[0]
        order = await ended(buyer, await buyer.place(self.shop.wish({sku: 1})))
        assert order.status == "CONFIRMED"
        return order

    async def messages(self, of: str) -> Sequence[Document]:
        """All of an order or a campaign."""
        return list(await self.database.collection("messages").find({"correlation_id": of}).to_list(None))

    async def until(self, of: str, is_so: Callable[[Document], bool], within: float = PATIENCE) -> Sequence[Document]:
        """The messages, once there are some and each of them is so."""
        async with asyncio.timeout(within):
            while not (found := await self.messages(of)) or not all(map(is_so, found)):  # noqa: ASYNC110 (others do it)
                await asyncio.sleep(LOOK_EVERY)
        return found

    def readers(self) -> Sequence[str]:
        """Whom the mails were for that the server took, in their order."""
        return [mail.recipient for mail in self.server.taken]

    def taken(self) -> Counter[str]:
        """How many mails of each message the server took."""
        found = [MESSAGE_ID.search(mail.content) for mail in self.server.taken]
        return Counter(match[1].decode() for match in found if match)

    async def command(self, *words: str) -> Any:  # noqa: ANN401 (JSON)
        """What `caravan` prints as JSON."""
        command = [sys.executable, "-m", "cli", *words, "--json", "--ready", str(self.stack.ready)]
        done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
        return json.loads(done.stdout)

    async def lanes(self) -> Mapping[str, Mapping[str, Any]]:
        """By their names."""
        return {lane["lane"]: lane for lane in await self.command("notifications", "lanes")}


def is_sent(message: Document) -> bool:
    return bool(message["status"] == "SENT")


def has_ended(message: Document) -> bool:
    return message["status"] in ENDED


def waits(message: Document) -> bool:
    """It was tried, and will be again."""
    return bool(message["status"] == "QUEUED" and message["attempts"])
