"""What is asked of whoever counts sales."""

from datetime import datetime
from typing import Protocol

from services.notifications.trending.models import Trend


class Trends(Protocol):
    """Sales by day, and what is trending among them. How they are counted is the store's: with the events' receipts."""

    async def trending(self, now: datetime, limit: int) -> tuple[Trend, ...]:
        """The products that are bought most, first; of equal ones by SKU.

        Raises:
            Unavailable: the database did not answer.
        """
        ...
