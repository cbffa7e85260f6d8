"""The text part of a mail, from the same tokens as its HTML. Lines are not wrapped: a phone does that itself."""

from collections.abc import Callable, Iterable, Mapping
from textwrap import indent
from types import MappingProxyType
from typing import Final

from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from services.notifications.rendering.markup.statements import shown_statements

RULE: Final = "-" * 32


def plain_text(tokens: list[Token]) -> str:
    """What a person reads who sees no HTML."""
    return _blocks(SyntaxTreeNode(tokens)) + "\n"


def _blocks(node: SyntaxTreeNode, between: str = "\n\n") -> str:
    return between.join(text for child in node.children if (text := _block(child)))


def _block(node: SyntaxTreeNode) -> str:
    write = BLOCKS.get(node.type)
    return write(node) if write else _blocks(node)


def _list(node: SyntaxTreeNode) -> str:
    start = int(node.attrs.get("start", 1))
    marks = ("- " if node.type == "bullet_list" else f"{start + place}. " for place in range(len(node.children)))
    return "\n".join(_marked(mark, _blocks(item, "\n")) for mark, item in zip(marks, node.children, strict=True))


def _marked(mark: str, text: str) -> str:
    return mark + indent(text, " " * len(mark)).lstrip()


def _quote(node: SyntaxTreeNode) -> str:
    return indent(_blocks(node), "> ", lambda _: True)


def _table(node: SyntaxTreeNode) -> str:
    """A row a line: "cell: cell" of two columns, "cell | cell | cell" of more."""
    rows = (row for part in node.children for row in (part.children if part.type in {"thead", "tbody"} else [part]))
    return "\n".join(text for row in rows if (text := _row(row)))


def _row(node: SyntaxTreeNode) -> str:
    if node.type == "html_block":
        return _block(node)
    cells = [_inline(cell.children) for cell in node.children]
    return (": " if len(cells) == 2 else " | ").join(cells) if any(cells) else ""  # noqa: PLR2004 (a pair)


def _inline(nodes: Iterable[SyntaxTreeNode]) -> str:
    return "".join(_word(node) for node in nodes)


def _word(node: SyntaxTreeNode) -> str:
    if node.type in {"text", "code_inline", "gap"}:
        return node.content
    if node.type == "softbreak":
        return " "
    if node.type == "hardbreak":
        return "\n"
    if node.type == "link":
        return _link(_inline(node.children), str(node.attrs["href"]))
    return _inline(node.children)


def _link(label: str, address: str) -> str:
    bare = address.removeprefix("mailto:")
    return bare if label in {"", address, bare} else f"{label} <{bare}>"


BLOCKS: Final[Mapping[str, Callable[[SyntaxTreeNode], str]]] = MappingProxyType(
    {
        "heading": lambda node: _inline(node.children),
        "paragraph": lambda node: _inline(node.children),
        "bullet_list": _list,
        "ordered_list": _list,
        "blockquote": _quote,
        "code_block": lambda node: node.content.rstrip("\n"),
        "fence": lambda node: node.content.rstrip("\n"),
        "hr": lambda _: RULE,
        "table": _table,
        "html_block": lambda node: shown_statements(node.content).rstrip("\n"),
    }
)
