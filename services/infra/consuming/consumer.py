"""The consumer: hands one topic's events to one handler, in order within a partition, at least once. Knows no handler.

An offset is committed after its effect, so a handler must bear to see an event again. What is away is waited for: its
partition rests at the record and the others go on. What can never be handled is given up, and the partition goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from prometheus_client import Counter, Gauge
from structlog.contextvars import bound_contextvars

from services.infra.kafka.records import event_of
from services.infra.kafka.topics import DEPENDENCY, START_WITHIN, ensure_topics
from services.infra.settings import KafkaSettings
from services.shared.errors import Invalid, Refused, Unavailable
from services.shared.events import Event

GROUP_PREFIX: Final = "caravan."
BATCH: Final = 500
"""Records of one round at most, over all partitions: what is read ahead and not handled yet stays small."""

LOOK_EVERY_MS: Final = 500
ATTEMPTS: Final = 5
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 5.0
STOP_WITHIN: Final = 3.0
REBALANCE_WITHIN_MS: Final = 30_000
"""How long a round may wait for a record (and a stop for a round); tries of a handler that fails for no known reason;
seconds between tries; seconds to leave the group; what others wait for a consumer that finishes its records."""

HANDLED = Counter("caravan_consumer_handled", "Events that had their effect", ["consumer"])
GIVEN_UP = Counter("caravan_consumer_given_up", "Records that were passed over", ["consumer", "disposition"])
RESTING = Gauge("caravan_consumer_resting", "Partitions that wait for a dependency", ["consumer"])

log = structlog.get_logger(__name__)

Handler = Callable[[Event], Awaitable[None]]
Record: TypeAlias = "ConsumerRecord[bytes, bytes]"


class Disposition(StrEnum):
    """Why a record was given up, in the contract's words for dead letters."""

    POISON = "poison"
    PERMANENT = "permanent"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumption:
    """One row of the table of consumers.

    Attributes:
        consumer: its name; the group is called after it.
        handle: has the effect of one event, the same however often it is called. Raises Unavailable when that has to
            wait, Refused when it can never be; anything else is tried again a few times.
    """

    topic: str
    consumer: str
    handle: Handler


GiveUp = Callable[[Consumption, Record, Disposition, Exception], Awaitable[None]]


async def tell(row: Consumption, record: Record, disposition: Disposition, failure: Exception) -> None:
    """What is done with a record that is given up: it is counted and logged. A dead letter takes its place here."""
    GIVEN_UP.labels(row.consumer, disposition).inc()
    log.error(
        "record given up",
        consumer=row.consumer,
        disposition=disposition,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        exc_info=failure,
    )


@dataclass(frozen=True, slots=True)
class _Rest:
    """A partition that waits: until when (the loop's time), and how long this time."""

    until: float
    seconds: float


