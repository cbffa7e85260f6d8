"""The gateway's web application: which path answers what. Builds nothing that does I/O."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from ariadne.asgi import GraphQL
from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from graphql import GraphQLSchema
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.errors import format_error
from gateway.sockets.door import Door
from gateway.web.endpoint import GraphQLEndpoint
from gateway.web.explorer.page import ExplorerPage
from gateway.web.health import Readiness
from gateway.web.jwks import Answer
from gateway.web.transport.headers import SecureHeaders
from gateway.web.transport.heads import BoundedHead
from gateway.web.transport.negotiation import PREFLIGHT_HEADERS
from services.infra.identity.jwks import JWKS_PATH
from services.shared.contacts import UNSUBSCRIBE_PATH

PATH = "/graphql"
CANCEL_AGAIN = 0.5
"""Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the application is made of; all of `running` runs while it does, and `close` is awaited when it ends.

    `page` gives its metrics. `origins` are the sites whose pages may call it; `largest_head` is in bytes.
    """

    schema: GraphQLSchema
    endpoint: GraphQLEndpoint
    readiness: Readiness
    page: Callable[[], Awaitable[bytes]]
    jwks: Answer
    unsubscribe: Callable[[Request], Awaitable[Response]]
    explorer: bool
    sockets: Door
    running: Sequence[Callable[[], Coroutine[None, None, None]]]
    origins: Sequence[str]
    largest_head: int
    close: Callable[[], Awaitable[None]]


class ShortWay:
    """Takes an operation straight to who executes it; all else goes through the layers that look for a route."""

    def __init__(self, app: ASGIApp, operations: ASGIApp) -> None:
        self._app = app
        self._operations = operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_operation = scope["type"] == "http" and scope["method"] == "POST" and scope["path"] == PATH
        await (self._operations if is_operation else self._app)(scope, receive, send)


def build_app(parts: Parts) -> FastAPI:
    """The application."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        tasks = {asyncio.create_task(run()) for run in parts.running}
        yield
        await _ended(tasks)
        await parts.close()

    app = FastAPI(title="Caravan", openapi_url=None, docs_url=None, redoc_url=None, lifespan=lifespan)
    page = ExplorerPage(shown=parts.explorer)
    graphql = _graphql(parts, page)
    app.add_middleware(ShortWay, operations=graphql)
    if parts.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=parts.origins,
            allow_methods=["GET", "POST"],
            allow_headers=["authorization", "content-type", *PREFLIGHT_HEADERS],
            expose_headers=["retry-after", "cache-status", "age"],
        )
    app.add_middleware(BoundedHead, most=parts.largest_head)
    app.add_middleware(SecureHeaders, page_policy=page.policy)
    # A route and no mount: a mount would answer /graphql with a redirect.
    app.router.routes.append(Route(PATH, graphql, methods=["GET", "POST", "OPTIONS"]))
    app.router.routes.append(WebSocketRoute(PATH, parts.sockets))
    app.router.add_route("/healthz", _alive, methods=["GET"])
    app.router.add_route("/readyz", _ready(parts), methods=["GET"])
    app.router.add_route(JWKS_PATH, parts.jwks, methods=["GET"])
    app.router.add_route(f"{UNSUBSCRIBE_PATH}/{{token}}", parts.unsubscribe, methods=["GET", "POST"])
    app.router.add_route("/metrics", _metrics(parts), methods=["GET"])
    return app


async def _ended(tasks: set[asyncio.Task[None]]) -> None:
    """Cancels them until they are: a driver may swallow a cancellation."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=CANCEL_AGAIN)


def _graphql(parts: Parts, page: ExplorerPage) -> GraphQL:
    return GraphQL(
        parts.schema,
        http_handler=parts.endpoint,
        explorer=page,
        error_formatter=format_error,
    )


async def _alive(_request: object) -> Response:
    return JSONResponse({"status": "alive"})


def _ready(parts: Parts) -> Callable[[object], Awaitable[Response]]:
    async def ready(_request: object) -> Response:
        missing = await parts.readiness.missing()
        body = {"status": "missing" if missing else "ready", "missing": missing}
        return JSONResponse(body, status_code=503 if missing else 200)

    return ready


def _metrics(parts: Parts) -> Callable[[object], Awaitable[Response]]:
    async def metrics(_request: object) -> Response:
        return Response(await parts.page(), media_type=CONTENT_TYPE_LATEST)

    return metrics
