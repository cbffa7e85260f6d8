"""One connection to the mail server, and one mail at a time on it. Knows how far each got when it ended early.

The content goes first and the final dot on its own, after the content has left this process: a connection that breaks
before the dot was written has certainly not delivered the mail.
"""

import asyncio
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, cast

from aiosmtplib import SMTP, SMTPException, SMTPServerDisconnected, SMTPTimeoutError

from services.infra.sections.mail import PLAIN, STARTTLS, TLS, SmtpSettings
from services.infra.smtp.answers import BROKE_OFF, CLOSED, SILENT, answered
from services.infra.smtp.envelope import Envelope, path_of, stuffed
from services.infra.smtp.outcomes import NotTaken, answer_lost, lost, refused, unsendable
from services.infra.smtp.replies import Reply, Stage
from services.infra.smtp.verdicts import Verdict

START_INPUT: Final = 354
POSITIVE: Final = range(200, 300)
NEGATIVE: Final = range(400, 600)

FINAL_DOT: Final = b".\r\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """How the server is reached: what all connections share. `hello` is what we call ourselves."""

    settings: SmtpSettings
    hello: str
    tls: ssl.SSLContext | None


def route_to(settings: SmtpSettings) -> Route:
    """As the settings say. Raises OSError for authorities that cannot be read."""
    tls = None if settings.scheme == PLAIN else ssl.create_default_context(cafile=settings.ca_file or None)
    return Route(settings=settings, hello=settings.hello or socket.gethostname(), tls=tls)


class Connection:
    """Open until `close`, or until something ends it; `mails` were handed over on it."""

    def __init__(self, smtp: SMTP, settings: SmtpSettings) -> None:
        if smtp.protocol is None or smtp.transport is None:
            raise lost(Stage.HELLO, CLOSED)
        protocol, transport = smtp.protocol, cast("asyncio.WriteTransport", smtp.transport)
        # Whatever is not with the operating system yet makes `drain` wait. Not 0, at which asyncio's TLS never resumes.
        transport.set_write_buffer_limits(high=1, low=0)
        self._smtp = smtp
        self._protocol = protocol
        self._writer = asyncio.StreamWriter(transport, protocol, None, asyncio.get_running_loop())
        self._settings = settings
        self.mails = 0

    @classmethod
    async def open(cls, route: Route) -> "Connection":
        """Connects, encrypts and signs in as the settings say. Raises NotTaken."""
        settings = route.settings
        smtp = SMTP(
            hostname=settings.host,
            port=settings.port,
            local_hostname=route.hello,
            timeout=settings.answer_seconds,
            use_tls=settings.scheme == TLS,
            start_tls=False,
            tls_context=route.tls,
        )
        try:
            await _connect(smtp, settings)
            await _introduce(smtp, settings)
            return cls(smtp, settings)
        except BaseException:
            smtp.close()
            raise

    @property
    def is_open(self) -> bool:
        """As far as anybody has heard."""
        return self._smtp.is_connected

    async def try_sender(self, sender: str) -> None:
        """Asks whether mails from this address are taken, and sends none. Raises NotTaken."""
        await answered(Stage.SENDER, self._smtp.mail(path_of(sender)))
        await self._forget_the_mail()

    async def hand_over(self, envelope: Envelope) -> None:
        """All but the final dot. Raises NotTaken; the connection is of use after a refusal, if it is still open."""
        sender, recipient = path_of(envelope.sender), path_of(envelope.recipient)
        options, encoding = self._options(envelope, sender + recipient)
        self.mails += 1
        try:
            await answered(Stage.SENDER, self._smtp.mail(sender, options=options, encoding=encoding))
            await answered(Stage.RECIPIENT, self._smtp.rcpt(recipient, encoding=encoding))
            go_on = await answered(Stage.DATA, self._smtp.execute_command(b"DATA"))
            if go_on.code != START_INPUT:
                raise refused(Reply(stage=Stage.DATA, code=go_on.code, text=go_on.message))
        except NotTaken:
            await self._forget_the_mail()
            raise
        await self._write(stuffed(envelope.content))

    async def finish(self) -> Reply:
        """The final dot, and the answer to it. Raises NotTaken, with UNKNOWN where there was none."""
        try:
            self._protocol.write(FINAL_DOT)
        except SMTPServerDisconnected:
            raise lost(Stage.DATA, CLOSED) from None
        try:
            answer = await self._protocol.read_response(self._settings.final_dot_seconds)
        except SMTPTimeoutError:
            self.close()
            raise answer_lost(SILENT) from None
        except SMTPException:
            self.close()
            raise answer_lost(CLOSED) from None
        reply = Reply(stage=Stage.CONTENT, code=answer.code, text=answer.message)
        if reply.code in NEGATIVE:
            raise refused(reply)
        if reply.code not in POSITIVE:
            self.close()
            raise answer_lost("answered what is no answer")
        return reply

    def close(self) -> None:
        """Says so, and waits for nothing."""
        with suppress(SMTPServerDisconnected):
            self._protocol.write(b"QUIT\r\n")
        self._smtp.close()

    def abort(self) -> None:
        """Breaks off in the middle of whatever it is."""
        self._smtp.close()

    async def _write(self, lines: bytes) -> None:
        try:
            self._writer.write(lines)
            async with asyncio.timeout(self._settings.answer_seconds):
                await self._writer.drain()
        except (ConnectionError, TimeoutError):
            self.abort()
            raise lost(Stage.DATA, BROKE_OFF) from None
        await self._hear_out()

    async def _hear_out(self) -> None:
        """A server that gives up while it gets the mail is heard before the final dot makes the outcome unknown."""
        try:
            early = await self._protocol.read_response(self._settings.hear_out_seconds)
        except SMTPTimeoutError:
            return
        except SMTPException:
            self.abort()
            raise lost(Stage.DATA, BROKE_OFF) from None
        self.abort()
        raise refused(Reply(stage=Stage.DATA, code=early.code, text=early.message))

    async def _forget_the_mail(self) -> None:
        """So that the next one begins afresh; a server that does not even do this is left."""
        try:
            if self.is_open:
                await self._smtp.rset()
        except (SMTPException, OSError):
            self.abort()

    def _options(self, envelope: Envelope, paths: str) -> tuple[list[str], str]:
        supports = self._smtp.supports_extension
        most = self._smtp.esmtp_extensions.get("size", "")
        if most.isdigit() and 0 < int(most) < len(envelope.content):
            raise unsendable(Verdict.CONTENT, "the mail is larger than the mail server takes")
        options = [f"SIZE={len(envelope.content)}"] if supports("size") else []
        if not envelope.content.isascii():
            if not supports("8bitmime"):
                raise unsendable(Verdict.CONTENT, "the mail server takes mails in ASCII only")
            options.append("BODY=8BITMIME")
        if paths.isascii():
            return options, "ascii"
        if not supports("smtputf8"):
            raise unsendable(Verdict.CONTENT, "the mail server takes addresses in ASCII only")
        return [*options, "SMTPUTF8"], "utf-8"


async def _connect(smtp: SMTP, settings: SmtpSettings) -> None:
    await answered(Stage.GREETING, smtp.connect(timeout=settings.connect_seconds))


async def _introduce(smtp: SMTP, settings: SmtpSettings) -> None:
    await answered(Stage.HELLO, smtp.ehlo())
    if settings.scheme == STARTTLS:
        await answered(Stage.STARTTLS, smtp.starttls())
        await answered(Stage.HELLO, smtp.ehlo())
    if settings.username:
        login = smtp.login(settings.username, settings.password.get_secret_value())
        await answered(Stage.LOGIN, login)
