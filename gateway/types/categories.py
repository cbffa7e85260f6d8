"""The kinds of messages as the schema shows them."""

from gateway.types.enums import shown
from services.notifications.models import NotificationCategory

NotificationCategoryType = shown(NotificationCategory)
