"""A mail server that takes everything and keeps nothing: `python -m bench.notifications.null_server`, a process alone.

Prints its port, then a line for each mail to a domain that it was told of; runs until it is ended. As fast as Python
can: it is a measure, not what is measured.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Final, cast

import uvloop

ANSWERS: Final = {
    b"EHLO": b"250-null.example\r\n250-8BITMIME\r\n250 SIZE 20000000\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
DONE: Final = b"250 ok\r\n"
END: Final = b"\r\n.\r\n"
MESSAGE_ID: Final = b"Message-ID: <"
COMMAND: Final = (sys.executable, "-m", "bench.notifications.null_server")


class NullProtocol(asyncio.Protocol):
    """One client. Answers by a command's first word; in a mail it looks for nothing but the end.

    Of mails to the domain `told_of` it keeps all until then, and prints when it answered, and which mail it was.
    """

    def __init__(self, told_of: bytes) -> None:
        self._told_of = told_of
        self._kept: bytearray | None = None
        self._in_mail = False
        self._tail = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(b"220 null.example\r\n")

    def data_received(self, data: bytes) -> None:
        if self._transport is None:
            return
        if self._in_mail:
            self._take(data, self._transport)
            return
        verb = data[:4].upper()
        self._in_mail = verb == b"DATA"
        self._tail = b"\r\n"
        if verb == b"RCPT" and self._told_of and self._told_of in data:
            self._kept = bytearray()
        self._transport.write(ANSWERS.get(verb, DONE))
        if verb == b"QUIT":
            self._transport.close()

    def _take(self, data: bytes, transport: asyncio.Transport) -> None:
        if self._kept is not None:
            self._kept += data
        self._tail = (self._tail + data)[-len(END) :]
        if self._tail == END:
            self._in_mail = False
            transport.write(DONE)
            if self._kept is not None:
                print(time.time(), _message_id(bytes(self._kept)), flush=True)
                self._kept = None


def _message_id(mail: bytes) -> str:
    return mail.partition(MESSAGE_ID)[2].partition(b"@")[0].decode()


async def _serve(told_of: bytes) -> None:
    server = await asyncio.get_running_loop().create_server(partial(NullProtocol, told_of), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def null_server() -> Iterator[int]:
    """One as a process of its own; its port."""
    with subprocess.Popen(COMMAND, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline()) if process.stdout else 0
        finally:
            process.kill()


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingServer:
    """One that tells of mails: `answered` has the moment of each, in seconds since the epoch, by its message's id."""

    port: int
    answered: dict[str, float] = field(default_factory=dict)


@asynccontextmanager
async def telling_server(domain: str) -> AsyncIterator[TellingServer]:
    """One as a process of its own that tells of the mails to this domain."""
    process = await asyncio.create_subprocess_exec(*COMMAND, f"@{domain}", stdout=asyncio.subprocess.PIPE)
    lines = process.stdout
    assert lines  # noqa: S101 (asked for)
    server = TellingServer(port=int(await lines.readline()))
    hearing = asyncio.create_task(_hear(lines, server.answered))
    try:
        yield server
    finally:
        process.kill()
        await process.wait()
        await hearing


async def _hear(lines: asyncio.StreamReader, answered: dict[str, float]) -> None:
    async for line in lines:
        moment, message_id = line.decode().split()
        answered.setdefault(message_id, float(moment))


if __name__ == "__main__":
    uvloop.run(_serve(sys.argv[1].encode() if sys.argv[1:] else b""))
