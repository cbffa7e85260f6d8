"""The words of the weekly campaign that says what is trending, from a template. Counts nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from jinja2 import Environment, StrictUndefined

from services.notifications.rendering.figures import shown_money
from services.notifications.rendering.markup.sources import template_source
from services.notifications.rendering.wire.headers import one_line
from services.shared.money import Money

TEMPLATE: Final = "weekly-trending"
PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendingProduct:
    """A product as it is for sale now."""

    name: str
    price: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendingWords:
    """A campaign's subject, and its body in Markdown with gaps."""

    subject: str
    body: str


def trending_words(products: Sequence[TrendingProduct]) -> TrendingWords:
    """What to say of them, the most ordered first. Raises ValueError where there is none: nothing is to be said."""
    if not products:
        raise ValueError("nothing is trending")
    source = template_source(TEMPLATE)
    told = [{"name": as_written(each.name), "price": shown_money(each.price)} for each in products]
    environment = Environment(autoescape=False, undefined=StrictUndefined, trim_blocks=True)  # noqa: S701 (Markdown)
    return TrendingWords(subject=source.subject, body=environment.from_string(source.body).render(products=told))


def as_written(text: str) -> str:
    """Markdown that shows the text as it is: no mark-up, no link and no gap in it."""
    return PUNCTUATION.sub(r"\\\1", one_line(text))
