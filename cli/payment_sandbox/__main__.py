"""Starts the payment sandbox: `python -m cli.payment_sandbox --host H --port P --data FILE`. Decides nothing.

Says `payment sandbox: http://H:P` on standard output once it listens (port 0: a free one); ends on SIGINT or SIGTERM.
"""

import argparse
import asyncio
import signal
import sys
from pathlib import Path

from aiohttp import web

from cli.payment_sandbox.app import application
from cli.payment_sandbox.book import Book, BookError
from services.shared.clock import SystemClock

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
        sys.stdout.write(f"payment sandbox: http://{host}:{bound}\n")
        sys.stdout.flush()
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
    try:
        book = Book(wanted.data, SystemClock())
    except (BookError, OSError) as failure:
        sys.stderr.write(f"payment sandbox: cannot use {wanted.data}: {failure}\n")
        return 1
    try:
        asyncio.run(serve(wanted.host, wanted.port, book))
    except OSError as failure:
        sys.stderr.write(f"payment sandbox: cannot listen on {wanted.host}:{wanted.port}: {failure.strerror}\n")
        return 1
    finally:
        book.close()
    return 0


if __name__ == "__main__":
    sys.exit(run())
