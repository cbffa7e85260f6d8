"""`python -m gateway`: one process that serves until SIGTERM or SIGINT, then finishes what it has begun."""

import asyncio
import gc
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
import uvloop
from pydantic import ValidationError

from gateway.composition import compose
from gateway.sockets.transport import BoundedWebSocket
from gateway.web.transport.connections import TimedHttp
from services.infra.allocator import keep_little_memory
from services.infra.garbage import collect_garbage_less_often
from services.infra.settings import Settings, what_is_wrong
from services.infra.telemetry import configure_logging

DRAIN_SECONDS = 10
BACKLOG = 2048


class Server(uvicorn.Server):
    """uvicorn without its own signal handling: that raises the signal again at the end, which is no clean exit."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Asks for the end on the first signal, and does not wait for it on the second."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield


async def serve(settings: Settings) -> None:
    """Serves until a signal."""
    app = await compose(settings)
    collect_garbage_less_often()
    config = uvicorn.Config(
        app,
        host=settings.gateway.host,
        port=settings.gateway.port,
        log_config=None,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        http=TimedHttp,
        h11_max_incomplete_event_size=settings.limits.headers,
        proxy_headers=bool(settings.gateway.trusted_proxies),
        forwarded_allow_ips=settings.gateway.trusted_proxies.split(),
        ws=BoundedWebSocket,
        ws_max_size=settings.limits.body,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    await Server(config).serve()


def main() -> None:
    """Runs the process."""
    keep_little_memory()
    try:
        settings = Settings()
    except ValidationError as failure:
        sys.exit(f"settings: {what_is_wrong(failure)}")
    if not settings.identity.private_key.get_secret_value():
        sys.exit("settings: CARAVAN_IDENTITY__PRIVATE_KEY: the gateway calls services and needs one")
    configure_logging(settings.log.level, "gateway")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings))
    # Before the interpreter ends: a Temporal client that is dropped during its shutdown can crash the process.
    gc.collect()


if __name__ == "__main__":
    main()
