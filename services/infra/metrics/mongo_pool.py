"""Tells a pool's numbers of what the MongoDB driver says of its connections. Called from the driver's threads."""

from pymongo import monitoring

from services.infra.metrics.pools import Pool


class PoolListener(monitoring.ConnectionPoolListener):
    """One for a client; the connections of all its servers count together."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def connection_checked_out(self, event: monitoring.ConnectionCheckedOutEvent) -> None:
        self._pool.taken(event.duration or 0.0)

    def connection_check_out_failed(self, event: monitoring.ConnectionCheckOutFailedEvent) -> None:
        self._pool.missed(event.duration or 0.0)

    def connection_checked_in(self, event: monitoring.ConnectionCheckedInEvent) -> None:  # noqa: ARG002 (the driver's)
        self._pool.given_back()

    def pool_created(self, event: monitoring.PoolCreatedEvent) -> None:
        """Nothing is in use by that."""

    def pool_ready(self, event: monitoring.PoolReadyEvent) -> None:
        """See `pool_created`."""

    def pool_cleared(self, event: monitoring.PoolClearedEvent) -> None:
        """See `pool_created`: who uses a connection gives it back all the same."""

    def pool_closed(self, event: monitoring.PoolClosedEvent) -> None:
        """See `pool_created`."""

    def connection_created(self, event: monitoring.ConnectionCreatedEvent) -> None:
        """See `pool_created`."""

    def connection_ready(self, event: monitoring.ConnectionReadyEvent) -> None:
        """See `pool_created`."""

    def connection_closed(self, event: monitoring.ConnectionClosedEvent) -> None:
        """See `pool_created`."""

    def connection_check_out_started(self, event: monitoring.ConnectionCheckOutStartedEvent) -> None:
        """How long it took is known when it ends."""
