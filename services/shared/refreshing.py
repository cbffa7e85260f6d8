"""The seam between what counts purchases and the workflows that refresh recommendations. Knows neither Kafka nor
Temporal.
"""

from collections.abc import Sequence
from typing import Protocol


class Refreshing(Protocol):
    """Has recommendations brought up to date, soon and not more often than needed."""

    async def purchased(self, user_ids: Sequence[str]) -> None:
        """Tells that purchases of these users were counted: their recommendations are refreshed within a while, once
        for all that is told of a user until then. Returns when that is known to the engine. Repeatable.

        Raises:
            Unavailable: the engine is away; some may have been told of. Repeat all.
        """
        ...
