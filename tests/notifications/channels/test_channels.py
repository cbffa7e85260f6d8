"""The mail server's channel and its double keep the same contract."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from services.infra.sections.mail import SmtpSettings
from services.infra.smtp.pool import SmtpPool
from services.notifications.deliveries import (
    AddressRefused,
    ContentRefused,
    Delivery,
    LaneRefused,
    OutcomeUnknown,
    TryAgain,
)
from services.notifications.models import Lane, Mail
from services.notifications.provider import SmtpChannel
from tests.notifications.channels.contract import ChannelContract, Scene, Trouble
from tests.support.mail_channel import ScriptedChannel
from tests.support.smtp_server import At, HangUp, ScriptedSmtp, scripted_smtp

SAID: dict[Trouble, tuple[At, str | HangUp]] = {
    Trouble.LATER: (At.RECIPIENT, "450 4.2.1 try again in 90 seconds"),
    Trouble.AWAY: (At.RECIPIENT, "421 4.3.2 going down"),
    Trouble.NO_SUCH_ADDRESS: (At.RECIPIENT, "550 5.1.1 <anna@shop.test>: unknown"),
    Trouble.UNREADABLE: (At.DOT, "554 5.6.0 unreadable"),
    Trouble.BARRED: (At.RECIPIENT, "554 5.7.1 relay access denied"),
    Trouble.ANSWER_LOST: (At.DOT, HangUp(keeping=True)),
}

MEANT: dict[Trouble, Delivery] = {
    Trouble.LATER: TryAgain(detail="later", after=timedelta(seconds=90)),
    Trouble.AWAY: TryAgain(detail="away", away=True),
    Trouble.NO_SUCH_ADDRESS: AddressRefused(detail="no such address"),
    Trouble.UNREADABLE: ContentRefused(detail="unreadable"),
    Trouble.BARRED: LaneRefused(detail="not from us"),
    Trouble.ANSWER_LOST: OutcomeUnknown(detail="lost"),
}


@dataclass
class SmtpScene:
    """A scripted mail server behind the channel of a running system."""

    channel: SmtpChannel
    server: ScriptedSmtp

    def cause(self, trouble: Trouble, address: str = "") -> None:
        at, act = SAID[trouble]
        self.server.on(at, act, about=address)

    def arrived(self) -> list[tuple[str, bytes]]:
        return [(taken.recipient, taken.content) for taken in self.server.taken]


@dataclass
class DoublesScene:
    """The double alone."""

    channel: ScriptedChannel = field(default_factory=ScriptedChannel)
    troubles: list[tuple[str, Trouble]] = field(default_factory=list)

    def cause(self, trouble: Trouble, address: str = "") -> None:
        self.troubles.append((address, trouble))
        self.channel.answer = self._answer

    def arrived(self) -> list[tuple[str, bytes]]:
        return [(mail.to, mail.content) for _, mail in self.channel.taken]

    def _answer(self, mail: Mail, lane: Lane) -> Delivery | None:  # noqa: ARG002 - a double's answer
        return next((MEANT[trouble] for address, trouble in self.troubles if address in mail.to), None)


class TestSmtp(ChannelContract):
    @pytest.fixture
    async def scene(self) -> AsyncIterator[Scene]:
        async with scripted_smtp() as server:
            pool = SmtpPool(SmtpSettings(url=f"smtp://127.0.0.1:{server.port}"))
            yield SmtpScene(channel=SmtpChannel(pool), server=server)
            pool.close()


class TestDouble(ChannelContract):
    @pytest.fixture
    def scene(self) -> Scene:
        return DoublesScene()
