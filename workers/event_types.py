"""All types of events that the services tell: what a consumer may act on, and what the published contract lists."""

from typing import Final

import services.catalog.event_data
import services.inventory.event_data
import services.notifications.event_data
import services.orders.event_data
import services.payments.event_data
import services.recommendations.event_data
import services.users.event_data
from services.shared.schemas.known import KnownTypes

KNOWN_TYPES: Final = KnownTypes(
    (
        *services.users.event_data.EVENT_TYPES,
        *services.catalog.event_data.EVENT_TYPES,
        *services.inventory.event_data.EVENT_TYPES,
        *services.orders.event_data.EVENT_TYPES,
        *services.payments.event_data.EVENT_TYPES,
        *services.notifications.event_data.EVENT_TYPES,
        *services.recommendations.event_data.EVENT_TYPES,
    )
)
