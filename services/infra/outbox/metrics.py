"""What a relay tells of itself. One label, the service's name: a dozen series in all."""

from typing import Final

from prometheus_client import Counter, Gauge

BY_SERVICE: Final = ["service"]

PUBLISHED = Counter("caravan_outbox_published", "Events published from the outbox", BY_SERVICE)
PASSES = Counter("caravan_outbox_passes", "Batches published, as handed over or found by a look", [*BY_SERVICE, "by"])
LOOKS = Counter("caravan_outbox_looks", "Looks into the database for what waits", BY_SERVICE)
WAITING = Gauge("caravan_outbox_waiting", "Events that are known to wait to be published", BY_SERVICE)
OLDEST = Gauge("caravan_outbox_oldest_seconds", "Age of the oldest event that waits; 0 when none does", BY_SERVICE)
PARKED = Gauge("caravan_outbox_parked", "Events put aside that can never be sent as they are", BY_SERVICE)
LEASE_HELD = Gauge("caravan_outbox_lease_held", "1 while this process is the one that publishes", BY_SERVICE)
WATCHING = Gauge("caravan_outbox_watching", "1 while a change stream tells of other processes' commits", BY_SERVICE)
