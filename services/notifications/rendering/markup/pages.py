"""The whole of a mail's HTML and text from its Markdown: page around it, styles in its elements. Fills nothing in.

Takes milliseconds: done once a template or campaign.
"""

from dataclasses import dataclass
from typing import Final

from css_inline import CSSInliner

from services.notifications.rendering.markup.markdown import MailMarkdown, html_of, shown_statements
from services.notifications.rendering.markup.plain_text import RULE, plain_text
from services.notifications.rendering.markup.sources import file_text

CONTENT: Final = "<!--content-->"
FOOTER: Final = "<!--footer-->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Both parts of a mail, with their gaps still open."""

    html: str
    text: str


def page_of(parser: MailMarkdown, body: str, footer: str) -> Page:
    """The page that shows the body (Markdown) and beneath it the footer (the name of a template)."""
    content, foot = parser.parse(body), parser.parse(file_text(footer))
    html = file_text("page.html").replace(FOOTER, html_of(parser, foot)).replace(CONTENT, html_of(parser, content))
    return Page(
        html=shown_statements(_inliner().inline(html)),
        text=f"{plain_text(content)}\n{RULE}\n{plain_text(foot)}",
    )


def _inliner() -> CSSInliner:
    return CSSInliner(extra_css=file_text("page.css"), load_remote_stylesheets=False)
