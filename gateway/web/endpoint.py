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
from ariadne.graphql import graphql, validate_data
from graphql import GraphQLError, OperationType
from pydantic_core import to_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from structlog.contextvars import bound_contextvars, get_contextvars

from gateway.caching.serving import Executed, Served
from gateway.context import Loaders, RequestContext
from gateway.errors import BadInput, TooComplex, failed, format_error
from gateway.execution import TidyExecution
from gateway.web.documents import Prepared, already_validated
from gateway.web.edge import Edge
from gateway.web.gate import NOT_EXECUTED, Admitted, NotExecutable
from gateway.web.metrics import outcome_of
from gateway.web.transport.bodies import JSON_TYPE, Rejected, read_json
from gateway.web.transport.caching import CHANGED, EXECUTED, cache_headers, is_known, told
from gateway.web.transport.deadline import GRACE, Gone, before_deadline, while_waited_for
from gateway.web.transport.negotiation import answer_type, is_operation, operation_in_url, status_of
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


class GraphQLEndpoint(GraphQLHTTPHandler):
    """ariadne's handler with our limits, our error bodies and our JSON."""

    def __init__(self, edge: Edge) -> None:
        super().__init__()
        self._edge = edge

    async def handle_request_override(self, request: Request) -> Response | None:
        """A GET that asks for an execution; ariadne would execute none, and shows the page to all others."""
        return await self.graphql_http_server(request) if request.method == "GET" and is_operation(request) else None

    async def graphql_http_server(self, request: Request) -> Response:
        """Answers one operation."""
        try:
            data = await self._read(request)
            request_id = self._edge.around.backends.ids.new()
            trace = trace_from(request_id, request.headers.get(TRACEPARENT))
            with bound_contextvars(request_id=request_id, **trace):
                return await self._answered(request, data)
        except Rejected as rejected:
            self._edge.around.metrics.note_request("unread", "BAD_USER_INPUT", 0)
            return self._refused(rejected)
        except (ClientDisconnect, Gone):
            self._edge.around.metrics.note_request("unread", "GONE", 0)
            return NOBODY_LISTENS

    async def _answered(self, request: Request, data: object) -> Response:
        """Executes one operation; every failure is in the answer. Raises Rejected and Gone."""
        started = perf_counter()
        exchange = Exchange(identity=f"address:{address_of(request)}")
        result: Served | dict[str, Any]
        try:
            with waited_for(self._edge.answer_within):
                work = self._executed(request, data, exchange)
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
        return self._reply(request, result, exchange)

    async def _end(self, exchange: Exchange) -> None:
        """Whatever became of it: what it changed is shown to nobody as it was, before its client is answered."""
        if exchange.context is None:
            return
        exchange.context.end()
        if exchange.context.changed and self._edge.cached is not None:
            await self._edge.cached.drop(exchange.context.changed)

    async def _executed(self, request: Request, data: object, exchange: Exchange) -> Served | dict[str, Any]:
        """Spends before it executes; what cannot be executed costs a little too."""
        try:
            exchange.context = exchange.context or await self._context(request)
            if exchange.context.viewer is not None:
                exchange.identity = f"user:{exchange.context.viewer.user_id}"
            operation = self._operation_of(data)
            prepared = self._edge.documents.prepared(operation["query"])
            exchange.label = prepared.label
            admitted = self._edge.gate.admit(prepared, operation.get("operationName"), operation["variables"])
        except (NotExecutable, CaravanError, GraphQLError) as refusal:
            await self._edge.budget.spend(exchange.identity, NOT_EXECUTED)
            exchange.cost = (isinstance(refusal, TooComplex) and refusal.cost) or NOT_EXECUTED
            raise
        exchange.cost = admitted.cost
        return await self._run(request, operation, prepared, admitted, exchange)

    async def _run(
        self,
        request: Request,
        operation: dict[str, Any],
        prepared: Prepared,
        admitted: Admitted,
        exchange: Exchange,
    ) -> Served | dict[str, Any]:
        """A mutation that was begun goes on when its client leaves: what it does is not to be cut in half."""
        only_reads = admitted.operation.operation is OperationType.QUERY
        if not only_reads and request.method == HTTPMethod.GET:
            raise Rejected(HTTPStatus.METHOD_NOT_ALLOWED, "a GET executes queries only; send a POST", allow="POST")
        await self._edge.budget.spend(exchange.identity, admitted.cost)
        context, cached = exchange.context, self._edge.cached
        assert context  # noqa: S101 (who asks is known)
        exchange.cache_status = EXECUTED if only_reads else CHANGED
        if not only_reads:
            return await self._graphql(operation, prepared, context)
        wish = cached.wish(prepared, admitted, context.viewer) if cached else None
        if cached is None or wish is None:
            return await while_waited_for(request, partial(self._graphql, operation, prepared, context))

        async def execute(viewer: Actor | None) -> Executed:
            another = context.begun_again(viewer)
            try:
                return Executed(result=await self._graphql(operation, prepared, another), context=another)
            finally:
                another.end()

        return await while_waited_for(request, partial(cached.served, wish, execute))

    async def _graphql(self, operation: dict[str, Any], prepared: Prepared, context: RequestContext) -> dict[str, Any]:
        assert self.schema  # noqa: S101 (set by ariadne's application)
        _, result = await graphql(
            self.schema,
            operation,
            context_value=context,
            query_document=prepared.document,
            query_validator=already_validated(prepared),
            logger=QUIET,
            error_formatter=format_error,
            execution_context_class=TidyExecution,
        )
        return with_gaps(result, context)

    async def _read(self, request: Request) -> Any:  # noqa: ANN401 (JSON)
        """Raises Rejected, ClientDisconnect."""
        if request.method == "GET":
            return operation_in_url(request, self._edge.limits.json_depth)
        return await read_json(request, self._edge.limits)

    def _operation_of(self, data: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
        """The operation, with its document and its variables. Raises GraphQLError, CaravanError."""
        if isinstance(data, list):
            raise BadInput("send one operation a request: batches are not executed")
        if isinstance(data, dict):
            variables = data.get("variables")
            data = data | {
                "query": self._edge.trusted.text_of(data),
                "variables": {} if variables is None else variables,
                # No name at all, says GraphQL over HTTP; the executor would look for an operation of that name.
                "operationName": None if data.get("operationName") == "" else data.get("operationName"),
            }
        validate_data(data)
        assert isinstance(data, dict)  # noqa: S101 (just validated)
        return data

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
            return reply_with(result | {"extensions": extensions}, media_type, exchange.cache_status)
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


def with_gaps(result: dict[str, Any], context: RequestContext | None) -> dict[str, Any]:
    """The result, and what its resolvers could not ask for: in each place something stands instead."""
    if context is None or not context.gaps:
        return result
    gaps = [format_error(gap) for gap in context.gaps.values()]
    for gap in gaps:
        gap["extensions"]["standIn"] = True
    return result | {"errors": [*result.get("errors", ()), *gaps]}


def address_of(request: Any) -> str:  # noqa: ANN401 (a request or a socket)
    """The client's network address; of a proxy's client where the proxy is trusted."""
    return request.client.host if request.client else ""


def reply_with(result: dict[str, Any], media_type: str, cache_status: str | None) -> Response:
    """An answer that was made for this request alone."""
    waits = [
        error["extensions"]["retryAfter"] for error in result.get("errors", ()) if "retryAfter" in error["extensions"]
    ]
    headers = {"retry-after": str(max(waits))} if waits else {}
    if cache_status:
        headers["cache-status"] = cache_status
    return Response(to_json(result), status_code=status_of(result, media_type), headers=headers, media_type=media_type)


def _outcome(result: Served | dict[str, Any], exchange: Exchange) -> str:
    if isinstance(result, Served):
        return result.outcome
    return outcome_of(result, refused=exchange.context is not None and exchange.context.refused)
