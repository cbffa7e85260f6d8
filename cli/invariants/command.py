"""The invariants over a running system: waits until nothing is in flight, then says what holds. Prints nothing."""

import asyncio
import time
from collections.abc import Sequence

from cli.invariants.checks import judge
from cli.invariants.facts import System, opened
from cli.invariants.progress import in_flight
from cli.invariants.records import Facts, Finding
from cli.ready import Addresses

PATIENCE = 60.0
"""Seconds that what is in flight gets to finish."""

SETTLED = 3.0
"""Seconds for which a breach must stand unchanged, with nothing in flight, to be believed at once."""

BETWEEN_LOOKS = 0.3


async def check_invariants(addresses: Addresses, patience: float = PATIENCE) -> list[Finding]:
    """One finding for each invariant.

    Orders may still be running: what moves gets `patience` seconds to come to rest, and what still moves then is told
    by the finding "at rest". Raises whatever the drivers raise when a server is away.
    """
    async with opened(addresses) as system:
        return judge(await _at_rest(system, patience))


async def _at_rest(system: System, patience: float) -> Facts:
    """The first facts in which all holds, or in which a breach stood long enough, or the last before the deadline."""
    deadline = time.monotonic() + patience
    facts, since = await system.facts(), time.monotonic()
    while _breaks(facts) and time.monotonic() < deadline:
        if not in_flight(facts) and time.monotonic() - since > SETTLED:
            return facts
        await asyncio.sleep(BETWEEN_LOOKS)
        latest = await system.facts()
        if latest != facts:
            facts, since = latest, time.monotonic()
    return facts


def _breaks(facts: Facts) -> Sequence[Finding]:
    return [finding for finding in judge(facts) if not finding.holds]
