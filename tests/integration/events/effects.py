"""What became of events at the consumer that keeps receipts, the catalogue's notes of stock. Changes nothing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache

from cli.ready import Addresses
from services.infra.mongo import Database, connect
from services.infra.settings import Settings
from tests.integration.shop import PATIENCE

CONSUMER = "stock-notes"
TOPIC = "caravan.inventory"
LOOK_EVERY = 0.2


@dataclass(frozen=True, slots=True)
class Books:
    """The services' databases: who tells of stock has one, and who notes it another."""

    of: Callable[[str], Database]

    @property
    def inventory(self) -> Database:
        return self.of("inventory")

    @property
    def catalog(self) -> Database:
        return self.of("catalog")

    async def receipts(self) -> dict[str, str]:
        """What came of each event that the consumer has had, by the event's id."""
        found = await self.catalog.collection("inbox").find({}).to_list(None)
        return {document["_id"].removeprefix(f"{CONSUMER}/"): document["outcome"] for document in found}

    async def notes(self) -> dict[str, tuple[int, int]]:
        """What the catalogue has noted, by SKU: how much is available, and the version of the stock."""
        found = await self.catalog.collection("stock_notes").find({}).to_list(None)
        return {document["_id"]: (document["available"], document["version"]) for document in found}

    async def lacking(self) -> Mapping[str, object]:
        """The events of stock without an effect, and the SKUs of which something else is noted than there is."""
        told = await self.inventory.collection("outbox").distinct("_id")
        stock = await self.inventory.collection("stock").find({}).to_list(None)
        receipts, notes = await self.receipts(), await self.notes()
        lacking: dict[str, object] = {event: "no receipt" for event in told if event not in receipts}
        for item in stock:
            if notes.get(item["_id"]) != (item["available"], item["version"]):
                lacking[item["_id"]] = notes.get(item["_id"])
        return lacking

    async def are_complete(self, within: float = PATIENCE) -> None:
        """Returns once every event of stock has had its effect, and the notes say what inventory says."""
        lacking: Mapping[str, object] = {}
        try:
            async with asyncio.timeout(within):
                while lacking := await self.lacking():  # noqa: ASYNC110 (a condition of another process)
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError:
            raise AssertionError(f"{len(lacking)} lack their effect: {dict(list(lacking.items())[:5])}") from None


@asynccontextmanager
async def opened_books(at: Addresses) -> AsyncIterator[Books]:
    """Those of a running system."""
    settings = Settings().mongo.model_copy(update={"url": at.mongo})
    client = connect(settings)
    try:
        yield Books(cache(lambda context: Database(client, settings.database_prefix + context)))
    finally:
        client.close()
