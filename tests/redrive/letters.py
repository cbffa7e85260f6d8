"""Dead letters as consumers write them, taken in by the real rules over a memory store."""

from services.deadletters.memory import MemoryDeadLetterStore
from services.deadletters.models import DeadLetter, LetterFilter
from services.deadletters.service import DeadLetterService
from services.shared.dead_letters import DeadLetterHeader, FoundRecord, Position, dead_letter_topic
from tests.support.doubles import CountingIds, StandingClock

EVERY = LetterFilter(status=None)


class Letters:
    """The store of dead letters, with its rules; `offset` counts the records that were found."""

    def __init__(self, store: MemoryDeadLetterStore | None = None) -> None:
        self.store = store or MemoryDeadLetterStore()
        self.service = DeadLetterService(self.store, StandingClock(), CountingIds("place"))
        self.offset = 0

    async def park(self, consumer: str, *events: str, key: str = "", version: int = 1, size: int = 2) -> None:
        """One letter for each event; each of its own aggregate unless there is a `key`."""
        await self.service.take_in([self._found(consumer, event, key or event, version, size) for event in events])

    def _found(self, consumer: str, event: str, key: str, version: int, size: int) -> FoundRecord:
        self.offset += 1
        headers = {
            "ce_id": event,
            "ce_type": "stock.adjusted.v1",
            "ce_sequence": str(version),
            DeadLetterHeader.ORIGINAL_TOPIC: "caravan.inventory",
            DeadLetterHeader.ORIGINAL_PARTITION: "0",
            DeadLetterHeader.ORIGINAL_OFFSET: str(self.offset),
            DeadLetterHeader.CONSUMER: consumer,
            DeadLetterHeader.EXCEPTION_CLASS: "tests.Refused",
            DeadLetterHeader.EXCEPTION_MESSAGE: "refused",
        }
        return FoundRecord(
            position=Position(topic=dead_letter_topic("caravan.inventory", consumer), partition=0, offset=self.offset),
            timestamp=None,
            key=key.encode(),
            value=b"{" + b"\xff" * size,
            headers=tuple((name, value.encode()) for name, value in headers.items()),
        )

    async def all(self) -> dict[str, DeadLetter]:
        """Every letter, by the id of its event."""
        return {letter.event_id or "": letter for letter in await self.store.page(EVERY, None, 10_000)}

    async def id_of(self, event: str) -> str:
        """The letter's id."""
        return (await self.all())[event].id

    async def statuses(self) -> dict[str, str]:
        """The state of each letter, by its event."""
        return {event: letter.status.value for event, letter in (await self.all()).items()}
