"""The table of mails: which event is told by which template, its category, and until when it is worth telling.

Words are not here: they are in `rendering/templates`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from services.notifications.models import NotificationCategory, Template

HAPPENED_AT: Final = "happenedAt"
"""Where a message's facts say when its event happened, in ISO 8601: a mail may be made hours after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailKind:
    """What is true of all mails of one template.

    Attributes:
        event_type: what it tells of; None for a campaign, which says its own category.
        term: how long after its event it may still be sent; for a campaign, after its start.
    """

    template: Template
    event_type: str | None
    category: NotificationCategory
    term: timedelta


_TRANSACTIONAL: Final = NotificationCategory.TRANSACTIONAL
_SECURITY: Final = NotificationCategory.SECURITY

MAIL_KINDS: Final = (
    # The proof of a contract: late is better than never.
    MailKind(
        template=Template.ORDER_CONFIRMED,
        event_type="order.confirmed.v1",
        category=_TRANSACTIONAL,
        term=timedelta(days=7),
    ),
    # By then the parcel has arrived, and the mail that says so is on its way.
    MailKind(
        template=Template.ORDER_SHIPPED, event_type="order.shipped.v1", category=_TRANSACTIONAL, term=timedelta(days=2)
    ),
    # Whoever looks for a parcel that is said to be there does so at once.
    MailKind(
        template=Template.ORDER_DELIVERED,
        event_type="order.delivered.v1",
        category=_TRANSACTIONAL,
        term=timedelta(days=2),
    ),
    # Somebody waits for goods that will not come: late is better than never.
    MailKind(
        template=Template.ORDER_REJECTED,
        event_type="order.rejected.v1",
        category=_TRANSACTIONAL,
        term=timedelta(days=7),
    ),
    MailKind(
        template=Template.ORDER_CANCELLED,
        event_type="order.cancelled.v1",
        category=_TRANSACTIONAL,
        term=timedelta(days=7),
    ),
    # Whoever owns the address may not have made the account, and should know of it; after three days nobody is new.
    MailKind(template=Template.WELCOME, event_type="user.registered.v1", category=_SECURITY, term=timedelta(days=3)),
    # A warning of a theft is of use as long as nobody has noticed it otherwise.
    MailKind(
        template=Template.PASSWORD_CHANGED,
        event_type="user.password-changed.v1",
        category=_SECURITY,
        term=timedelta(days=7),
    ),
    MailKind(
        template=Template.SESSION_COMPROMISED,
        event_type="user.session-compromised.v1",
        category=_SECURITY,
        term=timedelta(days=7),
    ),
    # An offer that arrives days later than was planned does harm.
    MailKind(
        template=Template.CAMPAIGN, event_type=None, category=NotificationCategory.PROMOTIONAL, term=timedelta(days=2)
    ),
)

KIND_OF_TEMPLATE: Final[Mapping[Template, MailKind]] = MappingProxyType({kind.template: kind for kind in MAIL_KINDS})
KIND_OF_EVENT: Final[Mapping[str, MailKind]] = MappingProxyType(
    {kind.event_type: kind for kind in MAIL_KINDS if kind.event_type is not None}
)
