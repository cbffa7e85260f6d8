"""An event of every type, each built by the service that tells it, from accounts and orders with personal data."""

from dataclasses import replace

from services.catalog.events import ProductEvent, product_event
from services.inventory.events import StockEvent, stock_event
from services.inventory.models import StockItem
from services.notifications.events import message_event
from services.notifications.models import Reason, Status
from services.orders.events import order_event
from services.orders.models import OrderStatus
from services.payments.events import TYPES, payment_event
from services.payments.models import PaymentStatus
from services.recommendations.events import refreshed_event
from services.recommendations.models import Basis, Ranked, Rule, UserList
from services.shared.events import Event, Origin
from services.users.events import UserEvents
from tests.catalog.makers import a_product
from tests.notifications.makers import a_message, settled
from tests.orders.makers import MOMENT, REASON, an_order
from tests.payments.makers import a_payment
from tests.support.doubles import CountingIds, StandingClock
from tests.users.makers import a_user

ORIGIN = Origin(correlation_id="o1", causation_id="order/o1", traceparent=f"00-{'a' * 32}-{'b' * 16}-01")


def of_users() -> list[Event]:
    events = UserEvents(StandingClock(), CountingIds())
    user = replace(a_user(email="mia.berg@example.org"), name="Mia Berg")
    tell = (
        *(events.registered, events.signed_in, events.password_changed),
        *(events.session_compromised, events.preferences_changed, events.roles_changed),
    )
    return [each(user, ORIGIN) for each in tell]


def of_catalog() -> list[Event]:
    return [product_event(kind, a_product(), "e1", ORIGIN) for kind in ProductEvent]


def of_inventory() -> list[Event]:
    item = StockItem(sku="SHOE-1", on_hand=5, reserved=2, available=3, version=4, updated_at=MOMENT)
    adjusted = stock_event(StockEvent.ADJUSTED, item, -2, None, "e1", ORIGIN)
    moved = [kind for kind in StockEvent if kind is not StockEvent.ADJUSTED]
    return [adjusted, *(stock_event(kind, item, 2, "o1", "e1", ORIGIN) for kind in moved)]


def of_orders() -> list[Event]:
    def order_in(status: OrderStatus) -> Event:
        failed = status in {OrderStatus.REJECTED, OrderStatus.CANCELLED}
        sent = status in {OrderStatus.SHIPPED, OrderStatus.DELIVERED}
        order = replace(
            an_order(status=status), reason=REASON if failed else None, tracking_number="1Z" if sent else None
        )
        return order_event(order, "e1", ORIGIN)

    return [order_in(status) for status in OrderStatus]


def of_payments() -> list[Event]:
    def told(status: PaymentStatus) -> Event:
        payment = replace(a_payment(status=status), reference="auth-1", version=1, decline="the card has expired")
        return payment_event(payment, status, "e1", ORIGIN)

    return [told(status) for status in TYPES]


def of_notifications() -> list[Event]:
    sent = settled(replace(a_message(), attempts=1), Status.SENT)
    ended = [settled(a_message(), Status.SKIPPED, Reason.EXPIRED), settled(a_message(), Status.FAILED, Reason.GIVEN_UP)]
    return [message_event(message, "e1", 1) for message in (sent, *ended)]


def of_recommendations() -> list[Event]:
    items = (Ranked(sku="SHOE-1", score=1.5, rule=Rule.BUY_AGAIN, basis=Basis(orders=4)),)
    stored = UserList(user_id="u1", items=items, computed_at=MOMENT, version=2)
    return [refreshed_event(stored, "e1", ORIGIN)]


def one_of_every_type() -> list[Event]:
    people = [*of_users(), *of_notifications(), *of_recommendations()]
    return [*people, *of_catalog(), *of_inventory(), *of_orders(), *of_payments()]
