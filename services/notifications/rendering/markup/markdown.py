"""Markdown as a tree of tokens, and the HTML made of it. No raw HTML, no address but web and mail ones.

A gap (`{{name}}`) is a token of its own: whatever else looks like one, escaped or put together of entities, stays text.
"""

from typing import Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from services.notifications.rendering.markup.gaps import GAP, Gaps

SCHEMES: Final = frozenset({"http", "https", "mailto"})


class MailMarkdown(MarkdownIt):
    """CommonMark and tables. An address may be one gap, or hold none; an odd one leaves the link as plain text."""

    def __init__(self, gaps: Gaps) -> None:
        super().__init__("commonmark", {"html": False})
        self.gaps = gaps
        self.enable("table")
        self.inline.ruler.before("escape", "gap", self._gap)
        self.core.ruler.push("empty_heads", lambda state: _drop_empty_heads(state.tokens))
        self.core.ruler.push("marks", lambda state: self._keep_marks(state.tokens))
        self.add_render_rule("gap", _gap_html)

    def html(self, tokens: list[Token]) -> str:
        """The HTML, with marks where its gaps are."""
        html: str = self.renderer.render(tokens, self.options, {})
        return html

    def validateLink(self, url: str) -> bool:  # noqa: N802 (the library's name)
        """Whether it leads to the web or to a mailbox, or is a gap."""
        if self.gaps.name_of(url):
            return True
        try:
            return urlsplit(url).scheme.lower() in SCHEMES
        except ValueError:
            return False

    def normalizeLink(self, url: str) -> str:  # noqa: N802 (the library's name)
        return url if self.gaps.name_of(url) else super().normalizeLink(url)

    def _gap(self, state: StateInline, silent: bool) -> bool:  # noqa: FBT001 (a rule's signature)
        found = GAP.match(state.src, state.pos, state.posMax)
        name = self.gaps.name_of(found[0]) if found else None
        if not found or not name:
            return False
        if not silent:
            state.push("gap", "", 0).content = self.gaps.marked(name)
        state.pos = found.end()
        return True

    def _keep_marks(self, tokens: list[Token]) -> None:
        """Takes marks out of what is no gap, and puts them into addresses that are one."""
        for token in tokens:
            if token.type != "gap":
                token.content = self.gaps.unmarked(token.content)
            token.attrs = {name: self._attribute(value) for name, value in token.attrs.items()}
            self._keep_marks(token.children or [])

    def _attribute(self, value: str | float) -> str | float:
        if not isinstance(value, str):
            return value
        name = self.gaps.name_of(value)
        return self.gaps.marked(name) if name else self.gaps.unmarked(value)


def _gap_html(_: RendererHTML, tokens: list[Token], at: int, __: OptionsDict, ___: EnvType) -> str:
    return tokens[at].content


def _drop_empty_heads(tokens: list[Token]) -> None:
    """A table whose columns have no names gets no row for them."""
    heads = [at for at, token in enumerate(tokens) if token.type == "thead_open"]
    for start in reversed(heads):
        end = next(at for at in range(start, len(tokens)) if tokens[at].type == "thead_close")
        if not any(token.content.strip() for token in tokens[start:end]):
            del tokens[start : end + 1]
