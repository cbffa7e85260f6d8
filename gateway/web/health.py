"""Whether the gateway can do its work now: asks everything that it stands on. Changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from gateway.context import Backends
from gateway.web.metrics import Metrics

log = structlog.get_logger(__name__)
PATIENCE = 2.0
NOBODY = "readiness"
"""An id that nothing has."""

Check = Callable[[], Awaitable[object]]


def checks_of(backends: Backends) -> Mapping[str, Check]:
    """A read that goes all the way, for each thing that the gateway stands on: all that a shopper needs."""
    return {
        "temporal": backends.sagas.check,
        "catalog": lambda: backends.catalog.products_by_id([NOBODY]),
        "inventory": lambda: backends.inventory.stock_of([NOBODY]),
        "orders": lambda: backends.orders.orders_by_id([NOBODY]),
        "payments": lambda: backends.payments.payments_of([NOBODY]),
        "users": lambda: backends.users.users_by_id([NOBODY]),
    }


class Readiness:
    """Runs the checks, all at once."""

    def __init__(self, checks: Mapping[str, Check], metrics: Metrics) -> None:
        self._checks = checks
        self._metrics = metrics

    async def missing(self) -> list[str]:
        """The names of what does not answer; empty when ready."""
        answers = await asyncio.gather(*(self._answers(name, check) for name, check in self._checks.items()))
        return [name for name, answered in zip(self._checks, answers, strict=True) if not answered]

    async def _answers(self, name: str, check: Check) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                await check()
            ready = True
        except Exception as failure:  # noqa: BLE001 (whatever it is, the dependency is not ready)
            log.info("not ready", dependency=name, failure=type(failure).__name__)
            ready = False
        self._metrics.note_ready(name, ready=ready)
        return ready
