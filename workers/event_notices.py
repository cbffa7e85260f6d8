"""What notifications do about events, by the name of the consumer; and what replays of the dead letters do instead.

The table of consumers is `consumers`.
"""

from collections.abc import Mapping
from typing import Final

from services.notifications.handlers import AccountNotices, FailedNotices, OrderNotices, ResentNotices
from services.notifications.recipients.ports import RecipientStore
from services.shared.fan_out import FanOut
from services.shared.receipts import Handler

ORDER_NOTICES: Final = "notifications-orders"
ACCOUNT_NOTICES: Final = "notifications-users"
FAILED_NOTICES: Final = "failed-notifications"


def handlers_of(fan_out: FanOut, store: RecipientStore) -> Mapping[str, Handler]:
    """For their topics."""
    return {
        ORDER_NOTICES: OrderNotices(fan_out, store),
        ACCOUNT_NOTICES: AccountNotices(fan_out, store),
        FAILED_NOTICES: FailedNotices(),
    }


def replays_of(fan_out: FanOut) -> Mapping[str, Handler]:
    """For dead letters whose replay is another thing than their handling."""
    return {FAILED_NOTICES: ResentNotices(fan_out)}
