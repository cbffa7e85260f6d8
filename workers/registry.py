"""The one table of what runs where: each task queue, its workflows and its service's activities. Builds nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from activities.catalog import CatalogActivities
from activities.deadletters import DeadLetterActivities
from activities.inventory import InventoryActivities
from activities.notifications import NotificationActivities
from activities.orders import OrdersActivities
from activities.payments import PaymentsActivities
from activities.recommendations import RecommendationActivities
from activities.replays import ReplayActivities
from activities.users import UsersActivities
from workflows.expire_reservations import ExpireReservations
from workflows.fan_out_notification import FanOutNotification
from workflows.launch_product import LaunchProduct
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
from workflows.place_order import PlaceOrder
from workflows.rebuild_recommendations import RebuildRecommendations
from workflows.recommend_trending import RecommendTrending
from workflows.redrive_dead_letters import RedriveDeadLetters
from workflows.refresh_recommendations import RefreshRecommendations
from workflows.reserve_inventory import ReserveInventory


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """A task queue.

    Attributes:
        service: whose process polls it.
        activities: the class of the service's steps; takes the service's face. None: only workflows run here.
        workflows: what is decided on this queue.
        leaves: the steps reach a system outside, so that no other queue's worker ever runs them.
    """

    service: str
    activities: type | None = None
    workflows: tuple[type, ...] = ()
    leaves: bool = False


QUEUES: Final[Mapping[str, Queue]] = {
    CATALOG_QUEUE: Queue(service="catalog", activities=CatalogActivities, workflows=(LaunchProduct,)),
    INVENTORY_QUEUE: Queue(
        service="inventory", activities=InventoryActivities, workflows=(ReserveInventory, ExpireReservations)
    ),
    ORDERS_QUEUE: Queue(service="orders", activities=OrdersActivities, workflows=(PlaceOrder,)),
    PAYMENTS_QUEUE: Queue(service="payments", activities=PaymentsActivities, leaves=True),
    USERS_QUEUE: Queue(service="users", activities=UsersActivities),
    DEADLETTERS_QUEUE: Queue(service="deadletters", activities=DeadLetterActivities),
    RECOMMENDATIONS_QUEUE: Queue(
        service="recommendations",
        activities=RecommendationActivities,
        workflows=(RefreshRecommendations, RebuildRecommendations),
    ),
    NOTIFICATIONS_CRITICAL_QUEUE: Queue(
        service=NOTIFICATIONS, activities=NotificationActivities, workflows=(FanOutNotification,), leaves=True
    ),
    NOTIFICATIONS_STANDARD_QUEUE: Queue(
        service=NOTIFICATIONS,
        activities=NotificationActivities,
        workflows=(FanOutNotification, RecommendTrending, RedriveDeadLetters),
        leaves=True,
    ),
}

REPLAYS: Final = ReplayActivities
"""The steps that the queue of every service with consumers runs besides its own."""

NO_REPLAYS: Final[Mapping[str, ReplayActivities]] = {}


def activities_of(
    queue: str, hosted: Mapping[str, object], replays: Mapping[str, ReplayActivities] = NO_REPLAYS
) -> list[Callable[..., Any]]:
    """What the worker of a queue must be able to run: its service's steps and, where workflows are decided, the
    steps of the other services in the process, which those workflows run as local activities.

    `hosted` maps each hosted service to the instance of its activities, `replays` those with consumers to theirs.
    """
    entry = QUEUES[queue]
    if entry.activities is None:
        return []
    steps = _steps(hosted[entry.service])
    if entry.service in replays and queue == queue_of(entry.service):
        steps += _steps(replays[entry.service])
    if entry.workflows:
        leaving = {each.service for each in QUEUES.values() if each.leaves}
        for other, instance in hosted.items():
            if other != entry.service and other not in leaving:
                steps += _steps(instance)
    return steps


def _steps(instance: object) -> list[Callable[..., Any]]:
    return [getattr(instance, name) for name in step_names(type(instance))]


def step_names(activities: type) -> Sequence[str]:
    """The methods of a class of activities."""
    return [name for name in vars(activities) if not name.startswith("_")]
