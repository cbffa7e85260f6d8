"""What every PaymentStore promises; run against the one in memory and the real one."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from services.payments.models import NO_MONEY, PaymentStatus
from services.payments.ports import PaymentStore
from services.shared.events import Event
from tests.payments.makers import MOMENT, a_payment, an_event


class PaymentStoreContract(ABC):
    """Subclasses offer a fixture `store` and say how to see what it stored."""

    @abstractmethod
    async def stored_events(self, store: PaymentStore) -> Sequence[tuple[str, int]]:
        """Id and sequence of each event stored, by id."""

    @pytest.mark.parametrize("events", [[], [an_event()]], ids=["silent", "told"])
    async def test_an_inserted_payment_is_found_as_it_was(self, store: PaymentStore, events: list[Event]) -> None:
        assert await store.insert(a_payment(), events) == a_payment()
        assert await store.by_orders(["o1"]) == (a_payment(),)
        assert await self.stored_events(store) == [(event.id, event.sequence) for event in events]

    @pytest.mark.parametrize("events", [[], [an_event()]], ids=["silent", "told"])
    async def test_a_second_insert_answers_the_first_and_stores_nothing(
        self, store: PaymentStore, events: list[Event]
    ) -> None:
        await store.insert(a_payment(), [])
        other = replace(a_payment(), authorization_key="other")
        assert await store.insert(other, events) == a_payment()
        assert await store.by_orders(["o1"]) == (a_payment(),)
        assert await self.stored_events(store) == []

    async def test_of_many_inserts_at_once_one_is_stored_and_answered_to_all(self, store: PaymentStore) -> None:
        rivals = [replace(a_payment(), authorization_key=f"k{n}") for n in range(8)]
        answers = await asyncio.gather(*(store.insert(rival, []) for rival in rivals))
        (stored,) = await store.by_orders(["o1"])
        assert answers == [stored] * 8

    @pytest.mark.parametrize("events", [[], [an_event()]], ids=["silent", "told"])
    async def test_a_replaced_payment_is_kept_whole(self, store: PaymentStore, events: list[Event]) -> None:
        await store.insert(a_payment(), [])
        after = replace(
            a_payment(status=PaymentStatus.AUTHORIZED),
            reference="auth_1",
            capture_key="capture",
            closing=True,
            closing_key="cancel",
            decline="the card was declined",
            version=3,
            revision=2,
            updated_at=MOMENT + timedelta(seconds=1),
        )
        assert await store.replace(after, 1, events)
        assert await store.by_orders(["o1"]) == (after,)
        assert await self.stored_events(store) == [(event.id, event.sequence) for event in events]

    @pytest.mark.parametrize("events", [[], [an_event()]], ids=["silent", "told"])
    @pytest.mark.parametrize("expected", [1, 3])
    async def test_another_revision_is_not_replaced_and_tells_nothing(
        self, store: PaymentStore, expected: int, events: list[Event]
    ) -> None:
        await store.insert(a_payment(), [])
        second = replace(a_payment(), revision=2)
        await store.replace(second, 1, [])
        assert not await store.replace(replace(second, closing=True, revision=3), expected, events)
        assert await store.by_orders(["o1"]) == (second,)
        assert await self.stored_events(store) == []

    async def test_an_unknown_payment_is_not_replaced(self, store: PaymentStore) -> None:
        assert not await store.replace(a_payment(), 1, [])
        assert not await store.replace(a_payment(), 1, [an_event()])
        assert await store.by_orders(["o1"]) == ()
        assert await self.stored_events(store) == []

    async def test_of_many_replacements_at_once_silent_or_told_one_wins(self, store: PaymentStore) -> None:
        await store.insert(a_payment(), [])
        rivals = [replace(a_payment(), revision=2, capture_key=f"k{n}") for n in range(8)]
        events = [[an_event(f"e{n}")] if n % 2 else [] for n in range(8)]
        won = await asyncio.gather(*(store.replace(rivals[n], 1, events[n]) for n in range(8)))
        assert won.count(True) == 1
        winner = won.index(True)
        assert await store.by_orders(["o1"]) == (rivals[winner],)
        assert await self.stored_events(store) == [(event.id, 1) for event in events[winner]]

    async def test_payments_are_found_each_once_and_unknown_ones_left_out(self, store: PaymentStore) -> None:
        mark = replace(a_payment("o2", status=PaymentStatus.VOIDED), amount=NO_MONEY, method="", closing=True)
        await store.insert(a_payment("o1"), [])
        await store.insert(mark, [])
        found = await store.by_orders(["o2", "o1", "o2", "o9"])
        assert sorted(found, key=lambda payment: payment.order_id) == [a_payment("o1"), mark]
        assert await store.by_orders([]) == ()
