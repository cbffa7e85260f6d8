"""The consumer: brings the records of a row's topics to its rounds and commits what is done. Knows no handler.

An offset is committed when everything before it is done, so a crash brings records again, and loses none: those of the
last second, and what was done behind one that is not.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from services.infra.consuming import metrics
from services.infra.consuming.breaker import NEVER, FloodBreaker, FloodRules
from services.infra.consuming.leaving import leave
from services.infra.consuming.letters import Letters
from services.infra.consuming.rounds import Rounds
from services.infra.consuming.window import Window
from services.infra.consuming.work import Consumption, Received
from services.infra.kafka.topics import DEPENDENCY, START_WITHIN, ensure_topics
from services.infra.pauses import set_within
from services.infra.settings import KafkaSettings
from services.shared.clock import Clock
from services.shared.errors import Unavailable
from services.shared.replays import RawRecord

GROUP_PREFIX: Final = "caravan."
BATCH: Final = 500
"""Records that one look brings at most, over all partitions."""

LOOK_WITHIN: Final = 0.5
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
COMMIT_EVERY: Final = 1.0
COMMIT_WITHIN: Final = 3.0
SESSION_MS: Final = 10_000
REBALANCE_WITHIN_MS: Final = 30_000
"""How long a look waits for a record (and a stop for a look); seconds between tries to join; between commits; to
commit; how long the group keeps a silent member's partitions; what others wait for one that
finishes its records."""

log = structlog.get_logger(__name__)

Record: TypeAlias = "ConsumerRecord[bytes, bytes]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What all consumers of a process share.

    Attributes:
        letters: where what is given up goes.
        instance: what the process is called in its groups, the same after a restart: its partitions then wait for it
            as long as a silent member's do, and nobody else's move. None: each start is a new member. No two processes
            that run at once may have the same.
    """

    kafka: KafkaSettings
    letters: Letters
    clock: Clock
    flood: FloodRules = field(default_factory=FloodRules)
    instance: str | None = None


