"""What orders count: each end once, however often a history is replayed and a wish is repeated."""

from collections import Counter
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.runtime import BufferedMetricUpdate, MetricBuffer, Runtime, TelemetryConfig

from services.catalog.models import RequestedLine
from tests.workflows.case import LOCAL, REMOTE
from tests.workflows.lab import Lab, laboratory, settled

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORWARD = ("price", "record", "reserve", "authorize", "commit", "capture", "confirm")


class Meter:
    """A laboratory in which each workflow task replays its whole history, and what was counted in it."""

    def __init__(self, lab: Lab, buffer: MetricBuffer) -> None:
        self.lab = lab
        self._buffer = buffer

    def taken(self) -> dict[str, list[BufferedMetricUpdate]]:
        """What was counted since it was last asked, by metric; ours only."""
        told: dict[str, list[BufferedMetricUpdate]] = {}
        for update in self._buffer.retrieve_updates():
            if update.metric.name.startswith("caravan_"):
                told.setdefault(update.metric.name, []).append(update)
        return told


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def meter() -> AsyncIterator[Meter]:
    buffer = MetricBuffer(100_000)
    async with laboratory(cached=0, runtime=Runtime(telemetry=TelemetryConfig(metrics=buffer))) as lab:
        yield Meter(lab, buffer)


def counts(updates: list[BufferedMetricUpdate], *labels: str) -> Counter[tuple[str, ...]]:
    found: Counter[tuple[str, ...]] = Counter()
    for update in updates:
        found[tuple(str(update.attributes[label]) for label in labels)] += int(update.value)
    return found


@pytest.mark.parametrize("colocated", [LOCAL, REMOTE])
async def test_an_order_that_is_delivered_counts_each_end_once(meter: Meter, colocated: tuple[str, ...]) -> None:
    meter.taken()
    case = await meter.lab.case()
    await case.place(colocated=colocated)
    await case.place(colocated=colocated)
    await case.until_step("confirm", "DONE")
    await case.ship()
    await case.deliver()
    assert await case.until_closed() == "COMPLETED"
    told = meter.taken()
    assert counts(told["caravan_orders"], "outcome") == {("confirmed",): 1, ("delivered",): 1}
    expected = {(step, "done"): 1 for step in (*FORWARD, "ship", "deliver")}
    assert counts(told["caravan_saga_steps"], "step", "outcome") == expected
    assert "caravan_saga_undos" not in told
    [answer] = told["caravan_orders_placed_to_answer"]
    [confirmed] = told["caravan_orders_placed_to_confirmed"]
    assert 0 < answer.value <= confirmed.value < 60_000


async def test_a_declined_order_counts_its_undos(meter: Meter) -> None:
    meter.taken()
    case = await meter.lab.case()
    await case.place(payment_method="pm_sandbox_captureDeclined")
    assert await case.until_closed() == "COMPLETED"
    told = meter.taken()
    assert counts(told["caravan_orders"], "outcome") == {("payment_declined",): 1}
    assert counts(told["caravan_saga_steps"], "step", "outcome")["capture", "refused"] == 1
    undone = {("authorize", "compensated"): 1, ("reserve", "compensated"): 1}
    assert counts(told["caravan_saga_undos"], "step", "outcome") == undone
    assert len(told["caravan_orders_placed_to_answer"]) == 1
    assert "caravan_orders_placed_to_confirmed" not in told


@pytest.mark.parametrize(
    ("line", "outcome"),
    [(RequestedLine(sku="ink", quantity=500), "out_of_stock"), (RequestedLine(sku="no-such", quantity=1), "not_found")],
)
async def test_a_refused_order_counts_why(meter: Meter, line: RequestedLine, outcome: str) -> None:
    meter.taken()
    case = await meter.lab.case()
    await settled(case.place(lines=(line,)))
    await case.until_closed()
    assert counts(meter.taken()["caravan_orders"], "outcome") == {(outcome,): 1}


async def test_a_cancelled_order_was_confirmed_before(meter: Meter) -> None:
    meter.taken()
    case = await meter.lab.case()
    await case.place()
    await case.until_step("confirm", "DONE")
    await case.cancel()
    await case.until_closed()
    assert counts(meter.taken()["caravan_orders"], "outcome") == {("confirmed",): 1, ("cancelled",): 1}
