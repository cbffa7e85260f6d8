"""The limit: a workflow of PlaceOrder's shape whose steps do nothing. What it costs is Temporal alone.

Same commands in the same order: two local steps, a child with one, a local one, the early answer, a remote step,
a local one, a remote one, a local one, and an order's search attributes. It must stay so when PlaceOrder changes.
"""

from datetime import timedelta

from temporalio import activity, workflow

from workflows.names import ORDER_STATUS

QUEUE = "bench-orders"
CHILD_QUEUE = "bench-inventory"
REMOTE_QUEUE = "bench-payments"
WITHIN = timedelta(seconds=10)


@activity.defn(name="bench.do_nothing")
async def do_nothing(payload: dict[str, str]) -> dict[str, str]:
    """Gives back what it was given."""
    return payload


async def _local(payload: dict[str, str]) -> None:
    await workflow.execute_local_activity(do_nothing, payload, start_to_close_timeout=WITHIN)


async def _remote(payload: dict[str, str]) -> None:
    await workflow.execute_activity(do_nothing, payload, start_to_close_timeout=WITHIN, task_queue=REMOTE_QUEUE)


@workflow.defn(name="BenchReserve")
class BenchReserve:
    """The child."""

    @workflow.run
    async def run(self, payload: dict[str, str]) -> None:
        await _local(payload)


@workflow.defn(name="BenchOrder")
class BenchOrder:
    """The parent; answers `await_placement` when the child is done."""

    @workflow.init
    def __init__(self, payload: dict[str, str]) -> None:
        self._payload = payload
        self._reserved = False

    @workflow.run
    async def run(self, payload: dict[str, str]) -> None:
        await _local(payload)
        await _local(payload)
        await workflow.execute_child_workflow(
            BenchReserve.run, payload, id=f"{workflow.info().workflow_id}/reserve", task_queue=CHILD_QUEUE
        )
        await _local(payload)
        self._reserved = True
        await _remote(payload)
        await _local(payload)
        await _remote(payload)
        await _local(payload)
        workflow.upsert_search_attributes([ORDER_STATUS.value_set("CONFIRMED")])

    @workflow.update(name="await_placement")
    async def await_placement(self) -> dict[str, str]:
        await workflow.wait_condition(lambda: self._reserved)
        return self._payload
