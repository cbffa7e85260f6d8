"""What recommendations tell the world: that a user's list has changed. No personal data in it; sends nothing."""

from typing import Final

from services.recommendations.models import UserList
from services.shared.events import Event, Origin

REFRESHED: Final = "recommendations.refreshed.v1"


def refreshed_event(stored: UserList, event_id: str, origin: Origin) -> Event:
    """Tells of the list as it is after the change; its sequence is the list's version."""
    return Event(
        id=event_id,
        type=REFRESHED,
        subject=stored.user_id,
        sequence=stored.version,
        time=stored.computed_at,
        data={
            "userId": stored.user_id,
            "items": [{"sku": item.sku, "rule": item.rule.value} for item in stored.items],
            "computedAt": stored.computed_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        },
        origin=origin,
    )
