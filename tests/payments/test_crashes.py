"""Payments whose process dies: before a call, after its effect, before its answer is stored; once, and twice.

Every border that a run crosses on its way to the store and to the provider is a crash point; all are tried, and pairs.
"""

import itertools
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from services.payments.memory import CAPTURE_DECLINED, CARD, DECLINED_CARD
from services.payments.models import Payment
from services.payments.service import PaymentService
from services.shared.errors import Conflict, Refused
from tests.payments.makers import ORIGIN, authorize, cancel, capture
from tests.payments.world import World

Step = Callable[[PaymentService, str], Awaitable[object]]

UNDONE = {"VOIDED", "REFUNDED", "DECLINED"}


class DiedError(Exception):
    """The process was killed here."""


class Borders:
    """Counts what is crossed, and kills at the given crossings."""

    def __init__(self, deadly: frozenset[int] = frozenset()) -> None:
        self.count = 0
        self._deadly = deadly

    async def cross(self) -> None:
        self.count += 1
        if self.count in self._deadly:
            raise DiedError


def authorizing(payments: PaymentService, method: str) -> Awaitable[object]:
    return payments.authorize_payment(authorize(method=method), ORIGIN)


def capturing(payments: PaymentService, _: str) -> Awaitable[object]:
    return payments.capture_payment(capture(), ORIGIN)


def cancelling(payments: PaymentService, _: str) -> Awaitable[object]:
    return payments.cancel_payment(cancel(), ORIGIN)


@dataclass(frozen=True, slots=True)
class Life:
    """What is asked for an order: `retried` steps until they end, the `abandoned` one once, and then the undo."""

    name: str
    method: str
    retried: tuple[Step, ...]
    abandoned: Step | None = None


LIVES = [
    Life("paid", CARD, (authorizing, capturing)),
    Life("voided", CARD, (authorizing, cancelling)),
    Life("refunded", CARD, (authorizing, capturing, cancelling)),
    Life("declined", DECLINED_CARD, (authorizing, cancelling)),
    Life("declined at capture", CAPTURE_DECLINED, (authorizing, capturing, cancelling)),
    Life("never began", CARD, (cancelling,)),
]
ABANDONED = [
    Life("authorisation abandoned", CARD, (), authorizing),
    Life("declined authorisation abandoned", DECLINED_CARD, (), authorizing),
    Life("capture abandoned", CARD, (authorizing,), capturing),
    Life("declined capture abandoned", CAPTURE_DECLINED, (authorizing,), capturing),
]


async def lived(life: Life, deadly: frozenset[int]) -> tuple[World, int]:
    """The world after a life with crashes at these crossings, and how many crossings there were."""
    borders = Borders(deadly)
    world = World(borders.cross, borders.cross)
    for step in life.retried:
        while not await _ended(step, world, life.method):
            pass
    if life.abandoned is not None:
        await _ended(life.abandoned, world, life.method)
        while not await _ended(cancelling, world, life.method):
            pass
    return world, borders.count


async def _ended(step: Step, world: World, method: str) -> bool:
    """Whether the step came to an end, a refusal included, before the process died."""
    try:
        await step(world.service(), method)
    except Refused:
        return True
    except DiedError:
        return False
    return True


def crashes(crossings: int) -> Iterator[frozenset[int]]:
    """Each crossing, and each pair; a crash makes a life longer, hence the few more."""
    yield frozenset()
    longer = range(1, crossings + 12)
    yield from (frozenset({one}) for one in longer)
    yield from (frozenset(two) for two in itertools.combinations(longer, 2))


def as_told(payment: Payment | None) -> Payment | None:
    """The payment without the count of its writes, which may differ."""
    return payment and replace(payment, revision=0)


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
async def test_a_retried_life_ends_as_if_nothing_had_died(life: Life) -> None:
    smooth, crossings = await lived(life, frozenset())
    assert crossings > 0
    for deadly in crashes(crossings):
        world, _ = await lived(life, deadly)
        await world.check()
        ends = (as_told(await world.payment()), world.done(), world.told())
        assert ends == (as_told(await smooth.payment()), smooth.done(), smooth.told()), f"died at {set(deadly)}"


@pytest.mark.parametrize("life", ABANDONED, ids=lambda life: life.name)
async def test_an_abandoned_step_is_found_out_and_undone_and_nothing_comes_late(life: Life) -> None:
    _, crossings = await lived(life, frozenset())
    for deadly in crashes(crossings):
        world, _ = await lived(life, deadly)
        await world.check()
        payment = await world.payment()
        assert payment is not None
        assert payment.status in UNDONE, f"died at {set(deadly)}"
        done = world.done()
        for late in (authorizing, capturing):
            with pytest.raises(Refused):
                await late(world.undisturbed(), life.method)
        assert (world.done(), await world.payment()) == (done, payment), f"died at {set(deadly)}"


async def test_the_authorisation_is_noted_before_the_provider_is_asked() -> None:
    world, _ = await lived(Life("", CARD, (), authorizing), frozenset())
    borders = Borders(frozenset({3}))
    world = World(borders.cross, borders.cross)
    assert not await _ended(authorizing, world, CARD)
    payment = await world.payment()
    assert payment is not None
    assert (payment.status, payment.authorization_key) == ("PENDING", "order/o1/authorize")
    assert world.done() == []


async def test_a_payment_that_began_to_close_is_not_authorised_any_more() -> None:
    borders = Borders(frozenset({3, 7}))
    world = World(borders.cross, borders.cross)
    assert not await _ended(authorizing, world, CARD)
    assert not await _ended(cancelling, world, CARD)
    payment = await world.payment()
    assert payment is not None
    assert (payment.status, payment.closing) == ("PENDING", True)
    with pytest.raises(Conflict):
        await authorizing(world.undisturbed(), CARD)
    assert world.done() == []
