"""A round: has what is ready done, many records at once where that works, and decides what becomes of what fails.

Effects come in the order of each key. Reads no topic and commits no offset (`consumer`).
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import islice
from typing import Final, TypeAlias

import structlog

from services.infra.consuming import metrics
from services.infra.consuming.breaker import FloodBreaker
from services.infra.consuming.letter_records import Letter
from services.infra.consuming.letters import LetterRefused, Letters
from services.infra.consuming.window import Pending, Window
from services.infra.consuming.work import Consumption
from services.shared.clock import Clock
from services.shared.errors import Unavailable
from services.shared.receipts import Outcome
from services.shared.replays import Disposition, Failure

MOST: Final = 500
KEYS_AT_ONCE: Final = 8
"""Records of a round at most; keys whose records are tried side by side, when they are tried one by one."""

FIRST_REST: Final = 0.2
LONGEST_REST: Final = 5.0
"""Seconds that a partition waits for what is away."""

COUNTED: Final = {Outcome.DUPLICATE: metrics.DUPLICATES, Outcome.SUPERSEDED: metrics.SUPERSEDED}

Key: TypeAlias = tuple[int, bytes | None]
"""Of which window, and the record's own: what keeps its order."""

log = structlog.get_logger(__name__)


class Rounds:
    """One consumer's rounds. `is_halted` is asked between records: what is not begun then stays for whoever is next."""

    def __init__(
        self,
        row: Consumption,
        letters: Letters,
        breaker: FloodBreaker,
        clock: Clock,
        is_halted: Callable[[], bool],
    ) -> None:
        self._row = row
        self._letters = letters
        self._breaker = breaker
        self._clock = clock
        self._is_halted = is_halted
        self._slots = asyncio.Semaphore(KEYS_AT_ONCE)

    async def run(self, windows: Collection[Window]) -> None:
        """Tries what is ready. Raises nothing: what fails waits in its window or becomes a dead letter."""
        now = _now()
        most = self._breaker.admits(now)
        ready = list(islice((each for window in windows for each in window.ready(now)), MOST if most is None else most))
        # Who has failed before is tried apart, so that it takes nobody along.
        waited = {_key_of(each) for each in ready if each.attempts}
        fresh = [each for each in ready if _key_of(each) not in waited]
        again = [each for each in ready if _key_of(each) in waited]
        groups = [[each for each in fresh if not each.window.has_rested]]
        groups += [[each for each in fresh if each.window is window] for window in windows if window.has_rested]
        await asyncio.gather(self._one_by_one(again), *(self._together(group) for group in groups if group))

    def due(self, windows: Iterable[Window]) -> float | None:
        """When the next round has something to do, of what is in hand; None when nothing is."""
        dues = [due for window in windows if (due := window.due()) is not None]
        return max(min(dues), self._breaker.due() or 0.0) if dues else None

    async def _together(self, records: Sequence[Pending]) -> None:
        size = self._row.together
        if size == 1:
            await self._one_by_one(records)
            return
        held: set[Key] = set()
        for first in range(0, len(records), size):
            now = _now()
            chunk = [
                each
                for each in records[first : first + size]
                if not each.window.rests(now) and _key_of(each) not in held
            ]
            if self._is_halted():
                return
            if len(chunk) < 2:  # noqa: PLR2004 (nothing to share)
                held |= await self._one_by_one(chunk)
                continue
            try:
                answers = await self._row.work.attempt([each.received for each in chunk])
            except Unavailable as failure:
                self._rest(chunk, failure)
                return
            for pending, answer in zip(chunk, answers, strict=True):
                if answer is not None and not await self._settle(pending, answer):
                    held.add(_key_of(pending))
            held |= await self._one_by_one(
                [each for each, answer in zip(chunk, answers, strict=True) if answer is None]
            )

    async def _one_by_one(self, records: Sequence[Pending]) -> set[Key]:
        """Each key's in their order, several keys side by side; answers the keys that may not go on."""
        chains: dict[Key, list[Pending]] = {}
        for each in records:
            chains.setdefault(_key_of(each), []).append(each)
        done = await asyncio.gather(*(self._chain(chain) for chain in chains.values()))
        return {key for key, goes_on in zip(chains, done, strict=True) if not goes_on}

    async def _chain(self, chain: Sequence[Pending]) -> bool:
        """Whether the key may go on."""
        async with self._slots:
            for pending in chain:
                halted = self._is_halted() or pending.window.rests(_now())
                if halted or not await self._alone(pending):
                    return False
        return True

    async def _alone(self, pending: Pending) -> bool:
        """Whether the key may go on."""
        try:
            (answer,) = await self._row.work.attempt([pending.received])
        except Unavailable as failure:
            self._rest([pending], failure)
            return False
        assert answer is not None  # noqa: S101 (of a single record there is always an answer)
        if isinstance(answer, Failure) and self._is_to_be_tried_again(pending, answer):
            return False
        return await self._settle(pending, answer)

    def _is_to_be_tried_again(self, pending: Pending, failure: Failure) -> bool:
        """Parks its key when it is."""
        pending.attempts += 1
        pending.first_failed_at = pending.first_failed_at or self._clock.now()
        retries = self._row.retries
        if failure.disposition is not Disposition.EXHAUSTED or pending.attempts >= retries.attempts:
            return False
        metrics.RETRIED.labels(self._row.consumer).inc()
        pending.window.park(pending, _now() + retries.pause_after(pending.attempts))
        return True

    async def _settle(self, pending: Pending, answer: Outcome | Failure) -> bool:
        """Whether it is done, one way or the other."""
        if isinstance(answer, Failure):
            return await self._give_up(pending, answer)
        pending.window.finish(pending)
        COUNTED.get(answer, metrics.HANDLED).labels(self._row.consumer).inc()
        if self._breaker.note_effect(_now()):
            metrics.FLOODED.labels(self._row.consumer).set(0)
            log.info("consumer goes on", consumer=self._row.consumer)
        return True

    async def _give_up(self, pending: Pending, failure: Failure) -> bool:
        """Whether it is a dead letter now; it stays where it is while the breaker is open, or Kafka away.

        One that Kafka does not let in holds up its own key, and in the end the offset of its partition.
        """
        if self._breaker.admits(_now()) == 0:
            return False
        try:
            await self._letters.write(self._letter(pending, failure))
        except Unavailable as reason:
            metrics.FAILED_LETTERS.labels(self._row.consumer).inc()
            if isinstance(reason, LetterRefused):
                self._keep(pending, reason)
            else:
                self._rest([pending], reason)
            return False
        pending.window.finish(pending)
        self._note_letter(pending, failure)
        return True

    def _keep(self, pending: Pending, reason: LetterRefused) -> None:
        received = pending.received
        log.error(
            "dead letter refused",
            consumer=self._row.consumer,
            topic=received.record.topic,
            partition=received.partition,
            offset=received.offset,
            reason=str(reason),
        )
        pending.window.park(pending, _now() + LONGEST_REST)

    def _letter(self, pending: Pending, failure: Failure) -> Letter:
        now = self._clock.now()
        return Letter(
            received=pending.received,
            consumer=self._row.consumer,
            failure=failure,
            attempts=max(pending.attempts, 1),
            first_failed_at=pending.first_failed_at or now,
            last_failed_at=now,
        )

    def _note_letter(self, pending: Pending, failure: Failure) -> None:
        consumer, received = self._row.consumer, pending.received
        metrics.DEAD_LETTERS.labels(consumer, failure.disposition).inc()
        log.error(
            "dead letter",
            consumer=consumer,
            disposition=failure.disposition,
            topic=received.record.topic,
            partition=received.partition,
            offset=received.offset,
            failure=failure.exception_class,
            said=failure.message,
        )
        if self._breaker.note_letter(_now()):
            metrics.FLOODED.labels(consumer).set(1)
            log.error("consumer pauses: too much of what it reads becomes dead letters", consumer=consumer)

    def _rest(self, records: Sequence[Pending], failure: Unavailable) -> None:
        for window in {id(each.window): each.window for each in records}.values():
            seconds = window.rest(_now(), FIRST_REST, LONGEST_REST)
            log.warning(
                "partition rests",
                consumer=self._row.consumer,
                partition=records[0].received.partition,
                dependency=failure.dependency,
                seconds=seconds,
            )


def _key_of(pending: Pending) -> Key:
    return id(pending.window), pending.key


def _now() -> float:
    return asyncio.get_running_loop().time()
