"""The internal HTTP between gateway and services: one way to serve a service's face, one way to call it.

A call is `POST /internal/<context>/<operation>` with a JSON object of arguments. The error tree travels as it is: 422
with `problems` for a refusal, 503 with `dependency` for what is unavailable. Who calls is the caller's own token in
`X-Caravan-Token`, who asks is the access token in `Authorization`; the service checks both itself.
"""

from asyncio import get_running_loop, timeout_at
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from time import monotonic
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from structlog.contextvars import bound_contextvars

from services.infra.calls.deadlines import heard
from services.infra.calls.sender import Line, Message, Sender
from services.infra.http_codec import (
    REFUSAL,
    REQUEST_ID,
    TOKEN_HEADER,
    UNAVAILABLE,
    ActorPlace,
    Operation,
    RefusalBody,
    UnavailableBody,
    operations_of,
)
from services.infra.identity.entry import ActorCheck, Entry
from services.infra.metrics.api import CANCELLED, OUTCOMES, note_answer
from services.shared.actors import Actor
from services.shared.errors import Refused, Unauthenticated, Unavailable, refusal_from
from services.shared.traces import TRACEPARENT, trace_of

ACTOR_HEADER = "Authorization"
BEARER = "Bearer"
LONGEST_CARRIED = 128
"""Characters of a carried header; what is longer is none of ours and left out of the log."""

LONGEST_WAIT = 60.0
"""Seconds for a read whose caller does not say how long it waits."""

log = structlog.get_logger(__name__)


def internal_router(context: str, protocol: type, face: object, entry: Entry) -> APIRouter:
    """Routes for each public async method of `protocol`, answered by `face`; open to the callers that `entry` knows."""
    # Without a prefix: it would be put before whatever another router brings in.
    router = APIRouter()
    for name, operation in operations_of(protocol).items():
        endpoint = _endpoint(context, operation, getattr(face, name), entry)
        router.add_route(
            f"/internal/{context}/{name}",
            endpoint,
            methods=["POST"],
            name=f"{context}.{name}",
        )
    return router


def _endpoint(
    context: str, operation: Operation, method: Callable[..., Awaitable[Any]], entry: Entry
) -> Callable[[Request], Awaitable[Response]]:
    async def answered(request: Request) -> Response:
        try:
            entry.callers.caller(request.headers.get(TOKEN_HEADER, ""), context)
        except Unauthenticated:
            return _answer(HTTPStatus.UNAUTHORIZED)
        try:
            arguments = operation.decode_arguments(await request.body())
        except ValidationError:
            return _answer(HTTPStatus.BAD_REQUEST)
        with bound_contextvars(**_carried(request)):
            waits_until = get_running_loop().time() + heard(request.headers, LONGEST_WAIT)

            async def ask() -> object:
                await _take_actor(operation, arguments, request, entry.actors)
                return await _done(operation, lambda: method(**arguments), waits_until)

            return await _run(operation, ask)

    async def endpoint(request: Request) -> Response:
        started, outcome = monotonic(), CANCELLED
        try:
            response = await answered(request)
            outcome = OUTCOMES[response.status_code]
        finally:
            note_answer(context, operation.name, outcome, monotonic() - started)
        return response

    return endpoint


async def _take_actor(operation: Operation, arguments: dict[str, Any], request: Request, actors: ActorCheck) -> None:
    if operation.asks_as:
        arguments[operation.asks_as.parameter] = await _actor(operation.asks_as, request, actors)


async def _done(operation: Operation, work: Callable[[], Awaitable[object]], waits_until: float) -> object:
    """What a caller who has left asked for is not begun; of what was begun only a read is given up half-way.

    Raises Unavailable.
    """
    if get_running_loop().time() >= waits_until:
        raise Unavailable("caller", "waits no more")
    if not operation.safe:
        return await work()
    limit = timeout_at(waits_until)
    try:
        async with limit:
            return await work()
    except TimeoutError:
        if limit.expired():
            raise Unavailable("caller", "waits no more") from None
        raise


async def _actor(place: ActorPlace, request: Request, actors: ActorCheck) -> Actor | None:
    """Who asks. Raises Unauthenticated, Unavailable."""
    header = request.headers.get(ACTOR_HEADER)
    if header is None and place.optional:
        return None
    scheme, _, token = (header or "").partition(" ")
    if header is None or scheme != BEARER:
        raise Unauthenticated("sign in first")
    return await actors.actor(token)


async def _run(operation: Operation, ask: Callable[[], Awaitable[object]]) -> Response:
    try:
        return _answer(HTTPStatus.OK, operation.encode_result(await ask()))
    except Refused as refusal:
        body = REFUSAL.dump_json(RefusalBody(problems=refusal.problems))
        return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, body)
    except Unavailable as failure:
        log.warning(
            "dependency unavailable",
            operation=operation.name,
            dependency=failure.dependency,
        )
        body = UNAVAILABLE.dump_json(UnavailableBody(dependency=failure.dependency))
        return _answer(HTTPStatus.SERVICE_UNAVAILABLE, body)
    except Exception:
        log.exception("internal call failed", operation=operation.name)
        return _answer(HTTPStatus.INTERNAL_SERVER_ERROR)


def _answer(status: HTTPStatus, body: bytes = b"{}") -> Response:
    return Response(body, status_code=status, media_type="application/json")


def _carried(request: Request) -> dict[str, str]:
    request_id = request.headers.get(REQUEST_ID, "")
    known = {"request_id": request_id} if 0 < len(request_id) <= LONGEST_CARRIED else {}
    return known | trace_of(request.headers.get(TRACEPARENT, ""))


class Caller:
    """Calls the operations of one context's face in another process."""

    def __init__(self, line: Line, base_url: str, context: str, protocol: type) -> None:
        self._sender = Sender(line, base_url, context)
        self._context = context
        self._operations = operations_of(protocol)

    async def call(self, operation: str, **arguments: object) -> Any:  # noqa: ANN401 (the method's return type)
        """The operation's result. An Actor among the arguments sends its access token; None asks as nobody.

        Raises:
            Refused: the leaf that the service raised, its problems as they were.
            Unavailable: no answer in time or none of use; what happened is unknown.
        """
        wire = self._operations[operation]
        headers = _asking(wire, arguments)
        body = wire.encode_arguments(arguments)
        reply = await self._sender.send(Message(operation=operation, safe=wire.safe, body=body, headers=headers))
        try:
            if reply.status == HTTPStatus.OK:
                return wire.decode_result(reply.body)
            problems = REFUSAL.validate_json(reply.body).problems
        except ValidationError as failure:
            raise Unavailable(self._context, "answered what cannot be read") from failure
        raise refusal_from(problems)


def _asking(operation: Operation, arguments: dict[str, object]) -> dict[str, str]:
    """The header that says who asks; takes the actor out of the arguments."""
    if operation.asks_as is None:
        return {}
    actor = arguments.pop(operation.asks_as.parameter)
    return {ACTOR_HEADER: f"{BEARER} {actor.proof}"} if isinstance(actor, Actor) else {}
