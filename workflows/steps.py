"""Every step a workflow may take: its service, its activity, its policy. The map from what happens to who does it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from activities.catalog import CatalogActivities
from activities.deadletters import DeadLetterActivities
from activities.inventory import InventoryActivities
from activities.notifications import NotificationActivities, SendMessage
from activities.orders import OrdersActivities
from activities.payments import PaymentsActivities
from activities.recommendations import RecommendationActivities
from activities.replays import LetterVerdicts, ParkedRecords, ReplayActivities
from activities.users import UsersActivities
from services.notifications.models import Lane, SendResult
from workflows import policies
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
from workflows.policies import Policy

Wish = TypeVar("Wish")
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[Wish, Answer]):
    """One row.

    Attributes:
        service: whose step it is; also the name of its task queue, unless `lane` says another.
        run: the activity.
        policy: its timeouts and retries.
        summary: what Temporal's UI says beside it.
        leaves: it reaches a system outside of the service's own database.
        lane: the task queue, of a service that has several.
    """

    service: str
    run: Callable[[Any, Wish], Awaitable[Answer]]
    policy: Policy
    summary: str
    leaves: bool = False
    lane: str = ""

    @property
    def queue(self) -> str:
        """Where it runs unless it is local."""
        return self.lane or queue_of(self.service)


PRICE: Final = Step(
    service=CATALOG_QUEUE, run=CatalogActivities.price_lines, policy=policies.OWN_STORE, summary="names and prices"
)
CREATE_PRODUCT: Final = Step(
    service=CATALOG_QUEUE, run=CatalogActivities.create_product, policy=policies.OWN_STORE, summary="create the product"
)
RECORD: Final = Step(
    service=ORDERS_QUEUE, run=OrdersActivities.record_order, policy=policies.UNTIL_DONE, summary="record the order"
)
FIND: Final = Step(
    service=ORDERS_QUEUE, run=OrdersActivities.find_order, policy=policies.OWN_STORE, summary="was it placed before?"
)
ADVANCE: Final = Step(
    service=ORDERS_QUEUE, run=OrdersActivities.advance_order, policy=policies.UNTIL_DONE, summary="write the status"
)
RESERVED: Final = Step(
    service=ORDERS_QUEUE, run=OrdersActivities.advance_order, policy=policies.OWN_STORE, summary="write RESERVED"
)
HOLD: Final = Step(
    service=INVENTORY_QUEUE, run=InventoryActivities.hold_stock, policy=policies.OWN_STORE, summary="hold every line"
)
COMMIT: Final = Step(
    service=INVENTORY_QUEUE, run=InventoryActivities.commit_hold, policy=policies.OWN_STORE, summary="commit the stock"
)
RELEASE: Final = Step(
    service=INVENTORY_QUEUE, run=InventoryActivities.release_hold, policy=policies.UNDO, summary="give the stock back"
)
EXPIRE: Final = Step(
    service=INVENTORY_QUEUE,
    run=InventoryActivities.expire_holds,
    policy=policies.SWEEP,
    summary="release expired holds",
)
OPEN_STOCK: Final = Step(
    service=INVENTORY_QUEUE, run=InventoryActivities.open_stock, policy=policies.UNTIL_DONE, summary="open the stock"
)
AUTHORIZE: Final = Step(
    service=PAYMENTS_QUEUE,
    run=PaymentsActivities.authorize_payment,
    policy=policies.AUTHORIZE,
    summary="authorise the payment",
    leaves=True,
)
CAPTURE: Final = Step(
    service=PAYMENTS_QUEUE,
    run=PaymentsActivities.capture_payment,
    policy=policies.CAPTURE,
    summary="capture the payment",
    leaves=True,
)
CANCEL_PAYMENT: Final = Step(
    service=PAYMENTS_QUEUE,
    run=PaymentsActivities.cancel_payment,
    policy=policies.UNDO,
    summary="void or refund the payment",
    leaves=True,
)
SNAPSHOT_LETTERS: Final = Step(
    service=DEADLETTERS_QUEUE,
    run=DeadLetterActivities.snapshot,
    policy=policies.UNTIL_DONE,
    summary="what there is to replay",
)
NEXT_LETTERS: Final = Step(
    service=DEADLETTERS_QUEUE,
    run=DeadLetterActivities.next_letters,
    policy=policies.UNTIL_DONE,
    summary="take the next letters",
)
RECORD_REPLAYS: Final = Step(
    service=DEADLETTERS_QUEUE,
    run=DeadLetterActivities.record_replays,
    policy=policies.UNTIL_DONE,
    summary="keep how it went",
)
LOAD_CONTACT: Final = Step(
    service=USERS_QUEUE, run=UsersActivities.load_contact, policy=policies.UNTIL_DONE, summary="how they are reached"
)
LIST_CONTACTS: Final = Step(
    service=USERS_QUEUE, run=UsersActivities.list_contacts, policy=policies.UNTIL_DONE, summary="how others are reached"
)
TELL_OF_EVENT: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.tell_of_event,
    policy=policies.SEND_CRITICAL,
    summary="make the messages, and send them",
    leaves=True,
    lane=NOTIFICATIONS_CRITICAL_QUEUE,
)
REQUEUE_MESSAGES: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.requeue_messages,
    policy=policies.UNTIL_DONE,
    summary="queue the messages again",
    lane=NOTIFICATIONS_CRITICAL_QUEUE,
)
SEND_CRITICAL: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.send_message,
    policy=policies.SEND_CRITICAL,
    summary="send the message",
    leaves=True,
    lane=NOTIFICATIONS_CRITICAL_QUEUE,
)
SEND_STANDARD: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.send_message,
    policy=policies.SEND_STANDARD,
    summary="send the message",
    leaves=True,
    lane=NOTIFICATIONS_STANDARD_QUEUE,
)
SEND_BY_LANE: Final[Mapping[Lane, Step[SendMessage, SendResult]]] = {
    Lane.CRITICAL: SEND_CRITICAL,
    Lane.STANDARD: SEND_STANDARD,
}

OPEN_CAMPAIGN: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.open_campaign,
    policy=policies.UNTIL_DONE,
    summary="write the campaign down",
)
FIND_CAMPAIGN: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.find_campaign,
    policy=policies.UNTIL_DONE,
    summary="how far is it?",
)
BEGIN_CAMPAIGN: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.begin_campaign,
    policy=policies.UNTIL_DONE,
    summary="write RUNNING",
)
LEARN_CONTACTS: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.learn_contacts,
    policy=policies.UNTIL_DONE,
    summary="keep how they are reached",
)
TAKE_AUDIENCE: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.take_audience,
    policy=policies.TAKE_AUDIENCE,
    summary="a message for everybody of the audience",
)
SEND_BATCH: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.send_batch,
    policy=policies.SEND_BATCH,
    summary="send a batch",
    leaves=True,
)
PAUSE_CAMPAIGN: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.pause_campaign,
    policy=policies.OWN_STORE,
    summary="write whether it is paused",
)
CANCEL_CAMPAIGN: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.cancel_campaign,
    policy=policies.OWN_STORE,
    summary="write CANCELLED",
)
FINISH_CAMPAIGN: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.finish_campaign,
    policy=policies.UNTIL_DONE,
    summary="write how it ended",
)

FIND_TRENDING: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.find_trending,
    policy=policies.UNTIL_DONE,
    summary="what is bought most?",
)
FIND_PRODUCTS: Final = Step(
    service=CATALOG_QUEUE, run=CatalogActivities.find_products, policy=policies.UNTIL_DONE, summary="what is on sale?"
)
FIND_STOCK: Final = Step(
    service=INVENTORY_QUEUE, run=InventoryActivities.find_stock, policy=policies.UNTIL_DONE, summary="what is in stock?"
)
WORD_OFFERS: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.word_offers,
    policy=policies.UNTIL_DONE,
    summary="say it in words",
)

REFRESH_USERS: Final = Step(
    service=RECOMMENDATIONS_QUEUE,
    run=RecommendationActivities.refresh_users,
    policy=policies.UNTIL_DONE,
    summary="make the list anew",
)
REFRESH_BATCH: Final = Step(
    service=RECOMMENDATIONS_QUEUE,
    run=RecommendationActivities.refresh_batch,
    policy=policies.REFRESH_BATCH,
    summary="make some lists anew",
)
RECOMMEND_TO: Final = Step(
    service=RECOMMENDATIONS_QUEUE,
    run=RecommendationActivities.recommend_to,
    policy=policies.UNTIL_DONE,
    summary="what would they like?",
)
BEGIN_REBUILD: Final = Step(
    service=RECOMMENDATIONS_QUEUE,
    run=RecommendationActivities.begin_rebuild,
    policy=policies.REBUILD,
    summary="begin new counts",
)
COUNT_STANDING: Final = Step(
    service=RECOMMENDATIONS_QUEUE,
    run=RecommendationActivities.count_standing,
    policy=policies.UNTIL_DONE,
    summary="count them",
)
FINISH_REBUILD: Final = Step(
    service=RECOMMENDATIONS_QUEUE,
    run=RecommendationActivities.finish_rebuild,
    policy=policies.REBUILD,
    summary="read the new counts",
)
LIST_STANDING_ORDERS: Final = Step(
    service=ORDERS_QUEUE,
    run=OrdersActivities.list_standing,
    policy=policies.UNTIL_DONE,
    summary="which orders stand?",
)

FIND_ON_SALE: Final = Step(
    service=CATALOG_QUEUE, run=CatalogActivities.find_on_sale, policy=policies.UNTIL_DONE, summary="what is on sale?"
)
FIND_IN_STOCK: Final = Step(
    service=INVENTORY_QUEUE,
    run=InventoryActivities.find_in_stock,
    policy=policies.UNTIL_DONE,
    summary="what is in stock?",
)
LIST_UNTOLD: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.list_untold,
    policy=policies.UNTIL_DONE,
    summary="who is to be told?",
)
GIVE_OFFERS: Final = Step(
    service=NOTIFICATIONS,
    run=NotificationActivities.give_offers,
    policy=policies.UNTIL_DONE,
    summary="what each is offered",
)


def apply_letters(service: str) -> Step[ParkedRecords, LetterVerdicts]:
    """Applies letters again at the consumers of a service."""
    return Step(service=service, run=ReplayActivities.apply, policy=policies.REPLAY, summary=f"apply to {service}")


def preview_letters(service: str) -> Step[ParkedRecords, LetterVerdicts]:
    """Asks the consumers of a service what letters would come to."""
    return Step(service=service, run=ReplayActivities.preview, policy=policies.REPLAY, summary=f"ask {service}")
