"""Mails of events: each template compiled once by Jinja2, twice: escaped for HTML, as it is for text."""

import re
from collections.abc import Mapping
from typing import Any, Final

from jinja2 import Environment, StrictUndefined

from services.notifications.models import Template
from services.notifications.rendering.markup.forms import quoted_printable
from services.notifications.rendering.markup.pages import Words, page_of
from services.notifications.rendering.markup.sources import file_text, template_source
from services.notifications.rendering.markup.statements import template_parser
from services.notifications.rendering.wire.envelopes import Bodies
from services.notifications.rendering.wire.headers import one_line

FOOTER: Final = "footer-critical.md"
EMPTY_LINES: Final = re.compile(r"\n{3,}")

HTML: Final = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
TEXT: Final = Environment(autoescape=False, undefined=StrictUndefined, trim_blocks=True)  # noqa: S701 (no HTML)


class EventMail:
    """One template, ready to be filled."""

    def __init__(self, template: Template) -> None:
        source = template_source(template)
        parser = template_parser()
        page = page_of(Words(markdown=source.body, parser=parser), Words(markdown=file_text(FOOTER), parser=parser))
        self._subject = TEXT.from_string(source.subject)
        self._preview = TEXT.from_string(source.preview)
        self._html = HTML.from_string(page.html)
        self._text = TEXT.from_string(page.text)

    def subject(self, values: Mapping[str, Any]) -> str:
        """One line. Raises jinja2.UndefinedError for a gap without a value."""
        return one_line(self._subject.render(values))

    def bodies(self, values: Mapping[str, Any]) -> Bodies:
        """Both parts. Raises jinja2.UndefinedError for a gap without a value."""
        text = EMPTY_LINES.sub("\n\n", self._text.render(values))
        html = self._html.render(values, preview=self._preview.render(values))
        return Bodies(text=quoted_printable(text), html=quoted_printable(html))
