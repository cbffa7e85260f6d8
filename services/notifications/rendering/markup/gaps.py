"""Gaps in words: how they are written, and the marks that stand for them until somebody fills them in."""

import re
from dataclasses import dataclass
from typing import Final

GAP: Final = re.compile(r"\{\{ ?([a-z][a-z_.]*) ?\}\}")
"""How a gap is written: `{{name}}`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """The gaps of a kind of words.

    Attributes:
        opening, closing: what stands around a gap's name in the result.
        names: those there are; None: any, and the words are trusted to hold no marks of their own.
    """

    opening: str
    closing: str
    names: frozenset[str] | None = None

    def name_of(self, text: str) -> str | None:
        """The name, if the text is one gap and nothing else."""
        found = GAP.fullmatch(text)
        return found[1] if found and (self.names is None or found[1] in self.names) else None

    def marked(self, name: str) -> str:
        """What stands for the gap."""
        return f"{self.opening}{name}{self.closing}"

    def unmarked(self, text: str) -> str:
        """The text without anything that could be taken for a mark."""
        return text if self.names is None else text.replace(self.opening, "").replace(self.closing, "")

    def marked_throughout(self, text: str) -> str:
        """Words of the project itself, each gap of them marked."""
        return GAP.sub(lambda found: self.marked(found[1]), text)


TEMPLATE_GAPS: Final = Gaps(opening="{{", closing="}}")
"""Of the project's own templates, which Jinja2 fills."""

CAMPAIGN_NAMES: Final = frozenset({"name", "unsubscribe_url"})
"""What the author of a campaign can ask for."""

PAGE_NAMES: Final = frozenset({"shop", "subject", "preview", "imprint", "kind"})
"""What the page around it asks for."""

OPENING: Final = "\ue000"
CLOSING: Final = "\ue001"
"""Of Unicode's private use: they mean nothing to anybody else."""

CAMPAIGN_GAPS: Final = Gaps(opening=OPENING, closing=CLOSING, names=CAMPAIGN_NAMES)


def campaign_gaps(more: frozenset[str]) -> Gaps:
    """Those of a campaign's words that the project itself has put some more into."""
    return Gaps(opening=OPENING, closing=CLOSING, names=CAMPAIGN_NAMES | more)


FOOTER_GAPS: Final = Gaps(opening=OPENING, closing=CLOSING, names=CAMPAIGN_NAMES | PAGE_NAMES)
MARK: Final = re.compile(f"{OPENING}([a-z_]+){CLOSING}")
