"""Subscriptions executed: from a client's document to a result for each state. Knows no socket.

The document passes the same limits as one over HTTP, once; a state's result is made when the last one has been taken.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    create_source_event_stream,
    execute,
)

from gateway.context import Loaders, RequestContext
from gateway.errors import BadInput, body_of, format_error
from gateway.execution import TidyExecution
from gateway.live.hub import Hub
from gateway.live.mailbox import Mailbox
from gateway.live.states import OrderState, State
from gateway.sockets.messages import Wish
from gateway.web.edge import Edge
from gateway.web.gate import NOT_EXECUTED, NotExecutable
from gateway.web.replies import with_gaps
from services.infra.calls.deadlines import waited_for
from services.shared.actors import Actor
from services.shared.errors import CaravanError


class Refusal(Exception):
    """The subscription cannot be begun, for these GraphQL errors."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Whose subscription it is, for budgets and logs."""

    request_id: str
    address: str
    identity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscribed:
    """A subscription that may be executed, and what it costs in points."""

    document: DocumentNode
    wish: Wish
    cost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a state looks like to the subscriber: GraphQL's `data` and `errors`."""

    state: State
    body: dict[str, Any]


class Execution:
    """Executes subscriptions on the gateway's schema."""

    def __init__(self, schema: GraphQLSchema, edge: Edge, hub: Hub) -> None:
        self._schema = schema
        self._edge = edge
        self._hub = hub

    async def results(self, wish: Wish, viewer: Actor | None, asker: Asker) -> AsyncGenerator[Result, None]:
        """A result for the present state and for each that follows, for as long as somebody takes them.

        Raises:
            Refusal: before the first result.
        """
        admitted = await self._admitted(wish, asker)
        async with aclosing(await self._source(admitted, self._context(viewer, asker))) as states:
            async for state in states:
                context = self._context(viewer, asker)
                try:
                    yield Result(state=state, body=await self._executed(admitted, state, context))
                finally:
                    context.end()

    async def _admitted(self, wish: Wish, asker: Asker) -> Subscribed:
        """What the gate says of the document, paid for. Raises Refusal."""
        try:
            try:
                subscribed = self._judged(wish)
            except (NotExecutable, CaravanError, GraphQLError):
                await self._edge.budget.spend(asker.identity, NOT_EXECUTED)
                raise
            await self._edge.budget.spend(asker.identity, subscribed.cost)
        except NotExecutable as refusal:
            raise Refusal([format_error(error) for error in refusal.errors]) from None
        except (CaravanError, GraphQLError) as error:
            raise Refusal([body_of(error)]) from None
        return subscribed

    def _judged(self, wish: Wish) -> Subscribed:
        """Raises what the gate raises, and BadInput for what is no subscription."""
        body = {"query": wish.query, "extensions": wish.extensions}
        text = self._edge.trusted.text_of({name: value for name, value in body.items() if value is not None})
        if not isinstance(text, str):
            raise BadInput("send a document as `query`")
        prepared = self._edge.documents.prepared(text)
        admitted = self._edge.gate.admit(prepared, wish.operation_name, wish.variables or {})
        if admitted.operation.operation is not OperationType.SUBSCRIPTION:
            raise BadInput("send queries and mutations over HTTP")
        return Subscribed(document=prepared.document, wish=wish, cost=admitted.cost)

    async def _source(self, admitted: Subscribed, context: RequestContext) -> Mailbox:
        source = await create_source_event_stream(
            self._schema,
            admitted.document,
            context_value=context,
            variable_values=admitted.wish.variables,
            operation_name=admitted.wish.operation_name or None,
        )
        if isinstance(source, ExecutionResult):
            raise Refusal([format_error(error) for error in source.errors or ()])
        assert isinstance(source, Mailbox)  # noqa: S101 (our resolvers answer nothing else)
        return source

    async def _executed(self, admitted: Subscribed, state: State, context: RequestContext) -> dict[str, Any]:
        with waited_for(self._edge.answer_within):
            result = execute(
                self._schema,
                admitted.document,
                root_value=_shown(state, context),
                context_value=context,
                variable_values=admitted.wish.variables,
                operation_name=admitted.wish.operation_name or None,
                execution_context_class=TidyExecution,
            )
            result = await result if isawaitable(result) else result
        body: dict[str, Any] = {"data": result.data}
        if result.errors:
            body["errors"] = [format_error(error) for error in result.errors]
        cost = {"requestedQueryCost": admitted.cost, "maximumAvailable": self._edge.gate.maximum}
        return with_gaps(body, context) | {"extensions": {"cost": cost}}

    def _context(self, viewer: Actor | None, asker: Asker) -> RequestContext:
        """A new one for each state: what its loaders have read is of that moment."""
        backends = self._edge.around.backends
        return RequestContext(
            backends=backends,
            loaders=Loaders(backends, viewer),
            viewer=viewer,
            request_id=asker.request_id,
            address=asker.address,
            live=self._hub,
        )


def _shown(state: State, context: RequestContext) -> object:
    """What the resolvers start from; what was read beside it need not be read again."""
    if not isinstance(state, OrderState):
        return state.item
    if state.payment_known:
        context.loaders.payment.prime(state.order.id, state.payment)
    return state.order
