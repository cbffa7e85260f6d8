"""Documents: parsed, validated and measured once, then kept. Executes none.

The limits stand between a small request and a large amount of work; they are checked before anything is resolved.
"""

from collections import OrderedDict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    validate,
)

from gateway.errors import TooComplex
from gateway.web.places import with_field

KEPT = 500
LONGEST_KEPT = 8192
MOST_TOKENS = 4000
MOST_FIELDS = 1000
MOST_MUTATIONS = 20
DEEPEST = 20
MOST_ERRORS = 10
PARSER_GAVE_UP = "Parsing aborted"
"""How graphql-core tells its limits from mistakes."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document, whether it is valid, and what the metrics call it."""

    document: DocumentNode
    errors: list[GraphQLError]
    label: str


class Documents:
    """The documents that clients send, most recently used last."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._kept: OrderedDict[str, Prepared] = OrderedDict()

    def prepared(self, query: str) -> Prepared:
        """Raises GraphQLError when it cannot be parsed, TooComplex when it is past a limit."""
        known = self._kept.get(query)
        if known is not None:
            self._kept.move_to_end(query)
            return known
        prepared = self._prepare(query)
        if len(query) <= LONGEST_KEPT:
            self._kept[query] = prepared
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return prepared

    def _prepare(self, query: str) -> Prepared:
        try:
            document = parse(query, max_tokens=MOST_TOKENS)
            check_size(document)
            errors = [with_field(error, document) for error in validate(self._schema, document, max_errors=MOST_ERRORS)]
        except RecursionError:
            raise TooComplex("the document is nested too deeply") from None
        except GraphQLSyntaxError as error:
            if PARSER_GAVE_UP in error.message:
                raise TooComplex(f"the document has more than {MOST_TOKENS} tokens, or is nested too deeply") from None
            raise
        return Prepared(document, errors, label_of(document) if not errors else "invalid")


def already_validated(prepared: Prepared) -> Any:  # noqa: ANN401 (ariadne's QueryValidator)
    """What ariadne calls as validator: the answer that is known."""

    def answer(
        _schema: GraphQLSchema, _document: DocumentNode, rules: Collection[type[ASTValidationRule]], **_more: object
    ) -> list[GraphQLError]:
        del rules
        return prepared.errors

    return answer


def label_of(document: DocumentNode) -> str:
    """The root fields' name where there is one, `many` for several: bounded by the schema, not by the clients."""
    names = {
        selection.name.value if isinstance(selection, FieldNode) else "many"
        for operation in _operations(document)
        for selection in operation.selection_set.selections
    }
    return names.pop() if len(names) == 1 else "many"


def check_size(document: DocumentNode) -> None:
    """Raises TooComplex for too deep, too many fields with fragments spread out, or too many mutations at once."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    measure = _Measure(fragments)
    for operation in _operations(document):
        fields, depth = measure.of(operation.selection_set, ())
        if depth > DEEPEST:
            raise TooComplex(f"the document is deeper than {DEEPEST} levels")
        if fields > MOST_FIELDS:
            raise TooComplex(f"the document asks for more than {MOST_FIELDS} fields")
        if operation.operation is OperationType.MUTATION and measure.roots(operation.selection_set) > MOST_MUTATIONS:
            raise TooComplex(f"more than {MOST_MUTATIONS} mutations in one request")


def _operations(document: DocumentNode) -> list[OperationDefinitionNode]:
    return [definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)]


@dataclass
class _Measure:
    """Fields and depth of selections; a fragment is measured once, however often it is spread."""

    fragments: dict[str, FragmentDefinitionNode]
    known: dict[str, tuple[int, int]] = field(default_factory=dict)

    def of(self, selections: SelectionSetNode | None, open_fragments: tuple[str, ...]) -> tuple[int, int]:
        fields, depth = 0, 0
        for selection in selections.selections if selections else ():
            if isinstance(selection, FragmentSpreadNode):
                inside = self._fragment(selection.name.value, open_fragments)
            else:
                own = 1 if isinstance(selection, FieldNode) else 0
                below = self.of(getattr(selection, "selection_set", None), open_fragments)
                inside = (below[0] + own, below[1] + own)
            fields, depth = fields + inside[0], max(depth, inside[1])
        return fields, depth

    def roots(self, selections: SelectionSetNode) -> int:
        """Root fields; a spread or inline fragment counts with all that is in it."""
        return sum(
            1 if isinstance(selection, FieldNode) else self.of(SelectionSetNode(selections=(selection,)), ())[0]
            for selection in selections.selections
        )

    def _fragment(self, name: str, open_fragments: tuple[str, ...]) -> tuple[int, int]:
        if name in open_fragments or name not in self.fragments:
            return 0, 0
        if name not in self.known:
            self.known[name] = self.of(self.fragments[name].selection_set, (*open_fragments, name))
        return self.known[name]
