"""Who may subscribe to what: every subscription, begun by every kind of caller. On denial nothing happens."""

import pytest

from tests.gateway.matrix import CALLERS, EXPECTED, OPERATIONS, operation
from tests.live.house import House
from tests.live.subscriber import subscribed


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("field", sorted(name for name in OPERATIONS if name.startswith("Subscription.")))
async def test_each_caller_may_watch_what_the_table_says(house: House, field: str, caller: str) -> None:
    document, variables = await operation(house.world, field)
    before = house.world.fingerprint()
    async with subscribed(house.url, house.world.tokens.get(caller), document, **variables) as client:
        message = await client.hear()
    code = message["payload"][0]["extensions"]["code"] if message["type"] == "error" else ""
    assert code == EXPECTED[field][caller]
    assert message["type"] == ("error" if code else "next")
    assert house.world.fingerprint() == before
