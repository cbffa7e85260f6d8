"""What a campaign's messages offer their readers. Values only; a field may be added with a default, never removed or
renamed, because running workflows hold old ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.notifications.weekly.models import Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class ListUntold:
    """The wish to know who is to be told by the messages of a campaign with these positions, `until` not included."""

    campaign_id: str
    first: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Untold:
    """Those whose messages wait to be sent."""

    user_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveOffers:
    """The wish that messages of a campaign offer these.

    Attributes:
        offers: all of them, each once.
        chosen: by user the numbers of those that are his, best first.
    """

    campaign_id: str
    offers: tuple[Offer, ...]
    chosen: Mapping[str, tuple[int, ...]]
