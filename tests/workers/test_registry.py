"""What each queue's worker can run, given the services in its process."""

from collections.abc import Callable
from typing import Any

from temporalio import activity

from activities.replays import ReplayActivities
from tests.workers.faces import hosted
from workers.absent_steps import absent_steps
from workers.registry import activities_of
from workflows import steps
from workflows.names import (
    CATALOG_QUEUE,
    DEADLETTERS_QUEUE,
    INVENTORY_QUEUE,
    NOTIFICATIONS,
    NOTIFICATIONS_CRITICAL_QUEUE,
    NOTIFICATIONS_STANDARD_QUEUE,
    ORDERS_QUEUE,
    PAYMENTS_QUEUE,
    RECOMMENDATIONS_QUEUE,
    USERS_QUEUE,
    queue_of,
)
from workflows.placement import is_local
from workflows.steps import Step

EVERY = (
    *(CATALOG_QUEUE, INVENTORY_QUEUE, ORDERS_QUEUE, PAYMENTS_QUEUE, DEADLETTERS_QUEUE, USERS_QUEUE),
    *(RECOMMENDATIONS_QUEUE, NOTIFICATIONS),
)
"""The services; but for the last one, their queues have the same names."""
LANES = (NOTIFICATIONS_CRITICAL_QUEUE, NOTIFICATIONS_STANDARD_QUEUE)
STEPS: list[Step[Any, Any]] = [step for step in vars(steps).values() if isinstance(step, Step)]


def wire_name(run: Callable[..., Any]) -> str:
    return str(activity._Definition.must_from_callable(run).name)


def runnable(queue: str, *services: str) -> set[str]:
    return {wire_name(run) for run in activities_of(queue, hosted(*services))}


def test_a_service_on_its_own_runs_its_own_steps_only() -> None:
    for service in EVERY:
        assert {name.partition(".")[0] for name in runnable(queue_of(service), service)} == {service}


def test_orders_can_run_every_step_that_is_placed_locally() -> None:
    others = tuple(service for service in EVERY if service != NOTIFICATIONS)
    wanted = {wire_name(step.run) for step in STEPS if is_local(step, others)}
    assert wanted <= runnable(ORDERS_QUEUE, *EVERY)


def test_a_worker_that_decides_workflows_knows_every_step_that_may_be_asked_for_locally() -> None:
    others = tuple(service for service in EVERY if service != NOTIFICATIONS)
    wanted = {wire_name(step.run) for step in STEPS if is_local(step, others)}
    for hosting in (("orders",), ("orders", "inventory"), EVERY):
        absent = [wire_name(step) for step in absent_steps(ORDERS_QUEUE, hosting)]
        able = runnable(ORDERS_QUEUE, *hosting)
        assert wanted <= able | set(absent)
        assert len(absent) == len(set(absent) - able)
    assert absent_steps(USERS_QUEUE, ("users",)) == []


def test_every_step_is_run_by_its_services_queue() -> None:
    for step in STEPS:
        assert wire_name(step.run) in runnable(step.queue, *EVERY)


def test_no_other_queue_runs_the_steps_that_leave() -> None:
    for queue in (CATALOG_QUEUE, INVENTORY_QUEUE, ORDERS_QUEUE, RECOMMENDATIONS_QUEUE):
        assert not {name for name in runnable(queue, *EVERY) if name.startswith(("payments.", "notifications."))}
    assert all(name.startswith("payments.") for name in runnable(PAYMENTS_QUEUE, *EVERY))


def test_a_service_with_consumers_replays_on_its_own_queue_alone() -> None:
    replays = {service: ReplayActivities({}) for service in (CATALOG_QUEUE, ORDERS_QUEUE, NOTIFICATIONS)}
    queues = (*map(queue_of, EVERY), NOTIFICATIONS_CRITICAL_QUEUE)
    able = {queue: [wire_name(run) for run in activities_of(queue, hosted(*EVERY), replays)] for queue in queues}
    steps_of_replays = ["replays.apply", "replays.preview"]
    assert {queue for queue, names in able.items() if set(steps_of_replays) & set(names)} == set(map(queue_of, replays))
    assert [name for name in able[ORDERS_QUEUE] if name.startswith("replays.")] == steps_of_replays


def test_both_lanes_run_the_same_steps_and_what_their_workflows_place_locally() -> None:
    able = [runnable(queue, *EVERY) for queue in LANES]
    assert able[0] == able[1]
    assert {wire_name(step.run) for step in STEPS if is_local(step, EVERY)} <= able[0]
    assert "notifications.send_message" in able[0]
