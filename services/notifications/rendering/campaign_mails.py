"""Mails of campaigns: words from outside, whose placeholders are gaps and nothing else; no template language reads
them.
"""

from collections.abc import Mapping
from html import escape
from types import MappingProxyType
from typing import Final

from services.notifications.models import CampaignWords, NotificationCategory
from services.notifications.rendering.markup.forms import EncodedForm, Form
from services.notifications.rendering.markup.markdown import MailMarkdown
from services.notifications.rendering.markup.pages import page_of
from services.notifications.rendering.wire.envelopes import Bodies
from services.notifications.rendering.wire.headers import one_line

FOOTER: Final = "footer-optional.md"

KINDS: Final[Mapping[NotificationCategory, str]] = MappingProxyType(
    {NotificationCategory.PROMOTIONAL: "offers", NotificationCategory.RECOMMENDATION: "recommendations"}
)
"""What a reader has not declined."""


class CampaignMail:
    """One campaign's words, ready to be filled."""

    def __init__(self, words: CampaignWords) -> None:
        page = page_of(MailMarkdown(), words.body, FOOTER)
        self._kind = KINDS[words.category]
        self._subject = Form(words.subject)
        self._html = EncodedForm(page.html)
        self._text = EncodedForm(page.text)

    def subject(self, name: str) -> str:
        """One line."""
        return one_line(self._subject.filled({"name": name}))

    def bodies(self, values: Mapping[str, str]) -> Bodies:
        """Both parts."""
        all_values = {**values, "kind": self._kind, "preview": ""}
        escaped = {name: escape(value) for name, value in all_values.items()}
        return Bodies(text=self._text.filled(all_values), html=self._html.filled(escaped))
