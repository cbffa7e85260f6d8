"""A mail server that takes everything and keeps nothing: `python -m bench.notifications.null_server`, a process alone.

Prints its port, and runs until it is ended. As fast as Python can: it is a measure, not what is measured.
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, cast

import uvloop

ANSWERS: Final = {
    b"EHLO": b"250-null.example\r\n250-8BITMIME\r\n250 SIZE 20000000\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 bye\r\n",
}
DONE: Final = b"250 ok\r\n"
END: Final = b"\r\n.\r\n"


class NullProtocol(asyncio.Protocol):
    """One client. Answers by a command's first word; in a mail it looks for nothing but the end."""

    def __init__(self) -> None:
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
            self._tail = (self._tail + data)[-len(END) :]
            if self._tail == END:
                self._in_mail = False
                self._transport.write(DONE)
            return
        verb = data[:4].upper()
        self._in_mail = verb == b"DATA"
        self._tail = b"\r\n"
        self._transport.write(ANSWERS.get(verb, DONE))
        if verb == b"QUIT":
            self._transport.close()


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(NullProtocol, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def null_server() -> Iterator[int]:
    """One as a process of its own; its port."""
    command = [sys.executable, "-m", "bench.notifications.null_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield int(process.stdout.readline()) if process.stdout else 0
        finally:
            process.kill()


if __name__ == "__main__":
    uvloop.run(_serve())
