"""Workflow ids, task queues, schedules and search attributes: the names that clients and ops rely on.

The contract's `events.md` lists them; a change here is a change of contract.
"""

from typing import Final

from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes

ORDERS_QUEUE: Final = "orders"
INVENTORY_QUEUE: Final = "inventory"
CATALOG_QUEUE: Final = "catalog"
PAYMENTS_QUEUE: Final = "payments"
DEADLETTERS_QUEUE: Final = "deadletters"
USERS_QUEUE: Final = "users"
RECOMMENDATIONS_QUEUE: Final = "recommendations"
NOTIFICATIONS_CRITICAL_QUEUE: Final = "notifications-critical"
NOTIFICATIONS_STANDARD_QUEUE: Final = "notifications-standard"

NOTIFICATIONS: Final = "notifications"
"""The service behind both lanes."""

EXPIRE_RESERVATIONS_SCHEDULE: Final = "expire-reservations"
REFRESH_RECOMMENDATIONS_SCHEDULE: Final = "refresh-recommendations"
WEEKLY_RECOMMENDATIONS_SCHEDULE: Final = "weekly-recommendations"
SCHEDULES: Final = (
    EXPIRE_RESERVATIONS_SCHEDULE,
    WEEKLY_RECOMMENDATIONS_SCHEDULE,
    REFRESH_RECOMMENDATIONS_SCHEDULE,
)
"""All that there are, in the order in which they are listed."""

ORDER_ID: Final = SearchAttributeKey.for_keyword("CaravanOrderId")
CUSTOMER_ID: Final = SearchAttributeKey.for_keyword("CaravanCustomerId")
ORDER_STATUS: Final = SearchAttributeKey.for_keyword("CaravanOrderStatus")
CAMPAIGN_ID: Final = SearchAttributeKey.for_keyword("CaravanCampaignId")
STUCK_STEP: Final = SearchAttributeKey.for_keyword("CaravanStuckStep")
"""The step of an order that turned STUCK last, as long as any is."""
SEARCH_ATTRIBUTES: Final = (ORDER_ID, CUSTOMER_ID, ORDER_STATUS, CAMPAIGN_ID, STUCK_STEP)


def queue_of(service: str) -> str:
    """The task queue of a service's steps; of a service with lanes, the one that nobody waits for."""
    return NOTIFICATIONS_STANDARD_QUEUE if service == NOTIFICATIONS else service


def order_workflow_id(order_id: str) -> str:
    """The PlaceOrder workflow of an order."""
    return f"order/{order_id}"


def order_id_of(workflow_id: str) -> str | None:
    """The order of a PlaceOrder workflow; None for a workflow of another kind."""
    prefix = order_workflow_id("")
    return workflow_id.removeprefix(prefix) if workflow_id.startswith(prefix) else None


def reservation_workflow_id(order_id: str) -> str:
    """The ReserveInventory workflow of an order."""
    return f"reservation/{order_id}"


def product_workflow_id(product_id: str) -> str:
    """The LaunchProduct workflow of a product."""
    return f"product/{product_id}"


def redrive_workflow_id(request_id: str) -> str:
    """The RedriveDeadLetters workflow that a request has started."""
    return f"redrive/{request_id}"


def notification_workflow_id(event_id: str) -> str:
    """The FanOutNotification workflow that tells of an event."""
    return f"notification/{event_id}"


RECOMMENDATIONS_OF_ALL: Final = "recommendations/all"
"""The RefreshRecommendations workflow of all users: one at a time, whoever has started it."""

REBUILD_OF_RECOMMENDATIONS: Final = "recommendations/rebuild"
"""The RebuildRecommendations workflow: one at a time."""


def recommendations_workflow_id(user_id: str) -> str:
    """The RefreshRecommendations workflow of one user."""
    return f"recommendations/{user_id}"


def campaign_workflow_id(campaign_id: str) -> str:
    """The FanOutNotification workflow of a campaign."""
    return f"campaign/{campaign_id}"


def order_attributes(order_id: str, customer_id: str) -> TypedSearchAttributes:
    """What a PlaceOrder workflow is started with; it brings its status up to date by itself."""
    return TypedSearchAttributes(
        [
            SearchAttributePair(ORDER_ID, order_id),
            SearchAttributePair(CUSTOMER_ID, customer_id),
            SearchAttributePair(ORDER_STATUS, "PLACED"),
        ]
    )


def campaign_attributes(campaign_id: str) -> TypedSearchAttributes:
    """What the workflow of a campaign is started with."""
    return TypedSearchAttributes([SearchAttributePair(CAMPAIGN_ID, campaign_id)])
