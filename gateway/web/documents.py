"""Documents: parsed, measured and validated once, then kept. Executes none.

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
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NoSchemaIntrospectionCustomRule,
    parse,
    specified_rules,
    validate,
)

from gateway.caching.plans import Plan
from gateway.errors import TooComplex
from gateway.limits.measures import check_size, operations_of
from gateway.web.places import with_field
from services.infra.settings import LimitsSettings

KEPT = 500
LONGEST_KEPT = 8192
MOST_COMMENTS = 500
MOST_ERRORS = 10
PARSER_GAVE_UP = "Parsing aborted"
VALIDATION_GAVE_UP = "Validation aborted."
"""How graphql-core tells its limits from mistakes."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document, whether it is valid, and what the metrics call it.

    Kept with it: what those operations cost that take nothing, and whether answers to its operations may be kept.
    """

    document: DocumentNode
    errors: list[GraphQLError]
    label: str
    costs: dict[str | None, int] = field(default_factory=dict)
    plans: dict[str | None, Plan | None] = field(default_factory=dict)


class Documents:
    """The documents that clients send, most recently used last.

    With `open_schema` False there is no introspection, and no error suggests a name that the schema has.
    """

    def __init__(self, schema: GraphQLSchema, limits: LimitsSettings, *, open_schema: bool) -> None:
        self._schema = schema
        self._limits = limits
        self._open_schema = open_schema
        self._rules = specified_rules if open_schema else (*specified_rules, NoSchemaIntrospectionCustomRule)
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
            document = self._parsed(query)
            check_size(document, self._limits)
            errors = self._validated(document)
        except RecursionError:
            raise TooComplex("the document is nested too deeply") from None
        return Prepared(document, errors, label_of(document) if not errors else "invalid")

    def _parsed(self, query: str) -> DocumentNode:
        try:
            return parse(query, max_lexical_tokens=self._limits.tokens, max_comments=MOST_COMMENTS)
        except GraphQLSyntaxError as error:
            if PARSER_GAVE_UP in error.message:
                most = f"{self._limits.tokens} tokens and {MOST_COMMENTS} comments"
                raise TooComplex(f"at most {most} in a document, and not nested too deeply") from None
            raise

    def _validated(self, document: DocumentNode) -> list[GraphQLError]:
        errors = validate(
            self._schema, document, self._rules, max_errors=MOST_ERRORS, hide_suggestions=not self._open_schema
        )
        if any(error.message == VALIDATION_GAVE_UP for error in errors):
            raise TooComplex("the document's fields overlap in too many ways")
        return [with_field(error, document) for error in errors]


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
        for operation in operations_of(document)
        for selection in operation.selection_set.selections
    }
    return names.pop() if len(names) == 1 else "many"
