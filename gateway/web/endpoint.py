"""GraphQL over HTTP: reads an operation, finds out who asks, lets the gate judge it, executes it, answers JSON.

Knows no field of the schema. Every failure is in the answer, and so is what the operation costs.
"""

import logging
from dataclasses import dataclass
from functools import partial
from http import HTTPMethod, HTTPStatus
from time import perf_counter
from typing import Any

from ariadne.asgi.handlers import GraphQLHTTPHandler
from ariadne.graphql import graphql
from graphql import GraphQLError, OperationType
from pydantic_core import to_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from structlog.contextvars import bound_contextvars, get_contextvars

from gateway.caching.serving import Executed, Served
from gateway.context import Loaders, RequestContext
from gateway.errors import BadInput, TooComplex, failed, format_error
from gateway.execution import TidyExecution
from gateway.web.documents import already_validated
from gateway.web.edge import Edge
from gateway.web.gate import NOT_EXECUTED, NotExecutable
from gateway.web.metrics import outcome_of
from gateway.web.operations import Asked, RememberedOperations, operation_of
from gateway.web.replies import made_for_one, with_gaps
from gateway.web.transport.bodies import JSON_TYPE, Rejected, read_body, strict_json
from gateway.web.transport.caching import CHANGED, EXECUTED, cache_headers, is_known, told
from gateway.web.transport.deadline import GRACE, Gone, before_deadline, while_waited_for
from gateway.web.transport.negotiation import answer_type, is_operation, operation_in_url
from services.infra.calls.deadlines import waited_for
from services.shared.actors import Actor
from services.shared.errors import CaravanError
from services.shared.traces import TRACEPARENT, trace_from

QUIET = logging.getLogger("gateway.quiet")
QUIET.disabled = True
"""ariadne logs every error with what the client sent; ours are logged in `gateway.errors`, without."""

NOBODY_LISTENS = Response(status_code=HTTPStatus.REQUEST_TIMEOUT)


