"""What operators see of a consumer: how far it is behind, what it tries again and gives up, what it waits for."""

import asyncio

from prometheus_client import REGISTRY

from services.shared.errors import Unavailable
from tests.infra.consuming.station import QUICK, event, history, station, until
from tests.infra.kafka_node import KafkaNode


def told(name: str, consumer: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"caravan_consumer_{name}", {"consumer": consumer, **labels}) or 0.0


async def test_what_is_not_done_yet_is_told_with_its_age(kafka_node: KafkaNode) -> None:
    async with station(kafka_node, "behind", partitions=1) as at:
        at.seen.failures["b1"] = Unavailable("database")
        await at.send(*history("b1", 1, 2), *history("b2", 1, 1))
        async with at.consuming():
            await until(lambda: told("lag_records", "behind") == 3 and told("resting", "behind") == 1)
            age = told("lag_seconds", "behind")
            await until(lambda: told("lag_seconds", "behind") > age)
            at.seen.failures.clear()
            await until(lambda: len(at.seen.events) == 3)
            await until(lambda: not any(told(name, "behind") for name in ("lag_records", "lag_seconds", "resting")))
        assert told("handled_total", "behind") == 3
        assert told("dead_letters_total", "behind", disposition="exhausted") == 0


async def test_what_is_tried_again_and_given_up_is_counted(kafka_node: KafkaNode) -> None:
    async with station(kafka_node, "counted", partitions=1) as at:
        at.seen.failures["c1"] = ValueError("odd")
        await at.send(event("c1", 1), event("c2", 1))
        async with at.consuming():
            await until(lambda: told("parked_keys", "counted") == 1)
            await asyncio.gather(at.dead("c1"), until(lambda: at.seen.of("c2") == [1]))
            await until(lambda: told("parked_keys", "counted") == 0)
        assert told("retried_total", "counted") == QUICK.attempts - 1
        assert told("dead_letters_total", "counted", disposition="exhausted") == 1
        assert told("handled_total", "counted") == 1
