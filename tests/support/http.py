"""A service's internal API on a free port of this process, for as long as a test needs it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette


@asynccontextmanager
async def serving(*routers: APIRouter) -> AsyncIterator[str]:
    """The address at which the routers answer."""
    app = FastAPI()
    for router in routers:
        app.include_router(router)
    async with serving_app(app) as address:
        yield address


@asynccontextmanager
async def serving_app(app: Starlette) -> AsyncIterator[str]:
    """The address at which the application answers."""
    config = uvicorn.Config(app, port=0, log_level="warning", lifespan="off", ws="none")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        await server.shutdown()
