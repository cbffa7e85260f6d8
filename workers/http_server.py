"""The process's HTTP: the internal API of each hosted service, health, readiness and metrics. Holds no state."""

import contextlib
import socket
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import uvicorn
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

KEEP_ALIVE: Final = 75
"""Seconds; longer than our clients keep an idle connection, so that none is closed under a request."""

DRAIN: Final = 3
"""Seconds that requests under way have when the server stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What a probe found: `missing` names all that does not answer, `ready` whether it can be done without."""

    ready: bool
    missing: tuple[str, ...]


Endpoint = Callable[[Request], Awaitable[Response]]


class ShortWay:
    """Takes an internal call straight to its endpoint; all else goes through the layers that look for one."""

    def __init__(self, app: ASGIApp, endpoints: Mapping[str, Endpoint]) -> None:
        self._app = app
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        endpoint = self._endpoints.get(scope["path"]) if scope["type"] == "http" and scope["method"] == "POST" else None
        if endpoint is None:
            await self._app(scope, receive, send)
            return
        response = await endpoint(Request(scope, receive))
        await response(scope, receive, send)


def build_app(
    routers: Iterable[APIRouter], readiness: Callable[[], Awaitable[Readiness]], page: Callable[[], Awaitable[bytes]]
) -> FastAPI:
    """The application, `page` being its metrics. Without documentation pages: nobody but our own clients calls it."""
    app = FastAPI(openapi_url=None)
    routes = [route for router in routers for route in router.routes]
    app.router.routes.extend(routes)
    app.add_middleware(ShortWay, {route.path: route.endpoint for route in routes if isinstance(route, Route)})

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "ok"})

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        found = await readiness()
        status = HTTPStatus.OK if found.ready else HTTPStatus.SERVICE_UNAVAILABLE
        return JSONResponse({"ready": found.ready, "missing": list(found.missing)}, status)

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(await page(), media_type=CONTENT_TYPE_LATEST)

    return app


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError when the address is taken."""
    # Named as TCP: asyncio turns Nagle's delay off only for those.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    return listening


class Server(uvicorn.Server):
    """uvicorn, leaving signals to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield


def build_server(app: FastAPI) -> Server:
    """A server for a socket of `listen`; set `should_exit` to drain it."""
    return Server(
        uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            lifespan="off",
            loop="none",
            http="httptools",
            timeout_keep_alive=KEEP_ALIVE,
            timeout_graceful_shutdown=DRAIN,
        )
    )
