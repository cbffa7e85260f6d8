"""The process's HTTP: the internal API of each hosted service, health, readiness and metrics. Holds no state."""

import contextlib
import socket
from collections.abc import Awaitable, Callable, Generator, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import uvicorn
from fastapi import APIRouter, FastAPI, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

KEEP_ALIVE: Final = 75
"""Seconds; longer than our clients keep an idle connection, so that none is closed under a request."""

DRAIN: Final = 3
"""Seconds that requests under way have when the server stops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What a probe found: `missing` names all that does not answer, `ready` whether it can be done without."""

    ready: bool
    missing: tuple[str, ...]


def build_app(routers: Iterable[APIRouter], readiness: Callable[[], Awaitable[Readiness]]) -> FastAPI:
    """The application. Without documentation pages: nobody but our own clients calls it."""
    app = FastAPI(openapi_url=None)
    for router in routers:
        app.include_router(router)

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
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

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
