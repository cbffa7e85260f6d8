"""GraphQL over HTTP: reads a bounded body, finds out who asks, executes, answers JSON. Knows no field of the schema."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from http import HTTPStatus
from time import perf_counter
from typing import Any

from ariadne.asgi.handlers import GraphQLHTTPHandler
from ariadne.graphql import graphql, validate_data
from ariadne.types import GraphQLResult
from graphql import DocumentNode, GraphQLError
from pydantic_core import from_json, to_json
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from structlog.contextvars import bound_contextvars, get_contextvars

from gateway.auth import Authenticator
from gateway.context import Backends, Loaders, RequestContext
from gateway.errors import BadInput, failed, format_error
from gateway.web.documents import Documents, Prepared, already_validated
from gateway.web.metrics import Metrics, outcome_of
from services.shared.errors import CaravanError

QUIET = logging.getLogger("gateway.quiet")
QUIET.disabled = True
"""ariadne logs every error with what the client sent; ours are logged in `gateway.errors`, without."""

JSON_TYPE = "application/json"
GRAPHQL_TYPE = "application/graphql-response+json"
LARGEST_BODY = 256 * 1024
MOST_DROPPED = 32 * 1024 * 1024
DROPPED_WITHIN = 5.0
"""Bytes and seconds that are read of a body which is refused, so that its sender hears why."""


class Rejected(Exception):
    """The request is not even GraphQL. Stays in this module."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


class GraphQLEndpoint(GraphQLHTTPHandler):
    """ariadne's handler with our limits, our error bodies and our JSON."""

    def __init__(
        self, backends: Backends, authenticator: Authenticator, documents: Documents, metrics: Metrics
    ) -> None:
        super().__init__()
        self._backends = backends
        self._authenticator = authenticator
        self._documents = documents
        self._metrics = metrics

    async def graphql_http_server(self, request: Request) -> Response:
        """Answers one POST."""
        try:
            data = await _read(request)
        except Rejected as rejected:
            self._metrics.note_request("unread", "BAD_USER_INPUT", 0)
            return _json(failed(BadInput(str(rejected))), rejected.status)
        request_id = self._backends.ids.new()
        with bound_contextvars(request_id=request_id):
            success, result = await self.execute_graphql_query(request, data)
        return await self.create_json_response(request, result, success)

    async def execute_graphql_query(
        self,
        request: Request,
        data: object,
        *,
        context_value: RequestContext | None = None,
        query_document: DocumentNode | None = None,  # noqa: ARG002 (ariadne's signature)
    ) -> GraphQLResult:
        """Executes one operation; every failure is in the answer."""
        started = perf_counter()
        label = "invalid"
        context = context_value
        try:
            context = context or await self._context(request)
            operation = _operation_of(data)
            prepared = self._documents.prepared(operation["query"])
            label = prepared.label
            success, result = await self._executed(operation, prepared, context)
        except (GraphQLError, CaravanError) as error:
            success, result = False, failed(error)
        outcome = outcome_of(result, refused=context is not None and context.refused)
        self._metrics.note_request(label, outcome, perf_counter() - started)
        return success, result

    async def create_json_response(self, request: Request, result: dict[str, Any], success: bool) -> Response:  # noqa: FBT001 (ariadne's signature)
        """200 for whatever was well-formed, as the protocol asks of plain JSON; its own media type may say 400."""
        if GRAPHQL_TYPE not in request.headers.get("accept", ""):
            return _json(result, HTTPStatus.OK)
        executed = success or result.get("data") is not None
        return _json(result, HTTPStatus.OK if executed else HTTPStatus.BAD_REQUEST, GRAPHQL_TYPE)

    async def _context(self, request: Request) -> RequestContext:
        return RequestContext(
            backends=self._backends,
            loaders=Loaders(self._backends),
            viewer=await self._authenticator.viewer(request.headers.get("authorization")),
            request_id=str(get_contextvars()["request_id"]),
        )

    async def _executed(self, data: dict[str, Any], prepared: Prepared, context: RequestContext) -> GraphQLResult:
        assert self.schema  # noqa: S101 (set by ariadne's application)
        return await graphql(
            self.schema,
            data,
            context_value=context,
            query_document=prepared.document,
            query_validator=already_validated(prepared),
            logger=QUIET,
            error_formatter=format_error,
        )


def _operation_of(data: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
    """Raises GraphQLError."""
    validate_data(data)
    assert isinstance(data, dict)  # noqa: S101 (just validated)
    return data


async def _read(request: Request) -> Any:  # noqa: ANN401 (JSON)
    """Raises Rejected."""
    chunks = request.stream()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON_TYPE:
        await _drop(chunks)
        raise Rejected(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"send {JSON_TYPE}")
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > LARGEST_BODY:
            await _drop(chunks)
            raise Rejected(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body may have {LARGEST_BODY} bytes")
    try:
        return from_json(bytes(body), allow_inf_nan=False)
    except ValueError:
        raise Rejected(HTTPStatus.BAD_REQUEST, "the body is not valid JSON") from None


async def _drop(chunks: AsyncIterator[bytes]) -> None:
    """Reads on for a while and forgets it: a connection that is closed on unread bytes loses the answer."""
    dropped = 0
    with suppress(TimeoutError, ClientDisconnect):
        async with asyncio.timeout(DROPPED_WITHIN):
            async for chunk in chunks:
                dropped += len(chunk)
                if dropped > MOST_DROPPED:
                    return


def _json(body: dict[str, Any], status: HTTPStatus, media_type: str = JSON_TYPE) -> Response:
    return Response(to_json(body), status_code=status, media_type=media_type)
