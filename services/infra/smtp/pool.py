"""Hands mails to the mail server over a limited number of connections, a lane each. Raises nothing; judges no person.

An attempt is one attempt: whoever calls decides whether there is another. Here is decided whether one is made now:
whether a connection is free, the server worth it, and the domain ready.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Final

import structlog

from services.infra.calls.circuits import Circuit
from services.infra.metrics.pools import PoolMetrics
from services.infra.sections.mail import SmtpSettings
from services.infra.smtp.attempts import Attempts
from services.infra.smtp.envelope import Envelope
from services.infra.smtp.lanes import Lane, Slots
from services.infra.smtp.metrics import SmtpMetrics
from services.infra.smtp.outcomes import Outcome, waiting
from services.infra.smtp.paces import DomainPaces
from services.infra.smtp.verdicts import OF_A_MAIL, Verdict

log = structlog.get_logger()

LONGEST_TURN: Final = 5.0
"""Seconds that a mail waits here for its turn in its domain's row; one that would wait longer is put off."""

SLOWLY: Final = "mail for this domain goes slowly now"

FAILURES: Final = frozenset({Verdict.AWAY, Verdict.UNKNOWN})
"""After too many of these in a row the server is left alone for a moment: each further UNKNOWN may be a lost mail."""

FOR_A_PERSON: Final = frozenset({Verdict.BARRED, Verdict.UNKNOWN})


class SmtpPool:
    """The way to one mail server. Opens nothing before the first mail; call `close` in the end.

    Raises OSError when it is made where the authorities of `ca_file` cannot be read.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        metrics: SmtpMetrics | None = None,
        now: Callable[[], float] = monotonic,
        pools: PoolMetrics | None = None,
    ) -> None:
        self._settings = settings
        self._metrics = metrics or SmtpMetrics()
        self._now = now
        sizes = {Lane.CRITICAL: settings.critical_connections, Lane.STANDARD: settings.standard_connections}
        self._slots, pools = Slots(sizes), pools or PoolMetrics()
        self._counted = {lane: pools.pool(f"smtp-{lane.lower()}", size) for lane, size in sizes.items()}
        self._attempts = Attempts(settings, self._metrics)
        self._circuits = {lane: Circuit(now) for lane in Lane}
        # The rate is for crowds; a critical mail waits only where the server itself wants it to.
        self._paces = {Lane.CRITICAL: DomainPaces(now=now), Lane.STANDARD: DomainPaces(settings.domain_rate, now)}
        self._trusted: set[Lane] = set()

    async def send(self, envelope: Envelope, lane: Lane) -> Outcome:
        """Hands over one mail, and says what came of it. Raises CancelledError alone.

        Ends within the settings' `longest_delivery`.
        """
        pace = self._paces[lane]
        seconds = pace.seconds_to_wait(envelope.domain)
        if seconds:
            return waiting(Verdict.SLOWER, SLOWLY, seconds)
        started = self._now()
        try:
            outcome = await self._in_turn(envelope, lane)
        except BaseException:
            pace.left_open(envelope.domain)
            raise
        outcome = self._doubted(outcome, lane)
        self._metrics.note_mail(lane, outcome.verdict, self._now() - started)
        if outcome.verdict in FOR_A_PERSON:
            log.error("the mail server needs a look", lane=lane, outcome=outcome.detail, said=outcome.text)
        return self._paced(outcome, envelope.domain, lane)

    def close(self) -> None:
        """Lets go of the connections that rest; the others end with the mail that is on them."""
        self._attempts.close()

    def _doubted(self, outcome: Outcome, lane: Lane) -> Outcome:
        """One mail that is refused by policy right after others were taken waits alone; a second one stops the lane.

        Without this a single mail that looks like spam, or a recipient who takes nothing from outside, stops all.
        """
        if outcome.verdict is Verdict.ACCEPTED:
            self._trusted.add(lane)
        if outcome.verdict is Verdict.BARRED and outcome.stage in OF_A_MAIL and lane in self._trusted:
            self._trusted.discard(lane)
            return replace(outcome, verdict=Verdict.AGAIN)
        return outcome

    def _paced(self, outcome: Outcome, domain: str, lane: Lane) -> Outcome:
        """What it means for the next mails to the domain."""
        pace = self._paces[lane]
        if outcome.verdict is Verdict.SLOWER:
            hint = outcome.after.total_seconds() if outcome.after else 0
            seconds = pace.asked_to_wait(domain, hint)
            outcome = replace(outcome, after=timedelta(seconds=max(seconds, hint)))
        elif outcome.verdict is Verdict.AWAY or outcome.stage is None:
            pace.left_open(domain)
        else:
            pace.went_well(domain)
        self._metrics.note_slowed(lane, pace.slowed)
        return outcome

    async def _in_turn(self, envelope: Envelope, lane: Lane) -> Outcome:
        """The attempt, no sooner than the domain's rate allows."""
        until = asyncio.get_running_loop().time() + self._settings.handover_seconds
        seconds = self._paces[lane].seconds_until_turn(envelope.domain, LONGEST_TURN)
        if seconds is None:
            return waiting(Verdict.AGAIN, SLOWLY, LONGEST_TURN)
        if seconds:
            await asyncio.sleep(seconds)
        started = self._now()
        try:
            async with asyncio.timeout_at(until):
                owner = await self._slots.take(lane)
        except TimeoutError:
            return waiting(Verdict.AWAY, "all connections to the mail server were busy")
        self._metrics.note_wait(lane, self._now() - started, borrowed=owner is not lane)
        self._counted[owner].taken(self._now() - started)
        try:
            return await self._tried(envelope, lane, owner, until)
        finally:
            self._slots.give_back(owner)
            self._counted[owner].given_back()

    async def _tried(self, envelope: Envelope, lane: Lane, owner: Lane, until: float) -> Outcome:
        """The attempt, if the server is worth one."""
        circuit = self._circuits[lane]
        if not circuit.admits():
            return waiting(Verdict.AWAY, "the mail server was not there a moment ago")
        try:
            outcome = await self._attempts.make(envelope, owner, until)
        except BaseException:
            circuit.left_open()
            raise
        if outcome.verdict in FAILURES:
            circuit.failed()
        elif outcome.stage is None:
            circuit.left_open()
        else:
            circuit.answered()
        return outcome
