"""Random histories of a shop, on the fake and on the real store, compared with the model after each step."""

import asyncio
import itertools
from abc import abstractmethod
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.infra.mongo import Database, connect
from services.infra.outbox.rows import Outbox
from services.infra.settings import MongoSettings
from services.inventory.memory import MemoryStockStore
from services.inventory.models import AdjustStock, HoldStock, OpenStock, ReservedLine
from services.inventory.ports import StockStore
from services.inventory.store import MongoStockStore
from services.shared.errors import Refused
from tests.inventory.makers import ORIGIN, a_service
from tests.inventory.model import Lines, Shop
from tests.support.doubles import StandingClock
from tests.support.identity import OPS

SKUS = ("LAMP", "ROPE", "SOAP")
RUNS = itertools.count(1)

skus = st.sampled_from(SKUS)
orders = st.sampled_from([f"order-{number}" for number in range(6)])
lines = st.dictionaries(skus, st.integers(1, 6), min_size=1).map(lambda chosen: tuple(chosen.items()))
deltas = st.integers(-8, 8).filter(bool)
wishes = st.one_of(
    st.tuples(st.just("open"), skus, st.integers(0, 12)),
    st.tuples(st.just("adjust"), st.sampled_from(["a1", "a2", "a3", "a4"]), skus, deltas),
    st.tuples(st.just("hold"), orders, lines, st.integers(1, 30)),
    st.tuples(st.just("commit"), orders),
    st.tuples(st.just("release"), orders),
)


class Histories(RuleBasedStateMachine):
    """One history. A burst's wishes arrive at once and share a transaction, yet count in their order.

    Subclasses say where it runs; histories in one store are told apart by a prefix of every name.
    """

    runner: asyncio.Runner

    def __init__(self) -> None:
        super().__init__()
        self._store = self.a_store()
        self._prefix = f"run-{next(RUNS)}-"
        self._clock = StandingClock()
        self._service = a_service(self._store, self._clock, batch=4)
        self._model = Shop()

    @abstractmethod
    def a_store(self) -> StockStore: ...

    @rule(wish=wishes)
    def one_wish(self, wish: tuple[Any, ...]) -> None:
        self._compare([wish])

    @rule(burst=st.lists(wishes, min_size=2, max_size=9))
    def a_burst(self, burst: list[tuple[Any, ...]]) -> None:
        self._compare(burst)

    @rule(seconds=st.integers(1, 20))
    def time_passes(self, seconds: int) -> None:
        self._clock.advance(timedelta(seconds=seconds))
        self._model.now += seconds

    @rule()
    def a_sweep(self) -> None:
        swept = self.runner.run(self._service.expire_holds(100, ORIGIN))
        assert (swept.count, swept.more) == (self._model.expire(), False)

    @invariant()
    def the_books_agree(self) -> None:
        accounts = self.runner.run(self._store.audit())
        ours = {account.sku: account for account in accounts if account.sku.startswith(self._prefix)}
        assert all(account.sound for account in ours.values())
        assert {sku: (account.on_hand, account.reserved) for sku, account in ours.items()} == {
            self._prefix + sku: (on_hand, self._model.reserved(sku)) for sku, on_hand in self._model.on_hand.items()
        }

    def teardown(self) -> None:
        """Leaves nothing held, so that no other history's sweep meets it."""
        for order_id in self._model.orders:
            self.runner.run(self._service.release_hold(self._prefix + order_id, ORIGIN))

    def _compare(self, burst: list[tuple[Any, ...]]) -> None:
        async def all_at_once() -> list[object]:
            return await asyncio.gather(*(answered(self._asked(wish)) for wish in burst))

        expected = [getattr(self._model, name)(*details) for name, *details in burst]
        assert self.runner.run(all_at_once()) == expected

    def _asked(self, wish: tuple[Any, ...]) -> Awaitable[object]:
        name, *details = wish
        asked: Callable[..., Awaitable[object]] = getattr(self, f"_{name}")
        return asked(self._prefix + details[0], *details[1:])

    async def _open(self, sku: str, quantity: int) -> int:
        return (await self._service.open_stock(OpenStock(sku=sku, quantity=quantity), ORIGIN)).on_hand

    async def _adjust(self, adjustment_id: str, sku: str, delta: int) -> int:
        command = AdjustStock(adjustment_id=adjustment_id, sku=self._prefix + sku, delta=delta, reason="counted")
        return (await self._service.adjust_stock(command, OPS, ORIGIN)).on_hand

    async def _hold(self, order_id: str, chosen: Lines, seconds: int) -> str:
        wanted = tuple(ReservedLine(sku=self._prefix + sku, quantity=quantity) for sku, quantity in chosen)
        command = HoldStock(order_id=order_id, lines=wanted, ttl_seconds=seconds)
        return (await self._service.hold_stock(command, ORIGIN)).state.value

    async def _commit(self, order_id: str) -> str:
        return (await self._service.commit_hold(order_id, ORIGIN)).state.value

    async def _release(self, order_id: str) -> str:
        return (await self._service.release_hold(order_id, ORIGIN)).state.value


async def answered(asked: Awaitable[object]) -> object:
    try:
        return await asked
    except Refused as refusal:
        return refusal.code


def run_histories(machine: type[Histories], *, examples: int, steps: int) -> None:
    limits = settings(
        max_examples=examples,
        stateful_step_count=steps,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(machine, settings=limits)


def test_histories_in_memory() -> None:
    class InMemory(Histories):
        def a_store(self) -> StockStore:
            return MemoryStockStore()

    with asyncio.Runner() as InMemory.runner:
        run_histories(InMemory, examples=100, steps=30)


def test_histories_in_mongo(mongo_url: str) -> None:
    client = connect(MongoSettings(url=mongo_url))
    database = Database(client, "caravan_test_histories")
    store = MongoStockStore(database, Outbox(database))

    class InMongo(Histories):
        def a_store(self) -> StockStore:
            return store

    async def drop() -> None:
        await client.drop_database("caravan_test_histories")

    with asyncio.Runner() as InMongo.runner:
        InMongo.runner.run(store.prepare())
        try:
            run_histories(InMongo, examples=10, steps=20)
        finally:
            InMongo.runner.run(drop())
            client.close()
