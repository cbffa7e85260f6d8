"""Statements (`{% if ... %}`) in the project's own templates: a line that is one stays one, in a table too."""

import re
from typing import Final

from markdown_it.ruler import RuleOptionsType
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from services.notifications.rendering.markup.gaps import TEMPLATE_GAPS
from services.notifications.rendering.markup.markdown import MailMarkdown

STATEMENT: Final = re.compile(r"\{% [^{}]+ %\}")
HIDDEN: Final = re.compile(r"<!--(\{% [^{}]+ %\})-->")


def template_parser() -> MailMarkdown:
    """For Markdown with statements. They are comments in its HTML, which may stand anywhere."""
    parser = MailMarkdown(TEMPLATE_GAPS)
    interrupts: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    parser.block.ruler.before("table", "statement", _statement, interrupts)
    parser.core.ruler.push("statement_rows", lambda state: _free_rows(state.tokens))
    return parser


def shown_statements(html: str) -> str:
    """The same with its statements as statements."""
    return HIDDEN.sub(r"\1", html)


def _statement(state: StateBlock, start: int, end: int, silent: bool) -> bool:  # noqa: ARG001, FBT001 (a rule's signature)
    line = state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]].strip()
    if not STATEMENT.fullmatch(line):
        return False
    if not silent:
        state.line = start + 1
        state.tokens.append(_token(line, state.level))
    return True


def _token(statement: str, level: int) -> Token:
    return Token("html_block", "", 0, content=f"<!--{statement}-->\n", block=True, level=level)


def _free_rows(tokens: list[Token]) -> None:
    """A row of a table whose first cell is a statement becomes the statement alone."""
    row = 0
    while row < len(tokens):
        if tokens[row].type == "tr_open" and STATEMENT.fullmatch(tokens[row + 2].content.strip()):
            end = next(at for at in range(row, len(tokens)) if tokens[at].type == "tr_close")
            tokens[row : end + 1] = [_token(tokens[row + 2].content.strip(), tokens[row].level)]
        row += 1
