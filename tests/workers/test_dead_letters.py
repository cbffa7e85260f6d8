"""What waits is told as metrics: by consumer, status and disposition, and how old it is."""

from datetime import timedelta

from prometheus_client import REGISTRY

from services.deadletters.memory import MemoryDeadLetterStore
from services.deadletters.models import LetterStatus
from services.shared.replays import Disposition
from tests.deadletters.makers import CONSUMER, a_letter
from tests.support.doubles import StandingClock
from workers.dead_letters import OTHER, BacklogMetrics


def told(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


async def test_what_waits_is_told_under_few_names() -> None:
    store, clock = MemoryDeadLetterStore(), StandingClock()
    metrics = BacklogMetrics(store, [CONSUMER], clock)
    old = clock.now() - timedelta(hours=4)
    await store.insert(
        [
            a_letter(1, first_failed_at=old),
            a_letter(2, status=LetterStatus.QUARANTINED),
            a_letter(3, status=LetterStatus.REPLAYED),
            a_letter(4, consumer="of a topic of somebody's", disposition=None),
            a_letter(5, consumer="of another", disposition=None),
        ]
    )
    metrics.tell(await store.backlog())
    parked, exhausted = LetterStatus.PARKED.value, Disposition.EXHAUSTED.value
    name = "caravan_dead_letters_waiting"
    assert told(name, consumer=CONSUMER, status=parked, disposition=exhausted) == 1
    assert told(name, consumer=CONSUMER, status="QUARANTINED", disposition=exhausted) == 1
    assert told(name, consumer=OTHER, status=parked, disposition=OTHER) == 2
    assert told("caravan_dead_letters_oldest_seconds", consumer=CONSUMER) == 4 * 3600
    metrics.tell([])
    assert told(name, consumer=CONSUMER, status=parked, disposition=exhausted) is None
    assert told("caravan_dead_letters_oldest_seconds", consumer=CONSUMER) is None
