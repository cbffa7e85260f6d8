"""The gate before execution: which operation, with which variables, at what cost. What passes may be executed.

The endpoint and the sockets both ask here. Nothing is executed and nothing is counted over requests.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, get_operation_ast
from graphql.execution.values import get_variable_values

from gateway.errors import TooComplex
from gateway.limits.costs import cost_of
from gateway.web.documents import Prepared
from services.infra.settings import LimitsSettings

MOST_ERRORS = 10
NOT_EXECUTED = 50
"""The points of a document that cannot be executed: to read and to judge it is work as well."""


class NotExecutable(Exception):
    """The document or its variables are wrong. Holds at least one error."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Admitted:
    """An operation that may be executed, what it costs in points, and its variables as GraphQL understands them."""

    operation: OperationDefinitionNode
    cost: int
    variables: Mapping[str, Any]


class Gate:
    """Lets through what is valid and within the limits. Hides what the schema would suggest where told so."""

    def __init__(self, schema: GraphQLSchema, limits: LimitsSettings, *, hide_suggestions: bool) -> None:
        self._schema = schema
        self._limits = limits
        self._hide_suggestions = hide_suggestions

    @property
    def maximum(self) -> int:
        """The points that one operation may cost."""
        return self._limits.cost

    def admit(self, prepared: Prepared, name: str | None, variables: Mapping[str, Any]) -> Admitted:
        """The operation of that name.

        Raises:
            NotExecutable: it is not valid, or its variables are not.
            BadInput: a page of another length than there may be.
            TooComplex: a list of the input is too long, or all of it costs too much; `cost` says how much.
        """
        if prepared.errors:
            raise NotExecutable(prepared.errors)
        operation = get_operation_ast(prepared.document, name or None)
        if operation is None:
            asked = "there is no operation of that name" if name else "operationName must say which operation"
            raise NotExecutable([GraphQLError(asked)])
        if self._schema.get_root_type(operation.operation) is None:
            raise NotExecutable([GraphQLError(f"there is no {operation.operation.value} here")])
        coerced = self._coerced(operation, variables)
        cost = self._cost(prepared, operation, variables)
        if cost > self.maximum:
            raise TooComplex(f"costs {cost} points; an operation may cost at most {self.maximum}", cost=cost)
        return Admitted(operation=operation, cost=cost, variables=coerced)

    def _cost(self, prepared: Prepared, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> int:
        """Without variables an operation costs the same each time."""
        name = operation.name.value if operation.name else None
        known = prepared.costs.get(name)
        if known is not None:
            return known
        cost = cost_of(self._schema, prepared.document, operation, variables, self._limits.listed)
        if not operation.variable_definitions:
            prepared.costs[name] = cost
        return cost

    def _coerced(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        coerced = get_variable_values(
            self._schema,
            operation.variable_definitions,
            dict(variables),
            max_errors=MOST_ERRORS,
            hide_suggestions=self._hide_suggestions,
        )
        if isinstance(coerced, list):
            raise NotExecutable(coerced)
        return coerced
