"""A shop with two gateways and a worker, in which a tape decides what happens next: every step waits for its turn.

What readers are given is compared with what they must see at least: whatever was true when the last drop that was
acknowledged before they came took effect, and whatever was true before the longest time that an answer is kept.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Collection, Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from gateway.caching.engine import CachedResponses, EngineRules, Surroundings
from gateway.caching.ports import Computed
from services.infra.redis_calls.reach import Reach
from services.infra.response_cache.guarded import GuardedResponses
from services.infra.response_cache.models import Busy, Entry, Freshness, Lease, Page, Verdict
from services.infra.response_cache.near import NearResponses
from services.infra.response_cache.ports import ResponseStore
from services.shared.errors import Unavailable

SHOWN = {"shoe": ("shoe",), "both": ("shoe", "shirt"), "shirt": ("shirt",)}
"""What the answer under each key shows."""
THINGS = ("shoe", "shirt")
FRESHNESS = Freshness(fresh=10, while_refreshed=5, if_failing=20)
LEASED_FOR = 3.0
WORKER = 2
PROCESSES = 3
AGES = (0.5, 2.0, 4.0, 12.0, 17.0, 31.0)
SWEEPS = 3
"""Of 16 steps of a tape: so many let everybody on."""

Reply = TypeVar("Reply")
Tape = list[tuple[int, int]]


class Stale(AssertionError):
    """Somebody was given what nobody may see any more."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A step that waits to be let on."""

    process: int
    go: asyncio.Future[bool]


@dataclass
class World:
    """The truth, what was acknowledged of it, and all that waits for its turn."""

    now: float = 1000.0
    passes: bool = True
    truth: dict[str, int] = field(default_factory=lambda: dict.fromkeys(THINGS, 0))
    history: list[tuple[float, str, int]] = field(default_factory=list)
    acknowledged: dict[str, int] = field(default_factory=lambda: dict.fromkeys(THINGS, 0))
    seen_by: list[dict[str, int]] = field(default_factory=lambda: [dict.fromkeys(THINGS, 0) for _ in range(PROCESSES)])
    turns: list[Turn] = field(default_factory=list)
    at_work: int = 0

    async def turn(self, process: int) -> bool:
        """Waits. False: this step is to fail."""
        go = asyncio.get_running_loop().create_future()
        self.turns.append(Turn(process, go))
        return bool(await go)

    def change(self, thing: str) -> None:
        self.truth[thing] += 1
        self.history.append((self.now, thing, self.truth[thing]))

    def floor(self, process: int, thing: str) -> int:
        """The oldest version that somebody who comes now may see."""
        too_old = [
            version for at, changed, version in self.history if changed == thing and at <= self.now - FRESHNESS.kept
        ]
        return max(self.acknowledged[thing], self.seen_by[process][thing], *too_old, 0)

    def acknowledge(self, known: dict[str, int], by: dict[str, int]) -> None:
        for thing, version in known.items():
            by[thing] = max(by[thing], version)


class Stepped:
    """A store as one process reaches it: each request and each reply waits for its turn, and may be lost."""

    def __init__(self, store: ResponseStore, world: World, process: int) -> None:
        self._store = store
        self._world = world
        self._process = process

    async def look(self, key: str, held: str | None = None) -> Entry | Lease | Busy:
        return await self.step(lambda: self._store.look(key, held))

    async def lease(self, key: str, instead_of: str) -> Lease | None:
        return await self.step(lambda: self._store.lease(key, instead_of))

    async def store(self, lease: Lease, page: Page) -> Verdict:
        return await self.step(lambda: self._store.store(lease, page))

    async def release(self, lease: Lease) -> None:
        await self.step(lambda: self._store.release(lease))

    async def drop(self, tags: Collection[str]) -> None:
        known = await self.step(lambda: self._dropped(tags))
        self._world.acknowledge(known, self._world.acknowledged)

    async def clear(self) -> None:
        await self.step(self._store.clear)

    async def ping(self) -> None:
        await self.step(_nothing)

    async def _dropped(self, tags: Collection[str]) -> dict[str, int]:
        known = {thing: self._world.truth[thing] for thing in tags}
        await self._store.drop(tags)
        return known

    async def step(self, work: Callable[[], Awaitable[Reply]]) -> Reply:
        """The request, the step itself, the reply."""
        await self._travel()
        self._world.at_work += 1
        try:
            reply = await work()
        finally:
            self._world.at_work -= 1
        await self._travel()
        return reply

    async def _travel(self) -> None:
        if not await self._world.turn(self._process):
            raise Unavailable("redis", "lost on the way")


async def _nothing() -> None:
    pass


