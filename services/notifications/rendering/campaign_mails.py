"""Mails of campaigns: words from outside, whose gaps are gaps and nothing else; no template language reads them."""

from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Final

from services.notifications.models import CampaignWords, NotificationCategory
from services.notifications.rendering.markup.forms import EncodedForm
from services.notifications.rendering.markup.gaps import CAMPAIGN_GAPS, FOOTER_GAPS, GAP
from services.notifications.rendering.markup.markdown import MailMarkdown
from services.notifications.rendering.markup.pages import Page, Words, page_of
from services.notifications.rendering.markup.sources import file_text
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
        page = campaign_page(words.body)
        self._always = {"kind": KINDS[words.category], "preview": ""}
        self._subject = words.subject
        self._html = EncodedForm(page.html)
        self._text = EncodedForm(page.text)

    def subject(self, name: str) -> str:
        """One line."""
        return one_line(GAP.sub(lambda gap: name if gap[1] == NAME else gap[0], self._subject))

    def bodies(self, values: Mapping[str, str]) -> Bodies:
        """Both parts."""
        whole = {**self._always, **values}
        escaped = {name: escape(value) for name, value in whole.items()}
        return Bodies(text=self._text.filled(whole), html=self._html.filled(escaped))


def campaign_page(body: str) -> Page:
    """Both parts of a campaign's mails, with marks where their gaps are."""
    footer = Words(markdown=file_text(FOOTER), parser=MailMarkdown(FOOTER_GAPS))
    return page_of(Words(markdown=body, parser=MailMarkdown(CAMPAIGN_GAPS)), footer)
