"""What workflows wish of recommendations, and what they are answered. Values only; a field may be added with a default,
never removed or renamed, because running workflows hold old ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.shared.standing_orders import StandingOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshUsers:
    """The wish that the lists of these users are made anew; who has bought nothing gets none.

    Attributes:
        job: names what makes the lists of many in several steps, which need not see what is bought together meanwhile.
    """

    user_ids: tuple[str, ...]
    job: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshedUsers:
    """How many lists were made, and how many of them are not as before."""

    users: int
    changed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersAfter:
    """The wish for the next users who have bought something, those behind the place `after`; empty: the first."""

    after: str
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPage:
    """Some users, and where to go on; `after` None: there are no more. A page may be empty though there are more."""

    user_ids: tuple[str, ...]
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendTo:
    """The wish to know what is recommended to these users, at most `limit` products each."""

    user_ids: tuple[str, ...]
    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendedSkus:
    """What is recommended, best first, by its SKUs. Whether it is for sale and in stock at this moment others know.

    Attributes:
        by_user: of those who have a list of their own, or have bought something just now, which is left out; what is
            trending comes behind the list.
        trending: what is offered to all others.
    """

    by_user: Mapping[str, tuple[str, ...]]
    trending: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneRebuild:
    """Names a new count of all orders."""

    rebuild_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CountStanding:
    """The wish that these orders are in the new count; those that it knows already are passed over."""

    rebuild_id: str
    orders: tuple[StandingOrder, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedOrders:
    """How many of them it did not know."""

    counted: int
