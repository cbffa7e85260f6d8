"""Markdown as a tree of tokens, and the HTML made of it. No raw HTML, no address but web and mail ones.

Knows placeholders (`{{name}}`) and, in the templates of the project, statements (`{% if ... %}`): hands both through.
"""

import re
from typing import Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

PLACEHOLDER: Final = re.compile(r"\{\{ ?([a-z][a-z_.]*) ?\}\}")
STATEMENT: Final = re.compile(r"\{% [^{}]+ %\}")
SCHEMES: Final = frozenset({"http", "https", "mailto"})
HIDDEN_STATEMENT: Final = re.compile(r"<!--(\{% [^{}]+ %\})-->")


class MailMarkdown(MarkdownIt):
    """CommonMark and tables. An address may be one placeholder, or none; an odd one leaves the link as plain text."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable("table")
        self.core.ruler.push("empty_heads", lambda state: _drop_empty_heads(state.tokens))

    def validateLink(self, url: str) -> bool:  # noqa: N802 (the library's name)
        """Whether it leads to the web or to a mailbox, or is a placeholder."""
        if PLACEHOLDER.fullmatch(url):
            return True
        try:
            return urlsplit(url).scheme.lower() in SCHEMES
        except ValueError:
            return False

    def normalizeLink(self, url: str) -> str:  # noqa: N802 (the library's name)
        return url if PLACEHOLDER.fullmatch(url) else super().normalizeLink(url)


def template_parser() -> MailMarkdown:
    """For the project's own templates: a line that is a statement stays one, in a table too."""
    parser = MailMarkdown()
    parser.block.ruler.before(
        "table", "statement", _statement, {"alt": ["paragraph", "reference", "blockquote", "list"]}
    )
    parser.core.ruler.push("statement_rows", lambda state: _free_rows(state.tokens))
    return parser


def html_of(parser: MarkdownIt, tokens: list[Token]) -> str:
    """The HTML; statements are comments in it, which may stand anywhere (`shown_statements` turns them back)."""
    html: str = parser.renderer.render(tokens, parser.options, {})
    return html


def shown_statements(html: str) -> str:
    """The same with its statements as statements."""
    return HIDDEN_STATEMENT.sub(r"\1", html)


def _statement(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001, FBT001 (a rule's signature)
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]].strip()
    if not STATEMENT.fullmatch(line):
        return False
    if not silent:
        state.line = start + 1
        state.tokens.append(_statement_token(line, state.level))
    return True


def _statement_token(statement: str, level: int) -> Token:
    return Token("html_block", "", 0, content=f"<!--{statement}-->\n", block=True, level=level)


def _free_rows(tokens: list[Token]) -> None:
    """A row of a table whose first cell is a statement becomes the statement alone."""
    row = 0
    while row < len(tokens):
        if tokens[row].type == "tr_open" and STATEMENT.fullmatch(tokens[row + 2].content.strip()):
            end = next(at for at in range(row, len(tokens)) if tokens[at].type == "tr_close")
            tokens[row : end + 1] = [_statement_token(tokens[row + 2].content.strip(), tokens[row].level)]
        row += 1


def _drop_empty_heads(tokens: list[Token]) -> None:
    """A table whose columns have no names gets no row for them."""
    heads = [at for at, token in enumerate(tokens) if token.type == "thead_open"]
    for start in reversed(heads):
        end = next(at for at in range(start, len(tokens)) if tokens[at].type == "thead_close")
        if not any(token.content.strip() for token in tokens[start:end]):
            del tokens[start : end + 1]
