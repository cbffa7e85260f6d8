"""What every channel promises, whatever is behind it: the same tests for the real one and for the double."""

import asyncio
from datetime import timedelta
from enum import Enum, auto
from typing import Protocol

import pytest

from services.notifications.deliveries import (
    AddressRefused,
    ContentRefused,
    Delivered,
    Delivery,
    LaneRefused,
    OutcomeUnknown,
    TryAgain,
)
from services.notifications.models import Lane, Mail
from services.notifications.ports import MailChannel

ANNA, BEN = "anna@shop.test", "ben@shop.test"


class Trouble(Enum):
    """What can be the matter."""

    LATER = auto()
    AWAY = auto()
    NO_SUCH_ADDRESS = auto()
    UNREADABLE = auto()
    BARRED = auto()
    ANSWER_LOST = auto()


class Scene(Protocol):
    """A channel, and what is behind it."""

    @property
    def channel(self) -> MailChannel: ...

    def cause(self, trouble: Trouble, address: str = "") -> None:
        """From now on, for mails to this address (empty: for all)."""
        ...

    def arrived(self) -> list[tuple[str, bytes]]:
        """The mails that are with the other side: to whom, and what."""
        ...


def a_mail(to: str = ANNA, number: int = 0) -> Mail:
    content = f"Message-ID: <{number}@caravan.example>\r\nTo: {to}\r\n\r\nHello.\r\n.\r\n".encode()
    return Mail(message_id=f"<{number}@caravan.example>", sender="shop@caravan.example", to=to, content=content)


class ChannelContract:
    """Subclasses offer the fixture `scene`."""

    @pytest.mark.parametrize("lane", list(Lane))
    async def test_a_mail_arrives_as_it_is(self, scene: Scene, lane: Lane) -> None:
        mail = a_mail()
        assert isinstance(await scene.channel.deliver(mail, lane), Delivered)
        assert scene.arrived() == [(ANNA, mail.content)]

    async def test_many_at_once_arrive_once_each(self, scene: Scene) -> None:
        mails = [a_mail(f"{number}@shop.test", number) for number in range(40)]
        lanes = [Lane.CRITICAL if number % 2 else Lane.STANDARD for number in range(40)]
        deliveries = await asyncio.gather(*map(scene.channel.deliver, mails, lanes))
        assert all(isinstance(delivery, Delivered) for delivery in deliveries)
        assert sorted(scene.arrived()) == sorted((mail.to, mail.content) for mail in mails)

    @pytest.mark.parametrize(
        ("trouble", "kind"),
        [
            (Trouble.LATER, TryAgain),
            (Trouble.AWAY, TryAgain),
            (Trouble.NO_SUCH_ADDRESS, AddressRefused),
            (Trouble.UNREADABLE, ContentRefused),
            (Trouble.BARRED, LaneRefused),
        ],
    )
    async def test_what_is_not_taken_is_not_there_and_is_said_without_an_address(
        self, scene: Scene, trouble: Trouble, kind: type[Delivery]
    ) -> None:
        scene.cause(trouble)
        delivery = await scene.channel.deliver(a_mail(), Lane.STANDARD)
        assert type(delivery) is kind
        assert "anna" not in repr(delivery)
        assert scene.arrived() == []

    async def test_a_lost_answer_is_said_to_be_lost(self, scene: Scene) -> None:
        scene.cause(Trouble.ANSWER_LOST)
        assert isinstance(await scene.channel.deliver(a_mail(), Lane.STANDARD), OutcomeUnknown)
        assert len(scene.arrived()) == 1

    async def test_one_that_is_refused_holds_up_no_other(self, scene: Scene) -> None:
        scene.cause(Trouble.NO_SUCH_ADDRESS, BEN)
        mails = [a_mail(to, number) for number, to in enumerate([ANNA, BEN] * 10)]
        deliveries = await asyncio.gather(*(scene.channel.deliver(mail, Lane.STANDARD) for mail in mails))
        assert [isinstance(delivery, Delivered) for delivery in deliveries] == [True, False] * 10
        assert [isinstance(delivery, AddressRefused) for delivery in deliveries] == [False, True] * 10
        assert len(scene.arrived()) == 10

    async def test_whether_the_server_or_the_mail_is_to_wait_is_told_apart(self, scene: Scene) -> None:
        scene.cause(Trouble.LATER, ANNA)
        later = await scene.channel.deliver(a_mail(ANNA), Lane.CRITICAL)
        scene.cause(Trouble.AWAY, BEN)
        away = await scene.channel.deliver(a_mail(BEN), Lane.CRITICAL)
        assert isinstance(later, TryAgain)
        assert (later.away, later.after) == (False, timedelta(seconds=90))
        assert isinstance(away, TryAgain)
        assert away.away
