"""What every PaymentProvider promises; run against the one in memory and the sandbox behind HTTP."""

import asyncio
import itertools
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

import pytest

from services.payments.errors import PaymentDeclined
from services.payments.memory import CAPTURE_DECLINED, CARD, DECLINED_CARD, FLAKY, LOST_ANSWER, SLOW
from services.payments.ports import PaymentProvider
from services.shared.errors import Unavailable
from services.shared.money import Money

AMOUNT = Money(minor=1999, currency="EUR")
MORE = Money(minor=2000, currency="EUR")
LESS = Money(minor=1000, currency="EUR")
ENDLESS = Money(minor=10**18, currency="EUR")
FOREIGN = Money(minor=1999, currency="USD")
ORDERS = itertools.count(1)

Result = TypeVar("Result")
Row = tuple[str, str, str]


class PaymentProviderContract(ABC):
    """Subclasses offer a fixture `provider` and say how to see what it did.

    Attributes:
        slow: seconds that the provider's slow method takes.
    """

    slow: float

    @abstractmethod
    async def ledger(self, provider: PaymentProvider, order: str) -> Sequence[Row]:
        """What was done with the order's money, oldest first: kind, amount, idempotency key."""

    @pytest.fixture
    def order(self) -> str:
        """An order that no other test uses."""
        return f"contract-{next(ORDERS)}"

    @pytest.fixture
    async def reference(self, provider: PaymentProvider, order: str) -> str:
        """An authorisation of the order."""
        return await provider.authorize(order, AMOUNT, CARD, f"{order}/authorize")

    async def test_the_same_key_is_the_same_authorisation(self, provider: PaymentProvider, order: str) -> None:
        first = await provider.authorize(order, AMOUNT, CARD, f"{order}/a")
        assert first
        assert await provider.authorize(order, AMOUNT, CARD, f"{order}/a") == first
        assert await self.ledger(provider, order) == [("authorization", "19.99", f"{order}/a")]

    async def test_another_key_is_another_authorisation(self, provider: PaymentProvider, order: str) -> None:
        first = await provider.authorize(order, AMOUNT, CARD, f"{order}/a")
        assert await provider.authorize(order, AMOUNT, CARD, f"{order}/b") != first
        assert len(await self.ledger(provider, order)) == 2

    async def test_the_same_key_at_once_is_one_authorisation(self, provider: PaymentProvider, order: str) -> None:
        calls = (provider.authorize(order, AMOUNT, CARD, f"{order}/a") for _ in range(10))
        assert len(set(await asyncio.gather(*calls))) == 1
        assert len(await self.ledger(provider, order)) == 1

    @pytest.mark.parametrize("method", [DECLINED_CARD, "pm_no_such", "4242 4242 4242 4242"])
    async def test_a_declined_or_unknown_method_is_declined_for_ever(
        self, provider: PaymentProvider, order: str, method: str
    ) -> None:
        for _ in range(2):
            with pytest.raises(PaymentDeclined) as declined:
                await provider.authorize(order, AMOUNT, method, f"{order}/a")
            assert declined.value.problems[0].message
        assert await self.ledger(provider, order) == []

    async def test_a_capture_is_done_once(self, provider: PaymentProvider, order: str, reference: str) -> None:
        for _ in range(2):
            await provider.capture(order, reference, AMOUNT, f"{order}/c")
        with pytest.raises(PaymentDeclined):
            await provider.capture(order, reference, AMOUNT, f"{order}/another")
        assert (await self.ledger(provider, order))[1:] == [("capture", "19.99", f"{order}/c")]

    async def test_of_captures_with_many_keys_at_once_one_is_done(
        self, provider: PaymentProvider, order: str, reference: str
    ) -> None:
        calls = (provider.capture(order, reference, AMOUNT, f"{order}/c{n}") for n in range(8))
        outcomes = await asyncio.gather(*calls, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes].count(PaymentDeclined) == 7
        assert len(await self.ledger(provider, order)) == 2

    @pytest.mark.parametrize("amount", [MORE, FOREIGN])
    async def test_no_more_is_captured_than_was_authorised(
        self, provider: PaymentProvider, order: str, reference: str, amount: Money
    ) -> None:
        with pytest.raises(PaymentDeclined):
            await provider.capture(order, reference, amount, f"{order}/c")
        await provider.capture(order, reference, LESS, f"{order}/less")
        assert (await self.ledger(provider, order))[1:] == [("capture", "10.00", f"{order}/less")]

    async def test_what_was_voided_stays_voided(self, provider: PaymentProvider, order: str, reference: str) -> None:
        for _ in range(2):
            await provider.void(order, reference, f"{order}/v")
        with pytest.raises(PaymentDeclined):
            await provider.void(order, reference, f"{order}/another")
        with pytest.raises(PaymentDeclined):
            await provider.capture(order, reference, AMOUNT, f"{order}/c")
        with pytest.raises(PaymentDeclined):
            await provider.refund(order, reference, AMOUNT, f"{order}/r")
        assert (await self.ledger(provider, order))[1:] == [("void", "19.99", f"{order}/v")]

    async def test_what_was_captured_is_refunded_once_not_voided(
        self, provider: PaymentProvider, order: str, reference: str
    ) -> None:
        with pytest.raises(PaymentDeclined):
            await provider.refund(order, reference, AMOUNT, f"{order}/early")
        await provider.capture(order, reference, AMOUNT, f"{order}/c")
        with pytest.raises(PaymentDeclined):
            await provider.void(order, reference, f"{order}/v")
        with pytest.raises(PaymentDeclined):
            await provider.refund(order, reference, MORE, f"{order}/more")
        for _ in range(2):
            await provider.refund(order, reference, AMOUNT, f"{order}/r")
        with pytest.raises(PaymentDeclined):
            await provider.refund(order, reference, AMOUNT, f"{order}/another")
        assert (await self.ledger(provider, order))[2:] == [("refund", "19.99", f"{order}/r")]

    async def test_an_authorisation_belongs_to_its_order(
        self, provider: PaymentProvider, order: str, reference: str
    ) -> None:
        for someone, which in (("somebody-else", reference), (order, "auth_none")):
            with pytest.raises(PaymentDeclined):
                await provider.capture(someone, which, AMOUNT, f"{order}/{someone}/c")
            with pytest.raises(PaymentDeclined):
                await provider.void(someone, which, f"{order}/{someone}/v")
        assert len(await self.ledger(provider, order)) == 1

    async def test_a_card_declined_at_capture_can_be_voided(self, provider: PaymentProvider, order: str) -> None:
        reference = await provider.authorize(order, AMOUNT, CAPTURE_DECLINED, f"{order}/a")
        for _ in range(2):
            with pytest.raises(PaymentDeclined):
                await provider.capture(order, reference, AMOUNT, f"{order}/c")
        await provider.void(order, reference, f"{order}/v")
        assert [kind for kind, _, _ in await self.ledger(provider, order)] == ["authorization", "void"]

    async def test_a_key_used_with_another_body_leaves_the_outcome_open(
        self, provider: PaymentProvider, order: str, reference: str
    ) -> None:
        with pytest.raises(Unavailable):
            await provider.authorize(order, MORE, CARD, f"{order}/authorize")
        with pytest.raises(Unavailable):
            await provider.capture(order, reference, AMOUNT, f"{order}/authorize")
        assert len(await self.ledger(provider, order)) == 1

    async def test_an_amount_beyond_its_limits_is_a_final_no_to_authorise_and_capture(
        self, provider: PaymentProvider, order: str, reference: str
    ) -> None:
        for _ in range(2):
            with pytest.raises(PaymentDeclined, match=r"^the provider refused the request$"):
                await provider.authorize(order, ENDLESS, CARD, f"{order}/a")
            with pytest.raises(PaymentDeclined, match=r"^the provider refused the request$"):
                await provider.capture(order, reference, ENDLESS, f"{order}/c")
        assert len(await self.ledger(provider, order)) == 1
        await provider.capture(order, reference, AMOUNT, f"{order}/c")

    async def test_an_amount_beyond_its_limits_leaves_a_refund_open(
        self, provider: PaymentProvider, order: str, reference: str
    ) -> None:
        await provider.capture(order, reference, AMOUNT, f"{order}/c")
        with pytest.raises(Unavailable):
            await provider.refund(order, reference, ENDLESS, f"{order}/r")
        await provider.refund(order, reference, AMOUNT, f"{order}/r")
        assert [kind for kind, _, _ in await self.ledger(provider, order)] == ["authorization", "capture", "refund"]

    async def test_a_flaky_provider_works_at_the_third_try(self, provider: PaymentProvider, order: str) -> None:
        async def authorized() -> str:
            return await provider.authorize(order, AMOUNT, FLAKY, f"{order}/a")

        reference = await after_failures(2, authorized)
        await after_failures(2, lambda: provider.capture(order, reference, AMOUNT, f"{order}/c"))
        await after_failures(2, lambda: provider.refund(order, reference, AMOUNT, f"{order}/r"))
        assert [kind for kind, _, _ in await self.ledger(provider, order)] == ["authorization", "capture", "refund"]

    async def test_a_lost_answer_is_found_by_asking_again(self, provider: PaymentProvider, order: str) -> None:
        async def authorized() -> str:
            return await provider.authorize(order, AMOUNT, LOST_ANSWER, f"{order}/a")

        with pytest.raises(Unavailable):
            await authorized()
        assert await self.ledger(provider, order) == [("authorization", "19.99", f"{order}/a")]
        reference = await authorized()
        await after_failures(1, lambda: provider.capture(order, reference, AMOUNT, f"{order}/c"))
        await after_failures(1, lambda: provider.refund(order, reference, AMOUNT, f"{order}/r"))
        assert [kind for kind, _, _ in await self.ledger(provider, order)] == ["authorization", "capture", "refund"]

    async def test_a_slow_provider_takes_its_time_and_works(self, provider: PaymentProvider, order: str) -> None:
        started = time.perf_counter()
        assert await provider.authorize(order, AMOUNT, SLOW, f"{order}/a")
        assert time.perf_counter() - started >= self.slow
        assert len(await self.ledger(provider, order)) == 1


async def after_failures(times: int, call: Callable[[], Awaitable[Result]]) -> Result:
    """The call's result, which must come after exactly so many failures."""
    for _ in range(times):
        with pytest.raises(Unavailable):
            await call()
    return await call()
