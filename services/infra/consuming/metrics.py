"""What consumers count. The labels are the names of the table of consumers, and dispositions: a few dozen series."""

from typing import Final

from prometheus_client import Counter, Gauge

BY_CONSUMER: Final = ["consumer"]

HANDLED = Counter("caravan_consumer_handled", "Records that had their effect", BY_CONSUMER)
DUPLICATES = Counter("caravan_consumer_duplicates", "Records that had had their effect before", BY_CONSUMER)
SUPERSEDED = Counter("caravan_consumer_superseded", "Records that a later one of their key made void", BY_CONSUMER)
RETRIED = Counter("caravan_consumer_retried", "Attempts that failed and are repeated", BY_CONSUMER)
DEAD_LETTERS = Counter("caravan_consumer_dead_letters", "Records given up", [*BY_CONSUMER, "disposition"])
FAILED_LETTERS = Counter(
    "caravan_consumer_failed_dead_letter_writes", "Dead letters that Kafka did not take; tried again", BY_CONSUMER
)
RESTING = Gauge("caravan_consumer_resting", "Partitions that wait for a dependency", BY_CONSUMER)
PARKED_KEYS = Gauge("caravan_consumer_parked_keys", "Keys that wait for another attempt", BY_CONSUMER)
FLOODED = Gauge("caravan_consumer_flooded", "1 while the consumer pauses because of its dead letters", BY_CONSUMER)
JOINED = Gauge("caravan_consumer_joined", "Times that it joined its group since it last could read", BY_CONSUMER)
LAG_RECORDS = Gauge("caravan_consumer_lag_records", "Records not done yet, over its partitions here", BY_CONSUMER)
LAG_SECONDS = Gauge("caravan_consumer_lag_seconds", "Age of the oldest record not done yet", BY_CONSUMER)
