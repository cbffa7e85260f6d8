"""The baseline's server: answers what it was sent, by aiohttp alone. Prints its port, runs until SIGTERM."""

import asyncio
import sys

from aiohttp import web


async def _echo(request: web.Request) -> web.Response:
    return web.json_response(await request.json())


async def _serve() -> None:
    app = web.Application()
    app.router.add_post("/", _echo)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_serve())