class Consumer(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka is published without types
    """One row, consumed. `run` it as a task; several processes may run the same row and share its partitions."""

    def __init__(self, row: Consumption, means: Means) -> None:
        self._row = row
        self._means = means
        self._windows: dict[TopicPartition, Window] = {}
        self._handling = asyncio.Lock()
        self._kafka: AIOKafkaConsumer | None = None
        self._commit_from = 0.0
        self._assignments = 0
        self._yielding = False
        self._stop = asyncio.Event()
        self._breaker = FloodBreaker(NEVER if row.floods else means.flood)
        self._lag_records = metrics.LAG_RECORDS.labels(row.consumer)
        self._lag_seconds = metrics.LAG_SECONDS.labels(row.consumer)
        self._joined = metrics.JOINED.labels(row.consumer)
        self._resting = metrics.RESTING.labels(row.consumer)
        self._parked_keys = metrics.PARKED_KEYS.labels(row.consumer)
        self._rounds = Rounds(row, means.letters, self._breaker, means.clock, self._is_halted)

    async def run(self, stop: asyncio.Event) -> None:
        """Goes on until `stop` is set; then finishes the records in hand, commits and leaves the group."""
        self._stop = stop
        pause = FIRST_PAUSE
        while not stop.is_set():
            try:
                await self._membership()
            except Unavailable as failure:
                log.warning("consumer waits", consumer=self._row.consumer, reason=str(failure), seconds=pause)
                await set_within(stop, pause)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                pause = FIRST_PAUSE

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Lets the round under way finish its present records and commit, before others take the partitions over."""
        self._yielding = True
        async with self._handling:
            if self._kafka is not None:
                await self._commit(self._kafka)
            for partition in revoked:
                self._windows.pop(partition, None)
            self._note_state()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """From here on records may be handled again. Each partition starts behind what is committed."""
        self._windows = {partition: Window() for partition in sorted(assigned)}
        self._assignments += 1
        self._yielding = False

    def _is_halted(self) -> bool:
        return self._yielding or self._stop.is_set()

    async def _membership(self) -> None:
        """From joining the group to leaving it. Raises Unavailable."""
        kafka = AIOKafkaConsumer(
            bootstrap_servers=self._means.kafka.bootstrap,
            group_id=GROUP_PREFIX + self._row.consumer,
            group_instance_id=self._means.instance,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=SESSION_MS,
            rebalance_timeout_ms=REBALANCE_WITHIN_MS,
        )
        self._kafka = kafka
        self._joined.inc()
        try:
            await self._join(kafka)
            while not self._stop.is_set():
                started = _now()
                await self._round(kafka)
                self._joined.set(0)
                if (rest := self._row.every - (_now() - started)) > 0:
                    await set_within(self._stop, rest)
            await self._commit(kafka)
        except (KafkaError, OSError, TimeoutError) as failure:
            raise Unavailable(DEPENDENCY, type(failure).__name__) from failure
        finally:
            self._kafka = None
            self._windows.clear()
            self._yielding = False
            self._note_state()
            await leave(kafka)

    async def _join(self, kafka: AIOKafkaConsumer) -> None:
        """Returns once a member, or told to stop. Raises TimeoutError, KafkaError, OSError."""

        async def join() -> None:
            await ensure_topics(self._means.kafka)
            kafka.subscribe(list(self._row.topics), listener=self)
            await kafka.start()

        joining, stopping = asyncio.create_task(join()), asyncio.create_task(self._stop.wait())
        try:
            await asyncio.wait({joining, stopping}, timeout=START_WITHIN, return_when=asyncio.FIRST_COMPLETED)
            if joining.done():
                await joining
            elif not stopping.done():
                raise TimeoutError
        finally:
            joining.cancel()
            stopping.cancel()
            await asyncio.wait({joining, stopping})

    async def _round(self, kafka: AIOKafkaConsumer) -> None:
        number = self._assignments
        batches: Mapping[TopicPartition, Sequence[Record]] = await kafka.getmany(
            timeout_ms=self._patience_ms(), max_records=BATCH
        )
        async with self._handling:
            for partition, records in batches.items():
                window = self._windows.get(partition)
                if window is None or (number != self._assignments and await _is_stale(kafka, partition, records)):
                    continue
                window.admit([_received(record) for record in records])
            self._note_lag(kafka)
            await self._rounds.run(self._windows.values())
            if self._commit_from <= _now():
                await self._commit(kafka)
            self._hold_back(kafka)
            self._note_lag(kafka)
            self._note_state()

    def _patience_ms(self) -> int:
        """How long to look for records: not longer than until something in hand is due."""
        due = self._rounds.due(self._windows.values())
        seconds = LOOK_WITHIN if due is None else min(max(due - _now(), 0.0), LOOK_WITHIN)
        return int(seconds * 1000)

    async def _commit(self, kafka: AIOKafkaConsumer) -> None:
        progress = {partition: window.take_progress() for partition, window in self._windows.items()}
        offsets = {partition: offset for partition, offset in progress.items() if offset is not None}
        if not offsets:
            return
        self._commit_from = _now() + COMMIT_EVERY
        try:
            async with asyncio.timeout(COMMIT_WITHIN):
                await kafka.commit(offsets)
        except (KafkaError, TimeoutError) as failure:
            # The next commit covers it, or the partition's next owner handles these again.
            log.warning("commit failed", consumer=self._row.consumer, failure=type(failure).__name__)

    def _hold_back(self, kafka: AIOKafkaConsumer) -> None:
        """Fetches no more of a partition that has enough in hand, and again of one that has room."""
        ours = kafka.assignment() & self._windows.keys()
        paused = kafka.paused()
        full = {partition for partition in ours if self._windows[partition].is_full}
        kafka.pause(*(full - paused))
        kafka.resume(*((paused & ours) - full))

    def _note_lag(self, kafka: AIOKafkaConsumer) -> None:
        behind, oldest = 0, None
        for partition in kafka.assignment() & self._windows.keys():
            window, end = self._windows[partition], kafka.highwater(partition)
            newest = window.newest_offset
            behind += window.in_hand + (end - newest - 1 if end is not None and newest is not None else 0)
            if window.oldest is not None:
                oldest = min(oldest or window.oldest.timestamp, window.oldest.timestamp)
        age = 0.0 if oldest is None else self._means.clock.now().timestamp() - oldest / 1000
        self._lag_records.set(behind)
        self._lag_seconds.set(max(age, 0.0))

    def _note_state(self) -> None:
        windows = self._windows.values()
        self._resting.set(sum(window.has_rested for window in windows))
        self._parked_keys.set(sum(window.parked_keys for window in windows))


async def _is_stale(kafka: AIOKafkaConsumer, partition: TopicPartition, records: Sequence[Record]) -> bool:
    """Whether the records were read before the partition was given anew: then it has another place to go on from."""
    return bool(await kafka.position(partition) != records[-1].offset + 1)


def _received(record: Record) -> Received:
    return Received(
        record=RawRecord(topic=record.topic, key=record.key, value=record.value, headers=tuple(record.headers)),
        partition=record.partition,
        offset=record.offset,
        timestamp=record.timestamp,
    )


def _now() -> float:
    return asyncio.get_running_loop().time()
