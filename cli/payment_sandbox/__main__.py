"""Starts the payment sandbox: `python -m cli.payment_sandbox --host H --port P --data FILE`. Decides nothing.

Logs its address once it listens (port 0: a free one), as a JSON line on standard error; ends on SIGINT or SIGTERM.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

import structlog
from aiohttp import web

from cli.payment_sandbox.app import application
from cli.payment_sandbox.book import Book, BookError
from services.infra.settings import LogSettings
from services.infra.telemetry import configure_logging
from services.shared.clock import SystemClock

log = structlog.get_logger()

GRACE_SECONDS = 5.0


async def serve(host: str, port: int, book: Book) -> None:
    """Serves until a signal; calls under way get GRACE_SECONDS to end. Raises OSError when the port is taken."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    runner = web.AppRunner(application(book), access_log=None, shutdown_timeout=GRACE_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        bound = runner.addresses[0][1]
        log.info("listening", url=f"http://{host}:{bound}")
        await stop.wait()
    finally:
        await runner.cleanup()


def run() -> int:
    """The command; its exit code is 1 when it cannot start."""
    parser = argparse.ArgumentParser(prog="payment_sandbox", description="A payment provider for development and tests")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8200, help="0: a free one")
    parser.add_argument("--data", type=Path, required=True, help="the file that it remembers in")
    wanted = parser.parse_args()
    configure_logging(LogSettings().level, "payment-sandbox")
    try:
        book = Book(wanted.data, SystemClock())
    except (BookError, OSError) as failure:
        log.critical("cannot use the data file", path=str(wanted.data), reason=str(failure))
        return 1
    try:
        asyncio.run(serve(wanted.host, wanted.port, book))
    except OSError as failure:
        log.critical("cannot listen", host=wanted.host, port=wanted.port, reason=failure.strerror)
        return 1
    finally:
        book.close()
    return 0


if __name__ == "__main__":
    sys.exit(run())
