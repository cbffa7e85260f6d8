"""People, and what is heard of them, as input for tests."""

from datetime import UTC, datetime, timedelta

from services.notifications.models import Suppression
from services.notifications.recipients.models import AccountNews, OrderNews, Purchase
from services.shared.actors import Role
from services.shared.contacts import Contact, OptionalCategory
from services.shared.receipts import Receipt

NOW = datetime(2026, 11, 22, 21, 4, 5, 123000, tzinfo=UTC)
PROMOTIONAL, RECOMMENDATION = OptionalCategory.PROMOTIONAL, OptionalCategory.RECOMMENDATION
GONE = Suppression(since=NOW, detail="the mail server says that there is no such address")


def a_contact(
    user_id: str = "u1",
    version: int = 1,
    *,
    email: str | None = None,
    declined: tuple[OptionalCategory, ...] = (),
    roles: tuple[Role, ...] = (Role.CUSTOMER,),
) -> Contact:
    return Contact(
        user_id=user_id,
        version=version,
        email=email or f"{user_id}@example.org",
        name=f"Mia {version}",
        roles=roles,
        declined=declined,
    )


def news_of(
    user_id: str = "u1",
    version: int = 1,
    *,
    roles: tuple[Role, ...] = (Role.CUSTOMER,),
    declined: tuple[OptionalCategory, ...] | None = None,
) -> AccountNews:
    return AccountNews(user_id=user_id, version=version, roles=roles, declined=declined)


def a_purchase(user_id: str = "u1", days_ago: float = 0, *, order: str | None = None) -> OrderNews:
    """Of an order of its own, unless one is named."""
    at = NOW - timedelta(days=days_ago)
    receipt = Receipt(consumer="notifications-orders", event_id=order or f"{user_id} {days_ago}", at=NOW)
    return OrderNews(receipt=receipt, purchase=Purchase(user_id=user_id, at=at))
