"""What the weekly campaign is made of. Values only."""

from dataclasses import dataclass

from services.shared.money import Money

CAMPAIGN_NAME = "Weekly recommendations"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindTrending:
    """The wish to know what is bought most, at most so many products."""

    limit: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendingSkus:
    """Products by their SKUs, what is bought most first."""

    skus: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A product as it is for sale now."""

    sku: str
    name: str
    price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class WordOffers:
    """The wish for a campaign's words about these, at least one; they are told of in their order.

    Attributes:
        personal: about what each reader is offered, instead; these are what can be had by those who have no list.
    """

    offers: tuple[Offer, ...]
    personal: bool = False
