"""Orders that wait for a person are counted by Temporal itself, wherever they run."""

from prometheus_client import REGISTRY
from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from tests.workers.temporal_node import TemporalNode
from workers.stuck_orders import StuckOrders
from workers.temporal import ensure_search_attributes
from workflows.names import STUCK_STEP


def told() -> float | None:
    return REGISTRY.get_sample_value("caravan_saga_steps_stuck")


async def begin(client: Client, name: str, *, stuck: bool) -> None:
    """An order's run that nobody works on."""
    marks = [SearchAttributePair(STUCK_STEP, "authorize")] if stuck else []
    await client.start_workflow(
        "PlaceOrder", id=f"order/{name}", task_queue="nobody's", search_attributes=TypedSearchAttributes(marks)
    )


async def until_counted(orders: StuckOrders, number: int) -> None:
    """What is found by searching is a little behind."""
    while True:
        await orders.count()
        if told() == number:
            return


async def test_only_what_is_stuck_now_is_counted(temporal_node: TemporalNode) -> None:
    client = await temporal_node.client()
    await ensure_search_attributes(client)
    orders = StuckOrders(client)
    for name, stuck in (("well", False), ("stuck", True), ("stuck-too", True)):
        await begin(client, name, stuck=stuck)
    await until_counted(orders, 2)
    await client.get_workflow_handle("order/stuck").terminate()
    await until_counted(orders, 1)
    await client.get_workflow_handle("order/stuck-too").terminate()
    await until_counted(orders, 0)
