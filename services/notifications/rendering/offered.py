"""A list of offers in a campaign's words: written as one gap, filled with as many lines as its reader has offers."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.notifications.rendering.figures import shown_money
from services.notifications.rendering.wire.headers import one_line
from services.shared.money import money_of

OFFERS: Final = "offers"
"""The gap's name, and that of the fact which fills it."""

LINE: Final = re.compile(r"^\{\{ ?offers ?\}\}[ \t]*$", re.MULTILINE)
"""How it is written: on a line of its own."""

PLACES: Final = "abcde"
"""A letter for each offer of a mail, the most that one has."""

NAMES: Final = frozenset(f"{kind}_{place}" for kind in ("offer", "price") for place in PLACES)
"""The gaps in the lines."""

NONE: Final = "Just now nothing that we could recommend to you is in stock."


def offers_of(facts: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """A message's own offers, as many as a mail shows."""
    return tuple(facts.get(OFFERS, ()))[: len(PLACES)]


def has_offers(body: str) -> bool:
    """Whether each reader gets a list of his own."""
    return LINE.search(body) is not None


def with_lines(body: str, count: int) -> str:
    """The words with so many lines where the list is."""
    lines = [f"- **{{{{offer_{place}}}}}**, {{{{price_{place}}}}}" for place in PLACES[:count]]
    return LINE.sub("\n".join(lines) if lines else NONE, body)


def values_of(offers: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What the lines' gaps are filled with. Raises KeyError, ValueError for what is no offer."""
    values: dict[str, str] = {}
    for place, offer in zip(PLACES, offers, strict=False):
        values[f"offer_{place}"] = one_line(offer["name"])
        values[f"price_{place}"] = shown_money(money_of(offer["price"]["amount"], offer["price"]["currency"]))
    return values
