"""A mail server that does as it is told: takes, refuses, stalls or hangs up at any point, and remembers all of it.

It speaks SMTP as RFC 5321 has it. Unless a rule says otherwise it takes every mail. Its words are exact on purpose:
clients are tested against what real servers say.
"""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast

LIMIT = 10_000_000


class At(StrEnum):
    """Where a rule applies. BODY is the moment between `354` and the final dot, DOT the answer to that."""

    GREETING = "greeting"
    HELLO = "EHLO"
    STARTTLS = "STARTTLS"
    LOGIN = "AUTH"
    SENDER = "MAIL"
    RECIPIENT = "RCPT"
    DATA = "DATA"
    BODY = "body"
    DOT = "dot"
    RESET = "RSET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Answers so; where there is a `when`, not before the test sets it."""

    line: str
    when: asyncio.Event | None = None


@dataclass(frozen=True, slots=True)
class HangUp:
    """Closes the connection without an answer. `keeping` takes the mail before that (of use at DOT)."""

    keeping: bool = False


@dataclass(frozen=True, slots=True)
class Stall:
    """Says nothing more on this connection, and keeps it open; at BODY it does not read on either."""


Act = Say | HangUp | Stall


@dataclass(slots=True, kw_only=True)
class Rule:
    """What to do instead, the next `times` times (None: always) that the argument holds `about`."""

    at: At
    act: Act
    about: str = ""
    times: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A mail that the server took."""

    sender: str
    recipient: str
    content: bytes
    connection: int


@dataclass(slots=True)
class _Session:
    number: int
    sender: str = ""
    recipients: list[str] = field(default_factory=list)


class _Gone(Exception):
    """The connection is over."""


class ScriptedSmtp:
    """The server. `taken`, `commands` and the counts may be read at any time; `until` waits for them."""

    def __init__(self, *, tls: ssl.SSLContext | None = None, credentials: tuple[str, str] | None = None) -> None:
        self.rules: list[Rule] = []
        self.extensions = ["PIPELINING", "SIZE 20000000", "8BITMIME", "ENHANCEDSTATUSCODES"]
        self.taken: list[Taken] = []
        self.commands: list[str] = []
        self.connections = 0
        self.open_now = 0
        self.stalled = 0
        self.most_open = 0
        self.port = 0
        self._tls = tls
        self._credentials = credentials
        self._changed = asyncio.Condition()
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    def on(self, at: At, act: Act | str, *, about: str = "", times: int | None = None) -> None:
        """Adds a rule; the first that matches is followed. A text is what to answer."""
        self.rules.append(Rule(at=at, act=Say(line=act) if isinstance(act, str) else act, about=about, times=times))

    def forgive(self) -> None:
        """Drops all rules."""
        self.rules.clear()

    async def until(self, holds: Callable[[], bool], within: float = 10.0) -> None:
        """Waits for a condition on what is remembered. Raises TimeoutError."""
        async with asyncio.timeout(within), self._changed:
            await self._changed.wait_for(holds)

    async def start(self, *, implicit_tls: bool = False) -> None:
        """Listens, on the same port as before if there was one."""
        self._server = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, limit=LIMIT, ssl=self._tls if implicit_tls else None
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Hangs up on everybody, and listens no more."""
        if self._server is not None:
            self._server.close()
        for task in list(self._serving):
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        self.connections += 1
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            await self.tell()
            await _Conversation(self, reader, writer, _Session(self.connections)).hold()
        except (_Gone, ConnectionError, asyncio.IncompleteReadError):
            pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            writer.close()
            self.open_now -= 1
            self._serving.discard(task)
            with suppress(asyncio.CancelledError):
                await self.tell()

    async def tell(self) -> None:
        """Something was remembered."""
        async with self._changed:
            self._changed.notify_all()

    def rule_for(self, at: At, argument: str) -> Act | None:
        """What the script says for this point; uses up one of its times."""
        for rule in self.rules:
            if rule.at is at and rule.about in argument and rule.times != 0:
                if rule.times is not None:
                    rule.times -= 1
                return rule.act
        return None

    @property
    def tls(self) -> ssl.SSLContext | None:
        return self._tls

    @property
    def credentials(self) -> tuple[str, str] | None:
        return self._credentials