@dataclass(slots=True, kw_only=True)
class Exchange:
    """What is known of a request so far, whatever becomes of it."""

    identity: str
    context: RequestContext | None = None
    label: str = "invalid"
    cost: int = NOT_EXECUTED
    cache_status: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came: JSON and the bytes that it was in, or what is known of these very bytes already."""

    data: Any = None
    body: bytes = b""
    asked: Asked | None = None


class GraphQLEndpoint(GraphQLHTTPHandler):
    """ariadne's handler with our limits, our error bodies and our JSON."""

    def __init__(self, edge: Edge) -> None:
        super().__init__()
        self._edge = edge
        self._remembered = RememberedOperations()

    async def handle_request_override(self, request: Request) -> Response | None:
        """A GET that asks for an execution; ariadne would execute none, and shows the page to all others."""
        return await self.graphql_http_server(request) if request.method == "GET" and is_operation(request) else None

    async def graphql_http_server(self, request: Request) -> Response:
        """Answers one operation."""
        try:
            sent = await self._read(request)
            request_id = self._edge.around.backends.ids.new()
            trace = trace_from(request_id, request.headers.get(TRACEPARENT))
            with bound_contextvars(request_id=request_id, **trace):
                return await self._answered(request, sent)
        except Rejected as rejected:
            self._edge.around.metrics.note_request("unread", "BAD_USER_INPUT", 0)
            return self._refused(rejected)
        except (ClientDisconnect, Gone):
            self._edge.around.metrics.note_request("unread", "GONE", 0)
            return NOBODY_LISTENS

    async def _answered(self, request: Request, sent: Sent) -> Response:
        """Executes one operation; every failure is in the answer. Raises Rejected and Gone."""
        started = perf_counter()
        exchange = Exchange(identity=f"address:{address_of(request)}")
        result: Served | dict[str, Any]
        try:
            with waited_for(self._edge.answer_within):
                work = self._executed(request, sent, exchange)
                result = await before_deadline(work, self._edge.answer_within + GRACE)
        except NotExecutable as refusal:
            result = {"errors": [format_error(error) for error in refusal.errors]}
        except (Rejected, Gone):
            raise
        except Exception as error:  # noqa: BLE001 (what is not known becomes INTERNAL, masked and logged)
            result = failed(error)
        finally:
            await self._end(exchange)
        self._edge.around.metrics.note_request(exchange.label, _outcome(result, exchange), perf_counter() - started)
        if exchange.context is not None:
            self._edge.around.metrics.note_served(exchange.context.served)
        return self._reply(request, result, exchange)

    async def _end(self, exchange: Exchange) -> None:
        """Whatever became of it: what it changed is shown to nobody as it was, before its client is answered."""
        if exchange.context is None:
            return
        exchange.context.end()
        if exchange.context.changed and self._edge.cached is not None:
            await self._edge.cached.drop(exchange.context.changed)

    async def _executed(self, request: Request, sent: Sent, exchange: Exchange) -> Served | dict[str, Any]:
        """What cannot be executed costs a little too."""
        try:
            exchange.context = await self._context(request)
            if exchange.context.viewer is not None:
                exchange.identity = f"user:{exchange.context.viewer.user_id}"
            asked = sent.asked or self._asked(sent, exchange)
        except (NotExecutable, CaravanError, GraphQLError) as refusal:
            await self._edge.budget.spend(exchange.identity, NOT_EXECUTED)
            exchange.cost = (isinstance(refusal, TooComplex) and refusal.cost) or NOT_EXECUTED
            raise
        exchange.label, exchange.cost = asked.prepared.label, asked.admitted.cost
        if asked.admitted.operation.operation is OperationType.QUERY:
            return await self._queried(request, asked, exchange, exchange.context)
        if request.method == HTTPMethod.GET:
            raise Rejected(HTTPStatus.METHOD_NOT_ALLOWED, "a GET executes queries only; send a POST", allow="POST")
        exchange.cache_status = CHANGED
        await self._edge.budget.spend(exchange.identity, asked.admitted.cost)
        # What a mutation does is not to be cut in half: it goes on when its client leaves.
        return await self._graphql(asked, exchange.context)

    def _asked(self, sent: Sent, exchange: Exchange) -> Asked:
        """Raises NotExecutable, CaravanError, GraphQLError."""
        data = operation_of(sent.data, self._edge.trusted)
        prepared = self._edge.documents.prepared(data["query"])
        exchange.label = prepared.label
        admitted = self._edge.gate.admit(prepared, data.get("operationName"), data["variables"])
        asked = Asked(data=data, prepared=prepared, admitted=admitted)
        if self._edge.cached is not None and self._edge.cached.may_be_kept(asked):
            self._remembered.remember(sent.body, asked)
        return asked

    async def _queried(
        self, request: Request, asked: Asked, exchange: Exchange, context: RequestContext
    ) -> Served | dict[str, Any]:
        """Spends before anything is shown."""
        pay = partial(self._edge.budget.spend, exchange.identity, asked.admitted.cost)
        exchange.cache_status = EXECUTED
        wish = self._edge.cached.wish(asked, context.viewer) if self._edge.cached else None
        if self._edge.cached is None or wish is None:
            await pay()
            return await while_waited_for(request, partial(self._graphql, asked, context))

        async def execute(viewer: Actor | None) -> Executed:
            another = context.begun_again(viewer)
            try:
                return Executed(result=await self._graphql(asked, another), context=another)
            finally:
                another.end()

        return await while_waited_for(request, partial(self._edge.cached.served, wish, pay, execute))

    async def _graphql(self, asked: Asked, context: RequestContext) -> dict[str, Any]:
        assert self.schema  # noqa: S101 (set by ariadne's application)
        _, result = await graphql(
            self.schema,
            asked.data,
            context_value=context,
            query_document=asked.prepared.document,
            query_validator=already_validated(asked.prepared),
            logger=QUIET,
            error_formatter=format_error,
            execution_context_class=TidyExecution,
        )
        return with_gaps(result, context)

    async def _read(self, request: Request) -> Sent:
        """Raises Rejected, ClientDisconnect."""
        if request.method == HTTPMethod.GET:
            return Sent(data=operation_in_url(request, self._edge.limits.json_depth))
        body = await read_body(request, self._edge.limits)
        if asked := self._remembered.of(body):
            return Sent(asked=asked)
        return Sent(data=strict_json(body, self._edge.limits.json_depth), body=body)

    async def _context(self, request: Request) -> RequestContext:
        viewer = await self._edge.around.authenticator.viewer(request.headers.get("authorization"))
        return RequestContext(
            backends=self._edge.around.backends,
            loaders=Loaders(self._edge.around.backends, viewer),
            viewer=viewer,
            request_id=str(get_contextvars()["request_id"]),
            throttle=self._edge.around.sign_ins,
            address=address_of(request),
        )

    def _reply(self, request: Request, result: Served | dict[str, Any], exchange: Exchange) -> Response:
        media_type = answer_type(request.headers.get("accept", ""))
        extensions = self._costing(exchange.cost)
        if isinstance(result, dict):
            return made_for_one(result | {"extensions": extensions}, media_type, exchange.cache_status)
        if self._edge.tells_of_cache:
            extensions["cache"] = told(result.answer)
        headers = cache_headers(request, result, self._edge.downstream)
        if is_known(request, headers):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        body = result.answer.body + b',"extensions":' + to_json(extensions) + b"}"
        return Response(body, headers=headers, media_type=media_type)

    def _costing(self, cost: int) -> dict[str, Any]:
        return {"cost": {"requestedQueryCost": cost, "maximumAvailable": self._edge.gate.maximum}}

    def _refused(self, rejected: Rejected) -> Response:
        headers = {"allow": rejected.allow} if rejected.allow else {}
        body = failed(BadInput(str(rejected))) | {"extensions": self._costing(0)}
        return Response(to_json(body), status_code=rejected.status, headers=headers, media_type=JSON_TYPE)


def address_of(request: Request) -> str:
    """The client's network address; of a proxy's client where the proxy is trusted."""
    return request.client.host if request.client else ""


def _outcome(result: Served | dict[str, Any], exchange: Exchange) -> str:
    if isinstance(result, Served):
        return result.outcome
    return outcome_of(result, refused=exchange.context is not None and exchange.context.refused)
