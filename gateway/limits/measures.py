"""How large a document is, before anything else looks at it. Knows the language, not the schema.

Each definition is walked once and each fragment is measured once, however often it is spread.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
)

from gateway.errors import TooComplex
from services.infra.settings import LimitsSettings


@dataclass(slots=True)
class Written:
    """What is written in a document, each occurrence once.

    Attributes:
        repeats: fields whose response name an earlier field of the same selection has already.
    """

    operations: int = 0
    fragments: int = 0
    aliases: int = 0
    directives: int = 0
    repeats: int = 0


@dataclass(frozen=True, slots=True)
class Extent:
    """What a selection comes to with its fragments spread out: all fields, those of its own level, and levels."""

    fields: int = 0
    roots: int = 0
    depth: int = 0

    def beside(self, other: "Extent") -> "Extent":
        """Both, in one selection."""
        return Extent(self.fields + other.fields, self.roots + other.roots, max(self.depth, other.depth))


def check_size(document: DocumentNode, limits: LimitsSettings) -> None:
    """Raises TooComplex, naming what there is too much of and how much there may be."""
    written = written_in(document)
    _refuse(written.operations, limits.operations, "operations in a document")
    _refuse(written.fragments, limits.fragments, "fragments in a document")
    _refuse(written.aliases, limits.aliases, "aliases in a document")
    _refuse(written.directives, limits.directives, "directives in a document")
    _refuse(written.repeats, limits.repeats, "repeated fields in a document")
    measure = Measure(fragments_of(document))
    for operation in operations_of(document):
        extent = measure.of(operation.selection_set)
        _refuse(extent.depth, limits.depth, "levels of fields")
        _refuse(extent.fields, limits.fields, "fields in an operation, fragments spread out")
        if operation.operation is OperationType.MUTATION:
            _refuse(extent.roots, limits.mutations, "mutations in a request")
        _refuse(extent.roots, limits.root_fields, "root fields in an operation")


def _refuse(count: int, most: int, what: str) -> None:
    if count > most:
        raise TooComplex(f"at most {most} {what}")


def operations_of(document: DocumentNode) -> list[OperationDefinitionNode]:
    """The operations, in their order."""
    return [definition for definition in document.definitions if isinstance(definition, OperationDefinitionNode)]


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    """The fragments by name."""
    return {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }


def written_in(document: DocumentNode) -> Written:
    """Counts in one walk."""
    written = Written()
    waiting: list[SelectionSetNode] = []
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            is_operation = isinstance(definition, OperationDefinitionNode)
            written.operations += is_operation
            written.fragments += not is_operation
            written.directives += len(definition.directives)
            written.directives += sum(len(variable.directives) for variable in definition.variable_definitions or ())
            waiting.append(definition.selection_set)
    while waiting:
        _count(waiting.pop(), written, waiting)
    return written


def _count(selections: SelectionSetNode, written: Written, waiting: list[SelectionSetNode]) -> None:
    names: Counter[str] = Counter()
    for selection in _flattened(selections):
        written.directives += len(selection.directives)
        if isinstance(selection, FieldNode):
            written.aliases += selection.alias is not None
            names[(selection.alias or selection.name).value] += 1
            if selection.selection_set:
                waiting.append(selection.selection_set)
    written.repeats += names.total() - len(names)


def _flattened(selections: SelectionSetNode) -> Iterator[SelectionNode]:
    """What stands on one level: an inline fragment, and what is in it."""
    waiting = list(selections.selections)
    while waiting:
        selection = waiting.pop()
        yield selection
        if isinstance(selection, InlineFragmentNode):
            waiting.extend(selection.selection_set.selections)


@dataclass
class Measure:
    """Measures selections. A fragment inside itself counts nothing: validation refuses it."""

    fragments: dict[str, FragmentDefinitionNode]
    known: dict[str, Extent] = field(default_factory=dict)

    def of(self, selections: SelectionSetNode | None) -> Extent:
        """Raises RecursionError for a selection as deep as the interpreter's stack."""
        extent = Extent()
        for selection in selections.selections if selections else ():
            extent = extent.beside(self._of_one(selection))
        return extent

    def _of_one(self, selection: SelectionNode) -> Extent:
        if isinstance(selection, FragmentSpreadNode):
            return self._of_fragment(selection.name.value)
        inside = self.of(getattr(selection, "selection_set", None))
        return Extent(inside.fields + 1, 1, inside.depth + 1) if isinstance(selection, FieldNode) else inside

    def _of_fragment(self, name: str) -> Extent:
        if name not in self.known:
            self.known[name] = Extent()
            self.known[name] = self.of(self.fragments[name].selection_set) if name in self.fragments else Extent()
        return self.known[name]
