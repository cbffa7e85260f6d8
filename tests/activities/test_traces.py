"""A trace that comes with a start or an update is told by all events of what follows, wherever the steps run."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
import pytest_asyncio

from tests.workflows.case import LOCAL, REMOTE, Case
from tests.workflows.lab import SENT, Lab, laboratory

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLACED = f"00-{'a1' * 16}-{'b1' * 8}-01"
SHIPPED = f"00-{'a2' * 16}-{'b2' * 8}-00"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=[100, 0], ids=["cached", "replayed"])
async def lab(request: pytest.FixtureRequest) -> AsyncIterator[Lab]:
    async with laboratory(cached=request.param) as running:
        yield running


@contextmanager
def sending(traceparent: str | None) -> Iterator[None]:
    token = SENT.set(traceparent)
    try:
        yield
    finally:
        SENT.reset(token)


def traces_of(case: Case) -> dict[str, str | None]:
    return {event.type: event.origin.traceparent for event in case.shop.events()}


@pytest.mark.parametrize("colocated", [REMOTE, LOCAL], ids=["remote", "local"])
async def test_all_events_of_an_order_tell_the_trace_that_placed_it(lab: Lab, colocated: tuple[str, ...]) -> None:
    case = await lab.case()
    with sending(PLACED):
        await case.place(colocated=colocated)
    await case.until_step("confirm", "DONE")
    told = traces_of(case)
    assert told == dict.fromkeys(told, PLACED)
    assert {"stock.reserved.v1", "payment.authorized.v1", "stock.committed.v1", "payment.captured.v1"} <= set(told)
    assert {"order.placed.v1", "order.reserved.v1", "order.confirmed.v1"} <= set(told)


async def test_an_update_has_the_trace_of_its_own_request(lab: Lab) -> None:
    case = await lab.case()
    with sending(PLACED):
        await case.place()
    await case.until_step("confirm", "DONE")
    with sending(SHIPPED):
        await case.ship()
    await case.deliver()
    told = traces_of(case)
    assert told["order.confirmed.v1"] == PLACED
    assert told["order.shipped.v1"] == SHIPPED
    assert told["order.delivered.v1"] is None


async def test_what_undoes_an_order_belongs_to_its_trace(lab: Lab) -> None:
    case = await lab.case()
    with sending(PLACED):
        await case.place(payment_method="pm_card_chargeDeclined")
    await case.until_closed()
    told = traces_of(case)
    assert told == dict.fromkeys(told, PLACED)
    assert {"payment.declined.v1", "stock.released.v1", "order.rejected.v1"} <= set(told)


@pytest.mark.parametrize("sent", ["no trace", "00-0-0-00", f"{PLACED}\r\nx: y", "1" * 5000])
async def test_what_is_no_trace_gets_into_no_event(lab: Lab, sent: str) -> None:
    case = await lab.case()
    with sending(sent):
        await case.place()
    assert set(traces_of(case).values()) == {None}
