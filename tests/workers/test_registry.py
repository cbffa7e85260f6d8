"""What each queue's worker can run, given the services in its process."""

from collections.abc import Callable
from typing import Any

from temporalio import activity

from activities.replays import ReplayActivities
from tests.workers.faces import hosted
from workers.registry import activities_of
from workflows import steps
from workflows.names import (
    CATALOG_QUEUE,
    DEADLETTERS_QUEUE,
    INVENTORY_QUEUE,
    NOTIFICATIONS_STANDARD_QUEUE,
    ORDERS_QUEUE,
    PAYMENTS_QUEUE,
    USERS_QUEUE,
)
from workflows.placement import is_local
from workflows.steps import Step

EVERY = (CATALOG_QUEUE, INVENTORY_QUEUE, ORDERS_QUEUE, PAYMENTS_QUEUE, DEADLETTERS_QUEUE, USERS_QUEUE)
STEPS: list[Step[Any, Any]] = [step for step in vars(steps).values() if isinstance(step, Step)]


def wire_name(run: Callable[..., Any]) -> str:
    return str(activity._Definition.must_from_callable(run).name)


def runnable(queue: str, *services: str) -> set[str]:
    return {wire_name(run) for run in activities_of(queue, hosted(*services))}


def test_a_service_on_its_own_runs_its_own_steps_only() -> None:
    for queue in EVERY:
        assert {name.partition(".")[0] for name in runnable(queue, queue)} == {queue}


def test_orders_can_run_every_step_that_is_placed_locally() -> None:
    wanted = {wire_name(step.run) for step in STEPS if is_local(step, EVERY)}
    assert wanted <= runnable(ORDERS_QUEUE, *EVERY)


def test_every_step_is_run_by_its_services_queue() -> None:
    for step in STEPS:
        assert wire_name(step.run) in runnable(step.queue, *EVERY)


def test_no_other_queue_runs_the_steps_that_leave() -> None:
    for queue in (CATALOG_QUEUE, INVENTORY_QUEUE, ORDERS_QUEUE):
        assert not {name for name in runnable(queue, *EVERY) if name.startswith("payments.")}
    assert all(name.startswith("payments.") for name in runnable(PAYMENTS_QUEUE, *EVERY))


def test_a_service_with_consumers_replays_on_its_own_queue_alone() -> None:
    replays = {service: ReplayActivities({}) for service in (CATALOG_QUEUE, ORDERS_QUEUE)}
    able = {queue: [wire_name(run) for run in activities_of(queue, hosted(*EVERY), replays)] for queue in EVERY}
    steps_of_replays = ["replays.apply", "replays.preview"]
    assert {queue for queue, names in able.items() if set(steps_of_replays) & set(names)} == set(replays)
    assert [name for name in able[ORDERS_QUEUE] if name.startswith("replays.")] == steps_of_replays


def test_the_queue_of_redrives_runs_no_step() -> None:
    assert activities_of(NOTIFICATIONS_STANDARD_QUEUE, hosted(*EVERY)) == []
