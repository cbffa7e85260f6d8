"""One round over records in hand: what is held back, however many records it begins with."""

from collections.abc import Sequence

from services.infra.consuming.breaker import FloodBreaker, FloodRules
from services.infra.consuming.letter_records import Letter
from services.infra.consuming.rounds import Rounds
from services.infra.consuming.window import Window
from services.infra.consuming.work import SEVERAL, Consumption, Received
from services.shared.clock import SystemClock
from services.shared.receipts import Outcome
from services.shared.replays import Disposition, Failure, RawRecord

LATER = SEVERAL + 50
"""The offset of the key's second record: another attempt holds it than the first one."""

FAILURE = Failure(disposition=Disposition.EXHAUSTED, exception_class="builtins.ValueError", message="odd")


class Work:
    """Offers Work: fails the record at offset 0, and whatever is tried together with it."""

    def __init__(self) -> None:
        self.done: list[int] = []

    async def attempt(self, received: Sequence[Received]) -> Sequence[Outcome | Failure | None]:
        if any(each.offset == 0 for each in received):
            return [FAILURE] if len(received) == 1 else [None] * len(received)
        self.done.extend(each.offset for each in received)
        return [Outcome.APPLIED] * len(received)


class NoLetters:
    """Offers Letters: none is expected."""

    async def write(self, letter: Letter) -> None:
        raise AssertionError(letter)


def record(offset: int) -> Received:
    key = b"late" if offset in {0, LATER} else str(offset).encode()
    return Received(
        record=RawRecord(topic="caravan.orders", key=key, value=b"{}", headers=()),
        partition=0,
        offset=offset,
        timestamp=offset,
    )


async def test_a_key_that_fails_holds_back_its_events_in_later_attempts_of_the_round_too() -> None:
    work, window = Work(), Window()
    window.admit([record(offset) for offset in range(2 * SEVERAL)])
    row = Consumption(topics=("caravan.orders",), consumer="one", work=work)
    rounds = Rounds(row, NoLetters(), FloodBreaker(FloodRules()), SystemClock(), lambda: False)
    await rounds.run([window])
    assert sorted(work.done) == [offset for offset in range(2 * SEVERAL) if offset not in {0, LATER}]
    assert (window.parked_keys, window.in_hand) == (1, 2)
