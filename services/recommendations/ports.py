"""The face of recommendations to others, and what they need of stores and rules. Protocols only."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol

from services.recommendations.models import (
    ListChange,
    Partners,
    Purchase,
    Purchases,
    Ranked,
    Recommendation,
    Shop,
    UserList,
)
from services.recommendations.refreshing.models import UserPage, UsersAfter
from services.shared.actors import Actor
from services.shared.events import Event
from services.shared.safety import safe

MOST_PARTNERS: Final = 200
"""Of one product that are read, those that were bought with it most often."""


class Recommendations(Protocol):
    """What others may ask; the service itself and its HTTP client both offer it."""

    @safe
    async def recommendations_of(self, actor: Actor | None, limit: int) -> tuple[Recommendation, ...]:
        """What is recommended to whoever asks, best first; what is trending to nobody and to who never bought anything.

        Nothing that the actor has bought just now, and nothing that the catalogue told to be archived. Whether it is in
        stock at this moment others know: ask for some more than is shown.

        Raises:
            Invalid: at `limit`, when it is not 1 to 100.
        """
        ...

    @safe
    async def bought_together(self, skus: Sequence[str], limit: int) -> Mapping[str, tuple[Recommendation, ...]]:
        """By SKU what is bought together with it, best first; with unknown ones, nothing.

        Raises:
            Invalid: at `limit`, when it is not 1 to 100; at `skus`, when they are more than 200.
        """
        ...


class CountReader(Protocol):
    """The counts that the rules read. All of it raises Unavailable."""

    async def purchases_of(self, user_ids: Sequence[str], since_week: int) -> Mapping[str, Purchases]:
        """By user, of those who have any, their purchases of that week and later ones."""
        ...

    async def users_after(self, wish: UsersAfter) -> UserPage:
        """The next users who have bought something, in the order of their places; some may have none that stands."""
        ...

    async def partners_of(self, skus: Sequence[str]) -> Partners:
        """What was bought with each of them, at most MOST_PARTNERS of one; without those that nothing was."""
        ...

    async def shop(self, now: datetime) -> Shop:
        """What is known of the shop."""
        ...

    async def bought_since(self, user_ids: Sequence[str], since: datetime) -> Mapping[str, tuple[Purchase, ...]]:
        """By user, of those who have any, their standing orders that were placed since then."""
        ...


class ListStore(Protocol):
    """Where users' lists are kept. All of it raises Unavailable."""

    async def lists_of(self, user_ids: Sequence[str]) -> Mapping[str, UserList]:
        """By user, of those who have one."""
        ...

    async def keep(self, changes: Sequence[ListChange], events: Sequence[Event]) -> bool:
        """All of the lists, and the events that tell of them. False, and nothing is written, when one of them is not
        any more what it was.
        """
        ...


class Rules(Protocol):
    """What follows from counts. Pure."""

    def anchors_of(self, shop: Shop, purchases: Purchases) -> tuple[str, ...]:
        """The products of a history whose partners `recommend` wants to know; a bounded number."""
        ...

    def recommend(self, shop: Shop, purchases: Purchases, partners: Partners) -> tuple[Ranked, ...]:
        """A user's list: the rules, blended; at most MOST_ITEMS."""
        ...

    def together(self, shop: Shop, sku: str, partners: Partners) -> tuple[Ranked, ...]:
        """What is bought together with the product."""
        ...

    def trending(self, shop: Shop) -> tuple[Ranked, ...]:
        """What is bought most just now, for everybody; at most MOST_ITEMS."""
        ...

    def reason(self, item: Ranked, shop: Shop) -> str:
        """Why it is recommended, in words for a person, e.g. "Often bought with Trail Shoe"."""
        ...
