"""The mailbox of a development stack: a process that takes every mail over SMTP and keeps it as a file. Delivers none.

`python -m cli.mailbox --listen HOST:PORT --folder DIR`. A message is one `.eml` file, named so that names sort by time.
"""

import argparse
import asyncio
import logging
import os
import signal
from pathlib import Path

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.infra.settings import LogSettings
from services.infra.telemetry import configure_logging
from services.shared.clock import Clock, SystemClock
from services.shared.ids import IdFactory, SortableIds

log = structlog.get_logger()

LARGEST = 10_000_000
"""Bytes a message."""


class Mailbox:
    """Keeps messages in a folder: the envelope's facts as headers, then the message as it came."""

    def __init__(self, folder: Path, clock: Clock, ids: IdFactory) -> None:
        self._folder = folder
        self._clock = clock
        self._ids = ids

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802 (aiosmtpd's)
        """Stores the message before it is acknowledged."""
        content = envelope.content or b""
        head = {
            "X-Envelope-From": envelope.mail_from or "",
            "X-Envelope-To": ", ".join(envelope.rcpt_tos),
            "X-Received-At": self._clock.now().isoformat(),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items()).encode()
        store(
            self._folder / f"{self._ids.new()}.eml",
            lines + (content if isinstance(content, bytes) else content.encode()),
        )
        log.info("kept a message", bytes=len(content), recipients=len(envelope.rcpt_tos))
        return "250 kept"


def store(path: Path, content: bytes) -> None:
    """Writes the file whole and to the disk, then gives it its name."""
    half = path.with_suffix(".part")
    with half.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


async def serve(host: str, port: int, folder: Path) -> None:
    """Takes mail until SIGTERM."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    mailbox = Mailbox(folder, SystemClock(), SortableIds())
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailbox, data_size_limit=LARGEST, ident="Caravan mailbox"), host=host, port=port
    )
    try:
        await stop.wait()
    finally:
        server.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m cli.mailbox", description="Keeps all mail, delivers none.")
    parser.add_argument("--listen", required=True, metavar="HOST:PORT")
    parser.add_argument("--folder", required=True, type=Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    configure_logging(LogSettings().level, "mail")
    # The library tells of every command, with the addresses of people in it.
    logging.getLogger("mail").setLevel(logging.WARNING)
    host, _, port = arguments.listen.rpartition(":")
    asyncio.run(serve(host, int(port), arguments.folder))


if __name__ == "__main__":
    main()
