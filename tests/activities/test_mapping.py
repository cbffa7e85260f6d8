"""Activities on a worker: every error passes the mapping, and who caused a change is told to the service."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.shared.events import Origin
from tests.workflows.case import LOCAL, REMOTE
from tests.workflows.faults import Fault
from tests.workflows.lab import Lab, laboratory, settled

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with laboratory() as running:
        yield running


@pytest.mark.parametrize("colocated", [REMOTE, LOCAL], ids=["remote", "local"])
async def test_a_defect_is_retried_and_its_text_stays_out_of_the_history(lab: Lab, colocated: tuple[str, ...]) -> None:
    case = await lab.case()
    case.shop.script.plan("price", Fault(defect=True))
    placing = case.place(colocated=colocated)
    assert await case.until_closed(skip=20) == "FAILED"
    assert case.shop.script.journal == "price+"
    history = (await case.run.fetch_history()).to_json()
    assert "RuntimeError" in history
    assert "secret text" not in history
    await settled(placing)


async def test_every_change_says_which_workflow_caused_it(lab: Lab) -> None:
    case = await lab.case()
    await case.place()
    await case.until_step("confirm", "DONE")
    order, hold = f"order/{case.order_id}", f"reservation/{case.order_id}"
    origins = {event.type: event.origin for event in case.shop.events()}
    assert origins == {
        name: Origin(correlation_id=case.order_id, causation_id=hold if name == "stock.reserved.v1" else order)
        for name in origins
    }
    assert {"order.placed.v1", "stock.reserved.v1", "payment.captured.v1", "order.confirmed.v1"} <= set(origins)


async def test_the_idempotency_key_of_a_step_names_the_workflow_and_the_step(lab: Lab) -> None:
    case = await lab.case()
    await case.place()
    await case.until_step("confirm", "DONE")
    assert [movement.key for movement in case.shop.provider.ledger] == [
        f"order/{case.order_id}/authorize",
        f"order/{case.order_id}/capture",
    ]
