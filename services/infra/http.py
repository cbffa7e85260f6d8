"""The internal HTTP between gateway and services: one way to serve a service's face, one way to call it.

A call is `POST /internal/<context>/<operation>` with a JSON object of arguments. The error tree travels as it is: 422
with `problems` for a refusal, 503 with `dependency` for what is unavailable. Who calls is the caller's own token in
`X-Caravan-Token`, who asks is the access token in `Authorization`; the service checks both itself.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import aiohttp
import structlog
from fastapi import APIRouter, Request, Response
from pydantic import ValidationError
from structlog.contextvars import bound_contextvars, get_contextvars

from services.infra.http_codec import (
    CARRIED,
    REFUSAL,
    TOKEN_HEADER,
    UNAVAILABLE,
    ActorPlace,
    Operation,
    RefusalBody,
    UnavailableBody,
    operations_of,
)
from services.infra.identity.callers import Identity
from services.infra.identity.entry import ActorCheck, Entry
from services.shared.actors import Actor
from services.shared.errors import Refused, Unauthenticated, Unavailable, refusal_from

ACTOR_HEADER = "Authorization"
BEARER = "Bearer"
LONGEST_CARRIED = 128
"""Characters of a carried header; what is longer is none of ours and left out of the log."""

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
    async def endpoint(request: Request) -> Response:
        try:
            entry.callers.caller(request.headers.get(TOKEN_HEADER, ""), context)
        except Unauthenticated:
            return _answer(HTTPStatus.UNAUTHORIZED)
        try:
            arguments = operation.decode_arguments(await request.body())
        except ValidationError:
            return _answer(HTTPStatus.BAD_REQUEST)
        with bound_contextvars(**_carried(request)):
            return await _run(operation, lambda: _asked(operation, method, arguments, request, entry.actors))

    return endpoint


async def _asked(
    operation: Operation,
    method: Callable[..., Awaitable[Any]],
    arguments: dict[str, Any],
    request: Request,
    actors: ActorCheck,
) -> object:
    if operation.asks_as:
        arguments[operation.asks_as.parameter] = await _actor(operation.asks_as, request, actors)
    return await method(**arguments)


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
    values = {name: request.headers.get(header, "") for name, header in CARRIED.items()}
    return {name: value for name, value in values.items() if 0 < len(value) <= LONGEST_CARRIED}


class Caller:
    """Calls the operations of one context's face in another process."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base_url: str,
        context: str,
        protocol: type,
        identity: Identity,
        timeout: float,
    ) -> None:
        """`timeout` bounds one call, in seconds, from the wish for a connection to the last byte."""
        self._session = session
        self._prefix = f"{base_url.rstrip('/')}/internal/{context}/"
        self._context = context
        self._operations = operations_of(protocol)
        self._identity = identity
        self._timeout = aiohttp.ClientTimeout(total=timeout)

    async def call(self, operation: str, **arguments: object) -> Any:  # noqa: ANN401 (the method's return type)
        """The operation's result. An Actor among the arguments sends its access token; None asks as nobody.

        Raises:
            Refused: the leaf that the service raised, its problems as they were.
            Unavailable: no answer in time or none of use; what happened is unknown.
        """
        wire = self._operations[operation]
        asking = _asking(wire, arguments)
        status, body = await self._send(operation, wire.encode_arguments(arguments), asking)
        try:
            if status == HTTPStatus.OK:
                return wire.decode_result(body)
            if status == HTTPStatus.UNPROCESSABLE_ENTITY:
                raise refusal_from(REFUSAL.validate_json(body).problems)
        except ValidationError as failure:
            raise Unavailable(self._context, "answered what cannot be read") from failure
        if status != HTTPStatus.SERVICE_UNAVAILABLE:
            log.error(
                "internal call not understood",
                context=self._context,
                operation=operation,
                status=status,
            )
        raise Unavailable(self._context)

    async def _send(self, operation: str, body: bytes, asking: dict[str, str]) -> tuple[int, bytes]:
        try:
            async with self._session.post(
                self._prefix + operation,
                data=body,
                headers=self._headers() | asking,
                timeout=self._timeout,
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            raise Unavailable(self._context) from failure

    def _headers(self) -> dict[str, str]:
        known = get_contextvars()
        carried = {header: str(known[name]) for name, header in CARRIED.items() if known.get(name)}
        return {
            TOKEN_HEADER: self._identity.token_for(self._context),
            "Content-Type": "application/json",
            **carried,
        }


def _asking(operation: Operation, arguments: dict[str, object]) -> dict[str, str]:
    """The header that says who asks; takes the actor out of the arguments."""
    if operation.asks_as is None:
        return {}
    actor = arguments.pop(operation.asks_as.parameter)
    return {ACTOR_HEADER: f"{BEARER} {actor.proof}"} if isinstance(actor, Actor) else {}
