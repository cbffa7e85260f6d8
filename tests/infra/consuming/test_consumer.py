"""The consumer against a real Kafka: every event has its effect, in order per key, whatever goes away meanwhile."""

import asyncio
from collections.abc import Sequence

from services.infra.consuming import metrics
from services.infra.kafka.records import record_headers
from services.infra.kafka.topics import PARTITIONS
from services.shared.errors import Unavailable
from services.shared.receipts import Delivery, Outcome
from tests.infra.consuming.station import PATIENCE, Seen, event, history, station, until
from tests.infra.kafka_node import KafkaNode


async def test_events_are_handled_once_in_order_and_a_restart_goes_on_behind_them(kafka_node: KafkaNode) -> None:
    async with station(kafka_node, "first") as at:
        await at.send(*history("c1", 1, 3), *history("c2", 1, 3))
        async with at.consuming():
            await until(lambda: at.seen.of("c1") == at.seen.of("c2") == [1, 2, 3])
            # Done too soon after the others for a commit between: the end brings one.
            await at.send(*history("c1", 4, 5))
            await until(lambda: len(at.seen.of("c1")) == 5)
        await at.send(*history("c1", 6, 6))
        async with at.consuming():
            await until(lambda: 6 in at.seen.of("c1"))
        assert at.seen.of("c1") == [1, 2, 3, 4, 5, 6]
        assert at.seen.of("c2") == [1, 2, 3]
        assert _joined("first") == 0


async def test_a_backlog_is_handled_many_at_once_and_each_key_in_order(kafka_node: KafkaNode) -> None:
    keys = [f"b{number}" for number in range(20)]
    async with station(kafka_node, "backlog") as at:
        await at.send(*(event(key, sequence) for sequence in range(1, 31) for key in keys))
        async with at.consuming():
            await until(lambda: len(at.seen.events) == 600)
        assert all(at.seen.of(key) == list(range(1, 31)) for key in keys)
        assert len(at.seen.batches) < 60


async def test_records_are_read_however_their_producer_compresses_them(kafka_node: KafkaNode) -> None:
    codecs = ("gzip", "lz4", "snappy", "zstd")
    async with station(kafka_node, "compressed", partitions=1) as at, at.consuming():
        for codec in codecs:
            told = event(codec, 1)
            # One that is shorter compressed, or it is sent as it is.
            record = (codec, b"{" + b" " * 1000 + b"}", record_headers(told, "tests"))
            await at.send_raw(record, compression=codec)
        await until(lambda: all(at.seen.of(codec) == [1] for codec in codecs))


async def test_what_is_away_is_waited_for_and_the_other_partitions_go_on(kafka_node: KafkaNode) -> None:
    async with station(kafka_node, "second") as at:
        at.seen.failures["d1"] = Unavailable("database")
        # So many keys are in every partition.
        others = [f"e{number}" for number in range(8 * PARTITIONS)]
        await at.send(*history("d1", 1, 2), *(event(key, 1) for key in others))
        async with at.consuming():
            await until(lambda: sum(at.seen.of(key) == [1] for key in others) > len(others) / 2)
            assert at.seen.of("d1") == []
            at.seen.failures.clear()
            await until(lambda: at.seen.of("d1") == [1, 2] and all(at.seen.of(key) == [1] for key in others))


async def test_a_key_that_fails_holds_back_its_later_events_and_no_other_key(kafka_node: KafkaNode) -> None:
    async with station(kafka_node, "parked", partitions=1) as at:
        at.seen.failures["p1"] = ValueError("odd")
        await at.send(*history("p1", 1, 3), *history("q1", 1, 3))
        async with at.consuming():
            await until(lambda: at.seen.of("q1") == [1, 2, 3])
            assert at.seen.of("p1") == []
            at.seen.failures.clear()
            await until(lambda: at.seen.of("p1") == [1, 2, 3])


