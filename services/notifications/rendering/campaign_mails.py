"""Mails of campaigns: words from outside, whose gaps are gaps and nothing else; no template language reads them."""

from collections.abc import Mapping, Sequence
from html import escape
from types import MappingProxyType
from typing import Any, Final

from services.notifications.models import CampaignWords, NotificationCategory
from services.notifications.rendering.markup.forms import EncodedForm
from services.notifications.rendering.markup.gaps import FOOTER_GAPS, GAP, campaign_gaps
from services.notifications.rendering.markup.markdown import MailMarkdown
from services.notifications.rendering.markup.pages import Page, Words, page_of
from services.notifications.rendering.markup.sources import file_text
from services.notifications.rendering.offered import NAMES, values_of, with_lines
from services.notifications.rendering.wire.envelopes import Bodies
from services.notifications.rendering.wire.headers import one_line

FOOTER: Final = "footer-optional.md"
NAME: Final = "name"

KINDS: Final[Mapping[NotificationCategory, str]] = MappingProxyType(
    {NotificationCategory.PROMOTIONAL: "offers", NotificationCategory.RECOMMENDATION: "recommendations"}
)
"""What a reader has not declined."""


class CampaignMail:
    """One campaign's words, ready to be filled."""

    def __init__(self, words: CampaignWords) -> None:
        self._body = words.body
        self._forms: dict[int, tuple[EncodedForm, EncodedForm]] = {}
        self._always = {"kind": KINDS[words.category], "preview": ""}
        self._subject = words.subject

    def subject(self, name: str) -> str:
        """One line."""
        return one_line(GAP.sub(lambda gap: name if gap[1] == NAME else gap[0], self._subject))

    def bodies(self, values: Mapping[str, str], offers: Sequence[Mapping[str, Any]] = ()) -> Bodies:
        """Both parts, with these offers where the words have a list of them."""
        whole = {**self._always, **values, **values_of(offers)}
        escaped = {name: escape(value) for name, value in whole.items()}
        html, text = self._filling(len(offers))
        return Bodies(text=text.filled(whole), html=html.filled(escaped))

    def _filling(self, offers: int) -> tuple[EncodedForm, EncodedForm]:
        """The forms of both parts for so many offers, made once."""
        if offers not in self._forms:
            page = campaign_page(self._body, offers)
            self._forms[offers] = EncodedForm(page.html), EncodedForm(page.text)
        return self._forms[offers]


def campaign_page(body: str, offers: int = 0) -> Page:
    """Both parts of a campaign's mails to readers with so many offers, with marks where their gaps are."""
    footer = Words(markdown=file_text(FOOTER), parser=MailMarkdown(FOOTER_GAPS))
    return page_of(Words(markdown=with_lines(body, offers), parser=MailMarkdown(campaign_gaps(NAMES))), footer)
