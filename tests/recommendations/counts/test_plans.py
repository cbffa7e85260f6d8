"""What belongs to a user or a product is read by an index, however much there is: asked of the server."""

from typing import Any, Final

from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from services.infra.mongo import Client, Database
from services.recommendations.refreshing.models import UsersAfter
from tests.recommendations.counts.makers import NOW, WEEK, an_order, stands
from tests.recommendations.counts.mongo import MongoCounts

OF_THE_CONNECTION: Final = {"lsid", "$db", "$clusterTime", "$readPreference", "txnNumber"}
INDEXED: Final = {
    "pairs_0": ("skus", "of_sku"),
    "orders_0": ("place", "of_buyer"),
}
"""Of each collection that grows with the orders the field that a reader looks for, and its index."""


class Reads(CommandListener):
    """The commands that read, as they were sent."""

    def __init__(self) -> None:
        self.sent: list[dict[str, Any]] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name == "find":
            self.sent.append({key: value for key, value in event.command.items() if key not in OF_THE_CONNECTION})

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass


async def test_histories_partners_and_latest_orders_are_read_by_an_index(mongo_url: str, database: Database) -> None:
    reads, name = Reads(), database.collection("any").database.name
    client: Client = AsyncIOMotorClient(mongo_url, tz_aware=True, event_listeners=[reads])
    counts = MongoCounts(Database(client, name))
    await counts.prepare()
    await counts.count(stands(*(an_order(f"o{number}", user=f"u{number}") for number in range(20))))
    reads.sent.clear()
    await counts.purchases_of(["u1", "u2"], WEEK)
    await counts.users_after(UsersAfter(after="", limit=5))
    await counts.partners_of(["LAMP"])
    await counts.bought_since(["u1"], NOW)
    assert isinstance(reads.sent[-1]["filter"]["place"], str), "of several places the moments are not looked for"
    asked = [command for command in reads.sent if command["find"] in INDEXED]
    assert {command["find"] for command in asked} == set(INDEXED)
    for command in asked:
        field, index = INDEXED[command["find"]]
        # The embedded server reads by the index with the other conditions too, but does not say so.
        looked_for = {"find": command["find"], "filter": {field: command["filter"][field]}}
        plan = str((await client[name].command("explain", looked_for))["queryPlanner"]["winningPlan"])
        assert f"'indexName': '{index}'" in plan, plan
        assert "COLLSCAN" not in plan
    client.close()
