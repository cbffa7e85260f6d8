"""What processes of services tell of their consumers and of dead letters, by their metrics. Mends nothing."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from cli.doctor.words import counted, lasting
from cli.stack.checks import SECONDS, NotReady, SetOtherwise, Waits

FLOODED: Final = "caravan_consumer_flooded"
RESTING: Final = "caravan_consumer_resting"
PARKED_KEYS: Final = "caravan_consumer_parked_keys"
JOINED: Final = "caravan_consumer_joined"
LAG: Final = "caravan_consumer_lag_records"
LETTERS: Final = "caravan_dead_letters_waiting"
OLDEST: Final = "caravan_dead_letters_oldest_seconds"
IN_VAIN: Final = 3
"""Once is how each begins, and twice can happen when servers start."""

READ: Final = (FLOODED, RESTING, JOINED, PARKED_KEYS, LAG, LETTERS, OLDEST)

Metrics = Mapping[str, Mapping[str, int]]
"""By metric: the sum of each consumer's samples."""


async def check_consumers(services: str) -> str:
    """No consumer pauses for a flood of dead letters, none waits for what is away, none joins its group in vain."""
    found = await _metrics(services)
    wrong = [
        f"{consumer} pauses, for too much of what it read became dead letters: `caravan dlq list` says why; repair it "
        "and restart the process, or wait for its next try"
        for consumer in _above_zero(found, FLOODED)
    ]
    wrong += [
        f"{consumer} waits for something that is away, on {counted(count, 'partition')}: the services' log names it"
        for consumer, count in _above_zero(found, RESTING).items()
    ]
    wrong += [
        f"{consumer} joined {count} times and could read nothing: the services' log says why"
        for consumer, count in _above_zero(found, JOINED).items()
        if count >= IN_VAIN
    ]
    if wrong:
        raise SetOtherwise("; ".join(wrong))
    retried = [
        f"{consumer} tries {counted(count, 'key')} again" for consumer, count in _above_zero(found, PARKED_KEYS).items()
    ]
    return ", ".join([f"{counted(sum(found[LAG].values()), 'record')} behind", *retried])


async def check_dead_letters(services: str) -> str:
    """Says how many wait for a person, and since when: that is no fault of a server, and other events go on."""
    found = await _metrics(services)
    waiting = _above_zero(found, LETTERS)
    if not waiting:
        return "none waits"
    each = ", ".join(f"{count} of {consumer}" for consumer, count in sorted(waiting.items()))
    oldest = timedelta(seconds=max(found[OLDEST].values()))
    verb = "waits" if sum(waiting.values()) == 1 else "wait"
    return f"{each} {verb}, the oldest for {lasting(oldest)}: `caravan dlq list` says which"


def _above_zero(found: Metrics, name: str) -> dict[str, int]:
    return {consumer: value for consumer, value in found[name].items() if value}


async def _metrics(services: str) -> Metrics:
    """Raises Waits for services that do not answer, NotReady for an answer that is none."""
    from aiohttp import ClientError, ClientSession, ClientTimeout
    from prometheus_client.parser import text_string_to_metric_families

    try:
        async with (
            ClientSession(timeout=ClientTimeout(total=SECONDS)) as http,
            http.get(f"{services}/metrics") as answer,
        ):
            if not answer.ok:
                raise NotReady(f"/metrics answers {answer.status}")
            text = await answer.text()
    except (ClientError, TimeoutError):
        raise Waits(("services",)) from None
    found: dict[str, Counter[str]] = {name: Counter() for name in READ}
    for family in text_string_to_metric_families(text):
        for sample in family.samples if family.name in found else ():
            found[family.name][sample.labels["consumer"]] += int(sample.value)
    return found