Guard = Callable[[ResponseStore, Reach], ResponseStore]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What the gateways are built of; a planted bug is another part."""

    store: Callable[[World], ResponseStore]
    guard: Guard = GuardedResponses
    engine: Callable[[ResponseStore, Surroundings, EngineRules], CachedResponses] = CachedResponses


class Simulation:
    """Plays a tape."""

    def __init__(self, parts: Parts) -> None:
        self.world = World()
        self._parts = parts
        self._store = parts.store(self.world)
        self._worker = Stepped(self._store, self.world, WORKER)
        self._gateways = [self._gateway(process) for process in range(WORKER)]
        self._readers: list[tuple[int, asyncio.Task[None]]] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._events: list[str] = []

    async def play(self, tape: Tape) -> None:
        """Raises Stale. At the end everything is let on, and every reader has an answer or was refused one."""
        try:
            for action, what in tape:
                if action % 16 < SWEEPS:
                    await self._sweep(what % 8)
                else:
                    self._act(action % 16, what)
                    await self._settle()
            await self._let_all_end()
        finally:
            everybody = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in everybody:
                task.cancel()
            await asyncio.gather(*everybody, return_exceptions=True)
        self._raise_what_was_found()

    def _act(self, action: int, what: int) -> None:
        world = self.world
        if action < 8 and world.turns:
            self._let_on(what % len(world.turns), well=True)
        elif action == 8 and world.turns:
            self._let_on(what % len(world.turns), well=False)
        elif action < 12:
            self._read(what % WORKER, list(SHOWN)[what // WORKER % len(SHOWN)])
        elif action == 12:
            self._start(self._mutate(what // 2 % WORKER, THINGS[what % 2]))
        elif action == 13:
            world.change(THINGS[what % 2])
            self._events.append(THINGS[what % 2])
        elif action == 14 and self._events:
            # Any that ever happened: late, twice, in another order.
            self._start(self._worker.drop([self._events[what % len(self._events)]]))
        else:
            self._befall(what)

    def _befall(self, what: int) -> None:
        kind, what = what % 5, what // 5
        if kind == 0:
            self.world.now += self.world.passes * AGES[what % len(AGES)]
        elif kind == 1 and self._readers:
            self._readers[what % len(self._readers)][1].cancel()
        elif kind == 2:
            self._kill(what % WORKER)
        elif kind == 3:
            self._start(self._store.clear())
        elif self.world.turns:
            self._let_on(0, well=True)

    def _kill(self, process: int) -> None:
        """Its steps are never let on again; its leases stay. Another takes its place, and owes nothing."""
        self.world.turns = [turn for turn in self.world.turns if turn.process != process]
        self._readers = [reader for reader in self._readers if reader[0] != process or reader[1].done()]
        self._gateways[process] = self._gateway(process)
        self.world.seen_by[process] = dict.fromkeys(THINGS, 0)

    def _gateway(self, process: int) -> CachedResponses:
        stepped = Stepped(self._store, self.world, process)

        async def pause(_seconds: float) -> None:
            await self.world.turn(process)

        reach = Reach(stepped.ping, within=1_000_000, pause=pause)
        around = Surroundings(chance=lambda: 0.3, now=lambda: self.world.now, pause=pause)
        return self._parts.engine(
            self._parts.guard(NearResponses(stepped), reach), around, EngineRules(jitter=0.1, wait_at_most=4.0)
        )

    def _read(self, process: int, key: str) -> None:
        floor = {thing: self.world.floor(process, thing) for thing in SHOWN[key]}
        cache = self._gateways[process]

        async def compute() -> Computed:
            seen = {}
            for thing in SHOWN[key]:
                if not await self.world.turn(process):
                    raise RuntimeError("the service is away")
                seen[thing] = self.world.truth[thing]
            return Computed(body=json.dumps(seen).encode(), tags=frozenset(SHOWN[key]), freshness=FRESHNESS)

        async def read() -> None:
            try:
                answer = await cache.answer(key, compute)
            except RuntimeError:
                return
            seen = json.loads(answer.body)
            if any(seen[thing] < least for thing, least in floor.items()):
                raise Stale(f"{key}: {seen} where at least {floor} was to be seen ({answer.source})")

        self._readers.append((process, asyncio.get_running_loop().create_task(read())))

    async def _mutate(self, process: int, thing: str) -> None:
        self.world.change(thing)
        self._events.append(thing)
        known = {thing: self.world.truth[thing]}
        cache, mine = self._gateways[process], self.world.seen_by[process]
        await cache.drop([thing])
        self.world.acknowledge(known, mine)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.get_running_loop().create_task(work))

    def _let_on(self, which: int, *, well: bool) -> None:
        turn = self.world.turns.pop(which)
        if not turn.go.done():
            turn.go.set_result(well)

    async def _sweep(self, rounds: int) -> None:
        """Lets on all that wait, some times over: most of the time nothing gets between."""
        for _ in range(rounds):
            for _ in range(len(self.world.turns)):
                self._let_on(0, well=True)
            await self._settle()

    async def _settle(self) -> None:
        for _ in range(12):
            await asyncio.sleep(0)
        async with asyncio.timeout(10):
            while True:
                if not self.world.at_work:
                    return
                await asyncio.sleep(0)

    async def _let_all_end(self) -> None:
        for _ in range(400):
            if all(reader.done() for _, reader in self._readers):
                return
            while self.world.turns:
                self._let_on(0, well=True)
            self.world.now += 0.1
            await self._settle()
        raise AssertionError("somebody was never answered")

    def _raise_what_was_found(self) -> None:
        tasks = [*(reader for _, reader in self._readers), *self._tasks]
        failures = [failure for task in tasks if not task.cancelled() and (failure := task.exception())]
        for failure in failures:
            if not isinstance(failure, Unavailable):
                raise failure