class Consumer(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka is published without types
    """One row, consumed. `run` it as a task; several processes may run the same row and share its partitions."""

    def __init__(self, settings: KafkaSettings, row: Consumption, give_up: GiveUp = tell) -> None:
        self._settings = settings
        self._row = row
        self._give_up = give_up
        self._resting: dict[TopicPartition, _Rest] = {}
        self._handling = asyncio.Lock()
        self._yielding = False

    async def run(self, stop: asyncio.Event) -> None:
        """Goes on until `stop` is set; then finishes the records in hand, commits and leaves the group."""
        pause = FIRST_PAUSE
        while not stop.is_set():
            try:
                await self._membership(stop)
            except Unavailable as failure:
                log.warning("consumer waits", consumer=self._row.consumer, reason=str(failure), seconds=pause)
                with suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await stop.wait()
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                pause = FIRST_PAUSE

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Lets the round under way finish its present records and commit, before others take the partitions over."""
        self._yielding = True
        async with self._handling:
            for partition in revoked:
                self._resting.pop(partition, None)
            self._note_resting()

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """From here on records may be handled again."""
        del assigned
        self._yielding = False

    async def _membership(self, stop: asyncio.Event) -> None:
        """From joining the group to leaving it. Raises Unavailable."""
        kafka = AIOKafkaConsumer(
            bootstrap_servers=self._settings.bootstrap,
            group_id=GROUP_PREFIX + self._row.consumer,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            rebalance_timeout_ms=REBALANCE_WITHIN_MS,
        )
        try:
            await self._join(kafka, stop)
            while not stop.is_set():
                await self._round(kafka, stop)
        except (KafkaError, OSError, TimeoutError) as failure:
            raise Unavailable(DEPENDENCY, type(failure).__name__) from failure
        finally:
            self._resting.clear()
            self._yielding = False
            await _leave(kafka)

    async def _join(self, kafka: AIOKafkaConsumer, stop: asyncio.Event) -> None:
        """Returns once a member, or told to stop. Raises TimeoutError, KafkaError, OSError."""

        async def join() -> None:
            await ensure_topics(self._settings)
            kafka.subscribe([self._row.topic], listener=self)
            await kafka.start()

        joining, stopping = asyncio.create_task(join()), asyncio.create_task(stop.wait())
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

    async def _round(self, kafka: AIOKafkaConsumer, stop: asyncio.Event) -> None:
        self._resume(kafka)
        batches: Mapping[TopicPartition, Sequence[Record]] = await kafka.getmany(
            timeout_ms=LOOK_EVERY_MS, max_records=BATCH
        )
        async with self._handling:
            await asyncio.gather(
                *(self._partition(kafka, partition, records, stop) for partition, records in batches.items())
            )

    async def _partition(
        self, kafka: AIOKafkaConsumer, partition: TopicPartition, records: Sequence[Record], stop: asyncio.Event
    ) -> None:
        done: int | None = None
        for record in records:
            if stop.is_set() or self._yielding:
                break
            try:
                await self._handle(record)
            except Unavailable as failure:
                self._rest(kafka, partition, record, failure)
                break
            done = record.offset + 1
            self._resting.pop(partition, None)
        if done is not None:
            await self._commit(kafka, partition, done)

    async def _handle(self, record: Record) -> None:
        """Raises Unavailable; every other failure ends with the record given up."""
        try:
            event = event_of(record)
        except Invalid as failure:
            await self._give_up(self._row, record, Disposition.POISON, failure)
            return
        with bound_contextvars(event_id=event.id, event_type=event.type, correlation_id=event.origin.correlation_id):
            try:
                await self._try(event)
            except Unavailable:
                raise
            except Refused as refusal:
                await self._give_up(self._row, record, Disposition.PERMANENT, refusal)
            except Exception as failure:  # noqa: BLE001 (whatever it is, the partition goes on)
                await self._give_up(self._row, record, Disposition.EXHAUSTED, failure)
            else:
                HANDLED.labels(self._row.consumer).inc()

    async def _try(self, event: Event) -> None:
        """Raises what the last attempt raised; Unavailable and Refused are not tried again."""
        pause = FIRST_PAUSE
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._row.handle(event)
            except (Unavailable, Refused):
                raise
            except Exception as failure:  # noqa: BLE001 (it may be gone the next time)
                log.warning("handler failed", consumer=self._row.consumer, failure=type(failure).__name__)
            await asyncio.sleep(pause)
            pause *= 2
        return await self._row.handle(event)

    def _rest(self, kafka: AIOKafkaConsumer, partition: TopicPartition, record: Record, failure: Unavailable) -> None:
        """Goes back to the record and leaves the partition alone for a while, longer each time."""
        last = self._resting.get(partition)
        seconds = min(last.seconds * 2, LONGEST_PAUSE) if last else FIRST_PAUSE
        self._resting[partition] = _Rest(asyncio.get_running_loop().time() + seconds, seconds)
        self._note_resting()
        log.warning(
            "partition rests",
            consumer=self._row.consumer,
            partition=partition.partition,
            dependency=failure.dependency,
            seconds=seconds,
        )
        with suppress(KafkaError):
            # Refused where the partition is no longer ours: whoever has it starts at the last commit.
            kafka.seek(partition, record.offset)
            kafka.pause(partition)

    def _resume(self, kafka: AIOKafkaConsumer) -> None:
        now = asyncio.get_running_loop().time()
        due = {partition for partition, rest in self._resting.items() if rest.until <= now}
        kafka.resume(*(due & kafka.paused() & kafka.assignment()))
        self._note_resting()

    def _note_resting(self) -> None:
        RESTING.labels(self._row.consumer).set(len(self._resting))

    async def _commit(self, kafka: AIOKafkaConsumer, partition: TopicPartition, offset: int) -> None:
        try:
            await kafka.commit({partition: offset})
        except KafkaError as failure:
            # The next commit covers it, or the partition's next owner handles these again.
            log.warning("commit failed", consumer=self._row.consumer, failure=type(failure).__name__)


async def _leave(kafka: AIOKafkaConsumer) -> None:
    try:
        async with asyncio.timeout(STOP_WITHIN):
            await kafka.stop()
    except (KafkaError, OSError, TimeoutError) as failure:
        # `stop` waits for a broker that is away; what it has not told the group, the session's timeout does.
        log.info("left the group without a word", failure=type(failure).__name__)