async def test_what_is_done_behind_a_parked_key_is_done_again_after_a_crash_and_nothing_is_lost(
    kafka_node: KafkaNode,
) -> None:
    async with station(kafka_node, "crash", partitions=1) as at:
        at.seen.failures["p1"] = ValueError("odd")
        await at.send(*history("p1", 1, 2), *history("q1", 1, 2))
        async with at.consuming():
            await until(lambda: at.seen.of("q1") == [1, 2])
        later = Seen()
        async with at.consuming(later):
            await until(lambda: later.of("p1") == later.of("q1") == [1, 2])


async def test_a_record_in_hand_is_finished_and_committed_before_the_end(kafka_node: KafkaNode) -> None:
    class Slow(Seen):
        async def handle(self, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
            begun.set()
            await may_end.wait()
            return await super().handle(deliveries)

    begun, may_end, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()
    slow = Slow()
    async with station(kafka_node, "fifth") as at:
        await at.send(*history("h1", 1, 1))
        running = asyncio.create_task(at.consumer(slow).run(stop))
        await asyncio.wait_for(begun.wait(), PATIENCE)
        stop.set()
        may_end.set()
        await asyncio.wait_for(running, 10)
        assert slow.of("h1") == [1]
        await at.send(*history("h1", 2, 2))
        async with at.consuming():
            await until(lambda: at.seen.of("h1") == [2])


async def test_two_share_the_partitions_and_one_that_leaves_hands_its_own_over(kafka_node: KafkaNode) -> None:
    other = Seen()
    subjects = [f"i{number}" for number in range(24)]
    async with station(kafka_node, "sixth") as at:

        def done(last: int) -> bool:
            together = (set(at.seen.of(subject) + other.of(subject)) for subject in subjects)
            return all(sequences == set(range(1, last + 1)) for sequences in together)

        async with at.consuming():
            await at.send(*(event(subject, 1) for subject in subjects))
            await until(lambda: done(1))
            async with at.consuming(other) as second:
                await until(lambda: len(second._windows) == PARTITIONS // 2)
                await at.send(*(made for subject in subjects for made in history(subject, 2, 3)))
                await until(lambda: done(3))
                assert other.events
            await at.send(*(made for subject in subjects for made in history(subject, 4, 5)))
            await until(lambda: done(5))
        for subject in subjects:
            assert at.seen.of(subject) == sorted(set(at.seen.of(subject)))
            assert other.of(subject) == sorted(set(other.of(subject)))
        assert not set(at.seen.events) & set(other.events)


async def test_a_restart_under_the_same_name_moves_nobodys_partitions(kafka_node: KafkaNode) -> None:
    restarted = Seen()
    keys = [f"r{number}" for number in range(24)]
    async with station(kafka_node, "static") as at, at.consuming(instance="one") as stays:
        await until(lambda: bool(stays._windows))
        async with at.consuming(restarted, instance="two") as leaves:
            await until(lambda: bool(leaves._windows) and len(stays._windows) == PARTITIONS // 2)
            assignments = stays._assignments
        await at.send(*(event(key, 1) for key in keys))
        async with at.consuming(restarted, instance="two"):
            await until(lambda: len(at.seen.events) + len(restarted.events) == len(keys))
        assert restarted.events
        assert stays._assignments == assignments


async def test_it_goes_on_by_itself_after_kafka_was_killed(kafka_node: KafkaNode) -> None:
    async with station(kafka_node, "seventh") as at, at.consuming():
        await at.send(*history("k1", 1, 2))
        await until(lambda: at.seen.of("k1") == [1, 2])
        kafka_node.kill()
        await kafka_node.start()
        await at.send(*history("k1", 3, 4))
        # The broker loads its groups first.
        await until(lambda: set(at.seen.of("k1")) == {1, 2, 3, 4}, within=90.0)


async def test_without_a_kafka_it_waits_and_ends_at_once_when_told(kafka_node: KafkaNode) -> None:
    async with station(kafka_node, "eighth") as at:
        kafka_node.kill()
        stop = asyncio.Event()
        running = asyncio.create_task(at.consumer().run(stop))
        await until(lambda: _joined("eighth") >= 1)
        assert not running.done()
        stop.set()
        await asyncio.wait_for(running, 5)


def _joined(consumer: str) -> float:
    """How often it joined its group since it last could read."""
    return float(metrics.JOINED.labels(consumer)._value.get())
