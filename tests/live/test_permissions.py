"""Who may subscribe to what: every subscription, begun by every kind of caller."""

import pytest

from gateway.permissions import PERMISSIONS
from tests.live.house import House
from tests.live.subscriber import ORDER, STOCK, subscribed

CALLERS = ("anonymous", "mia", "ben", "ops", "admin")
SUBSCRIPTIONS = {
    "Subscription.orderUpdated": (ORDER, {"anonymous": "UNAUTHENTICATED", "ben": "NOT_FOUND"}),
    "Subscription.stockChanged": (STOCK, {}),
}
"""The document, and the code that a caller is answered who may not. The order is mia's."""


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("field", sorted(name for name in PERMISSIONS if name.startswith("Subscription.")))
async def test_each_caller_may_watch_what_the_table_says(house: House, field: str, caller: str) -> None:
    document, refused = SUBSCRIPTIONS[field]
    variables = {"id": await house.world.placed("mia")} if document == ORDER else {"skus": ["ink"]}
    async with subscribed(house.url, house.world.tokens.get(caller), document, **variables) as client:
        message = await client.hear()
    code = message["payload"][0]["extensions"]["code"] if message["type"] == "error" else ""
    assert (message["type"], code) == (("error", refused[caller]) if caller in refused else ("next", ""))
