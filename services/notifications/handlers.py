"""What notifications do about events: have people told of them, and remember of each person what matters later.

Knows no transport. That people are told comes first: it is begun once for each event, however often it is asked for.
"""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from services.notifications.mails import KIND_OF_EVENT
from services.notifications.recipients.models import AccountNews, OrderNews, Purchase
from services.notifications.recipients.ports import RecipientStore
from services.shared.actors import Role
from services.shared.contacts import OptionalCategory
from services.shared.errors import Conflict, Invalid
from services.shared.events import Event
from services.shared.fan_out import FanOut
from services.shared.receipts import Delivery, Outcome

CONFIRMED = "order.confirmed.v1"
REGISTERED = "user.registered.v1"
ROLES_CHANGED = "user.roles-changed.v1"
PREFERENCES_CHANGED = "user.preferences-changed.v1"
FAILED = "notification.failed.v1"

Data = TypeVar("Data", bound=BaseModel)


class _Order(BaseModel):
    """What is read of an order's event beside its lines."""

    customerId: str  # noqa: N815 (the contract's name)


class _Wanted(BaseModel):
    promotional: bool
    recommendations: bool


class _Account(BaseModel):
    """What is read of an account's event."""

    roles: tuple[Role, ...]
    preferences: _Wanted | None = None


class _Message(BaseModel):
    """What is read of the event of a message."""

    notificationId: str  # noqa: N815 (the contract's name)
    reason: str


class OrderNotices:
    """Has customers told of their orders, and remembers who bought something. Offers Handler."""

    def __init__(self, fan_out: FanOut, store: RecipientStore) -> None:
        self._fan_out = fan_out
        self._store = store

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        """All of them, or none.

        Raises:
            Invalid: an event's data tells of no order; nobody was told of any.
            Unavailable: the same events can be handled again.
        """
        news = [_order_news(delivery) for delivery in deliveries]
        await self._fan_out.tell_of(_told(deliveries))
        return await self._store.take_orders(news)

    async def preview(self, delivery: Delivery) -> Outcome:
        """What `handle` would come to. Raises as it does."""
        _order_news(delivery)
        return Outcome.DUPLICATE if await self._store.had(delivery.receipt) else Outcome.APPLIED


class AccountNotices:
    """Has users told of their accounts, and remembers who is a customer and what they declined. Offers Handler.

    Keeps no receipts: the account's version says what is newer, so that an event that comes twice changes nothing.
    """

    def __init__(self, fan_out: FanOut, store: RecipientStore) -> None:
        self._fan_out = fan_out
        self._store = store

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        """All of them, or none. Raises as `OrderNotices.handle` does."""
        news = [each for each in (_account_news(delivery.event) for delivery in deliveries) if each]
        await self._fan_out.tell_of(_told(deliveries))
        await self._store.note_news(news)
        return [Outcome.APPLIED] * len(deliveries)

    async def preview(self, delivery: Delivery) -> Outcome:
        """What `handle` would come to. Raises Invalid as it does."""
        _account_news(delivery.event)
        return Outcome.APPLIED


class FailedNotices:
    """Gives up every message that failed, so that it waits as a dead letter for a person. Offers Handler.

    What a replay of such a letter does is `ResentNotices`.
    """

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        """Messages that did not fail are no matter of it. Raises Conflict where one of them did."""
        for delivery in deliveries:
            if delivery.event.type == FAILED:
                raise Conflict(f"the message was not sent: {_message(delivery.event).reason}")
        return [Outcome.APPLIED] * len(deliveries)

    async def preview(self, delivery: Delivery) -> Outcome:
        """What `handle` would come to. Raises as it does."""
        (outcome,) = await self.handle([delivery])
        return outcome


class ResentNotices:
    """Has a message that failed sent again, once for each failure. Offers Handler, for the replays of its letter."""

    def __init__(self, fan_out: FanOut) -> None:
        self._fan_out = fan_out

    async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        """Returns when it is certain that they are tried, not when they are sent. Raises Invalid, Unavailable."""
        for delivery in deliveries:
            await self._fan_out.send_again(delivery.event.id, [_failed_message(delivery.event).notificationId])
        return [Outcome.APPLIED] * len(deliveries)

    async def preview(self, delivery: Delivery) -> Outcome:
        """What `handle` would come to. Raises Invalid as it does."""
        _failed_message(delivery.event)
        return Outcome.APPLIED


def _told(deliveries: Sequence[Delivery]) -> list[Event]:
    return [delivery.event for delivery in deliveries if delivery.event.type in KIND_OF_EVENT]


def _order_news(delivery: Delivery) -> OrderNews:
    event = delivery.event
    if event.type != CONFIRMED:
        return OrderNews(receipt=delivery.receipt)
    purchase = Purchase(user_id=_read(_Order, event).customerId, at=event.time)
    return OrderNews(receipt=delivery.receipt, purchase=purchase)


def _account_news(event: Event) -> AccountNews | None:
    if event.type not in {REGISTERED, ROLES_CHANGED, PREFERENCES_CHANGED}:
        return None
    account = _read(_Account, event)
    return AccountNews(
        user_id=event.subject, version=event.sequence, roles=account.roles, declined=_declined(event, account)
    )


def _declined(event: Event, account: _Account) -> tuple[OptionalCategory, ...] | None:
    if event.type == REGISTERED:
        return ()
    if account.preferences is None:
        return None
    wanted = {
        OptionalCategory.PROMOTIONAL: account.preferences.promotional,
        OptionalCategory.RECOMMENDATION: account.preferences.recommendations,
    }
    return tuple(category for category, is_wanted in wanted.items() if not is_wanted)


def _message(event: Event) -> _Message:
    return _read(_Message, event)


def _failed_message(event: Event) -> _Message:
    if event.type != FAILED:
        raise Invalid("not of a message that failed", ("type",))
    return _message(event)


def _read(kind: type[Data], event: Event) -> Data:
    try:
        return kind.model_validate(event.data)
    except ValidationError as failure:
        raise Invalid(f"not the data of {event.type}", ("data",)) from failure