class _Conversation:
    """One client."""

    def __init__(
        self,
        server: ScriptedSmtp,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        session: _Session,
    ) -> None:
        self._server = server
        self._reader = reader
        self._writer = writer
        self._session = session
        self._reading = cast("asyncio.Transport", writer.transport)
        self._secured = writer.get_extra_info("sslcontext") is not None

    async def hold(self) -> None:
        await self._answer(At.GREETING, "", "220 scripted.example ESMTP")
        while True:
            line = (await self._reader.readuntil(b"\r\n")).decode("utf-8").rstrip("\r\n")
            self._server.commands.append(line)
            await self._server.tell()
            await self._command(line.split(" ", 1)[0].upper(), line)

    async def _command(self, verb: str, line: str) -> None:
        match verb:
            case "EHLO" | "STARTTLS" | "AUTH":
                await self._introduce(verb, line)
            case "MAIL":
                await self._begin(line)
            case "RCPT":
                if await self._answer(At.RECIPIENT, line, "250 2.1.5 ok"):
                    self._session.recipients.append(_path(line))
            case "DATA":
                if await self._answer(At.DATA, line, "354 go on"):
                    await self._take()
            case "RSET":
                self._session.sender = ""
                await self._answer(At.RESET, line, "250 2.0.0 ok")
            case "QUIT":
                await self._say("221 2.0.0 bye")
                raise _Gone
            case _:
                await self._say("502 5.5.1 not known")

    async def _begin(self, line: str) -> None:
        if self._session.sender:
            await self._say("503 5.5.1 nested MAIL command")
        elif await self._answer(At.SENDER, line, "250 2.1.0 ok"):
            self._session.sender, self._session.recipients = _path(line), []

    async def _introduce(self, verb: str, line: str) -> None:
        match verb:
            case "EHLO":
                await self._answer(At.HELLO, line, *self._greetings())
            case "STARTTLS":
                if await self._answer(At.STARTTLS, line, "220 2.0.0 go ahead"):
                    await self._writer.start_tls(self._context())
                    self._secured = True
            case _:
                await self._login(line)

    async def _take(self) -> None:
        """Reads the content, and answers to its final dot."""
        about = " ".join(self._session.recipients)
        match self._server.rule_for(At.BODY, about):
            case HangUp():
                await self._reader.readuntil(b"\r\n")
                self._writer.transport.abort()
                raise _Gone
            case Say(line=line):
                await self._reader.readuntil(b"\r\n")
                await self._say(line)
                await self._stall()
            case Stall():
                self._reading.pause_reading()
                await asyncio.Event().wait()
            case _:
                pass
        stuffed = await self._reader.readuntil(b"\r\n.\r\n")
        content = stuffed[: -len(b".\r\n")].replace(b"\r\n..", b"\r\n.").removeprefix(b".")
        act = self._server.rule_for(At.DOT, about)
        if act is None or (isinstance(act, Say) and act.line.startswith("2")) or act == HangUp(keeping=True):
            self._server.taken.append(
                Taken(
                    sender=self._session.sender,
                    recipient=about,
                    content=content,
                    connection=self._session.number,
                )
            )
        self._session.sender = ""
        await self._follow(act or Say(line="250 2.0.0 kept"))
        await self._server.tell()

    async def _answer(self, at: At, argument: str, *usual: str) -> bool:
        """Whether it was a good answer."""
        act = self._server.rule_for(at, argument)
        if act is not None:
            return await self._follow(act)
        await self._say(*usual)
        return True

    async def _follow(self, act: Act) -> bool:
        match act:
            case Say(line=line, when=when):
                if when is not None:
                    await when.wait()
                await self._say(line)
                if line.startswith("421"):
                    raise _Gone
                return line[0] in "23"
            case HangUp():
                self._writer.transport.abort()
                raise _Gone
            case Stall():
                await self._stall()
        return False

    async def _stall(self) -> None:
        self._server.stalled += 1
        await self._server.tell()
        while await self._reader.read(65536):
            pass
        raise _Gone

    async def _login(self, line: str) -> None:
        """PLAIN only; the credentials come with the command."""
        expected = _plain(*(self._server.credentials or ("", "")))
        right = line.rpartition(" ")[2] == expected
        usual = "235 2.7.0 welcome" if right else "535 5.7.8 authentication credentials invalid"
        await self._answer(At.LOGIN, line, usual)

    def _greetings(self) -> list[str]:
        extensions = [*self._server.extensions]
        if self._server.tls is not None and not self._secured:
            extensions.append("STARTTLS")
        if self._server.credentials is not None and (self._secured or self._server.tls is None):
            extensions.append("AUTH PLAIN")
        lines = ["scripted.example", *extensions]
        return [*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"]

    def _context(self) -> ssl.SSLContext:
        assert self._server.tls is not None, "the server has no certificate"
        return self._server.tls

    async def _say(self, *lines: str) -> None:
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())
        await self._writer.drain()


def _path(line: str) -> str:
    return line.partition("<")[2].partition(">")[0]


def _plain(username: str, password: str) -> str:
    return b64encode(f"\0{username}\0{password}".encode()).decode()


@asynccontextmanager
async def scripted_smtp(
    *, tls: ssl.SSLContext | None = None, credentials: tuple[str, str] | None = None, implicit_tls: bool = False
) -> AsyncIterator[ScriptedSmtp]:
    """A running server, stopped in the end."""
    server = ScriptedSmtp(tls=tls, credentials=credentials)
    await server.start(implicit_tls=implicit_tls)
    try:
        yield server
    finally:
        await server.stop()
