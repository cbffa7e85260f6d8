"""The one table of what runs where: each task queue, its workflows and its service's activities. Builds nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from activities.catalog import CatalogActivities
from activities.inventory import InventoryActivities
from activities.orders import OrdersActivities
from activities.payments import PaymentsActivities
from workflows.expire_reservations import ExpireReservations
from workflows.launch_product import LaunchProduct
from workflows.names import CATALOG_QUEUE, INVENTORY_QUEUE, ORDERS_QUEUE, PAYMENTS_QUEUE
from workflows.place_order import PlaceOrder
from workflows.reserve_inventory import ReserveInventory


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A task queue, named like the service whose process polls it.

    Attributes:
        activities: the class of the service's steps; takes the service's face.
        workflows: what is decided on this queue.
        leaves: the steps reach a system outside, so that no other queue's worker ever runs them.
    """

    activities: type
    workflows: tuple[type, ...] = ()
    leaves: bool = False


QUEUES: Final[Mapping[str, Queue]] = {
    CATALOG_QUEUE: Queue(activities=CatalogActivities, workflows=(LaunchProduct,)),
    INVENTORY_QUEUE: Queue(activities=InventoryActivities, workflows=(ReserveInventory, ExpireReservations)),
    ORDERS_QUEUE: Queue(activities=OrdersActivities, workflows=(PlaceOrder,)),
    PAYMENTS_QUEUE: Queue(activities=PaymentsActivities, leaves=True),
}


def activities_of(queue: str, hosted: Mapping[str, object]) -> list[Callable[..., Any]]:
    """What the worker of a queue must be able to run: its service's steps and, where workflows are decided, the
    steps of the other services in the process, which those workflows run as local activities.

    `hosted` maps each hosted service to the instance of its activities.
    """
    steps = _steps(hosted[queue])
    if QUEUES[queue].workflows:
        for other, instance in hosted.items():
            if other != queue and not QUEUES[other].leaves:
                steps += _steps(instance)
    return steps


def _steps(instance: object) -> list[Callable[..., Any]]:
    return [getattr(instance, name) for name in step_names(type(instance))]


def step_names(activities: type) -> Sequence[str]:
    """The methods of a class of activities."""
    return [name for name in vars(activities) if not name.startswith("_")]
