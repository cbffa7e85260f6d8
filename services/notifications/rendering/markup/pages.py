"""The whole of a mail's HTML and text from its Markdown: page around it, styles in its elements. Fills nothing in.

Takes milliseconds: done once a template or campaign.
"""

from dataclasses import dataclass
from typing import Final

from css_inline import CSSInliner

from services.notifications.rendering.markup.markdown import MailMarkdown
from services.notifications.rendering.markup.plain_text import RULE, plain_text
from services.notifications.rendering.markup.sources import file_text
from services.notifications.rendering.markup.statements import shown_statements

CONTENT: Final = "<!--content-->"
FOOTER: Final = "<!--footer-->"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Markdown, and the parser that knows its gaps."""

    markdown: str
    parser: MailMarkdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Both parts of a mail, with marks where its gaps are."""

    html: str
    text: str


def page_of(body: Words, footer: Words) -> Page:
    """The page that shows the body and, smaller and beneath it, the footer."""
    content, foot = body.parser.parse(body.markdown), footer.parser.parse(footer.markdown)
    frame = footer.parser.gaps.marked_throughout(file_text("page.html"))
    html = frame.replace(FOOTER, footer.parser.html(foot)).replace(CONTENT, body.parser.html(content))
    return Page(
        html=shown_statements(_inliner().inline(html)),
        text=f"{plain_text(content)}\n{RULE}\n{plain_text(foot)}",
    )


def _inliner() -> CSSInliner:
    return CSSInliner(extra_css=file_text("page.css"), load_remote_stylesheets=False)
