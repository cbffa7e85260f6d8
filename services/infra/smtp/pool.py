"""Hands mails to the mail server over a limited number of connections, a lane each. Raises nothing; judges no person.

An attempt is one attempt: whoever calls decides whether there is another. The exception is a connection that
turns out to be dead at the first command after a rest: nothing was lost then, and a new one is tried.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Final

import structlog

from services.infra.calls.circuits import Circuit
from services.infra.sections.mail import SmtpSettings
from services.infra.smtp.connection import Connection, route_to
from services.infra.smtp.envelope import Envelope
from services.infra.smtp.idle import IdleConnections
from services.infra.smtp.lanes import Lane, Slots
from services.infra.smtp.metrics import SmtpMetrics
from services.infra.smtp.outcomes import NotTaken, Outcome, accepted, lost, waiting
from services.infra.smtp.paces import DomainPaces
from services.infra.smtp.replies import Stage
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
        self, settings: SmtpSettings, metrics: SmtpMetrics | None = None, now: Callable[[], float] = monotonic
    ) -> None:
        self._settings = settings
        self._route = route_to(settings)
        self._metrics = metrics or SmtpMetrics()
        self._now = now
        self._slots = Slots(
            {Lane.CRITICAL: settings.critical_connections, Lane.STANDARD: settings.standard_connections}
        )
        self._idle = {lane: IdleConnections(settings.idle_seconds) for lane in Lane}
        self._circuits = {lane: Circuit(now) for lane in Lane}
        # The rate is for crowds; a critical mail waits only where the server itself wants it to.
        self._paces = {Lane.CRITICAL: DomainPaces(now=now), Lane.STANDARD: DomainPaces(settings.domain_rate, now)}
        self._trusted: set[Lane] = set()
        self._closed = False

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
        self._closed = True
        for idle in self._idle.values():
            idle.close()

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
        try:
            return await self._tried(envelope, lane, owner, until)
        finally:
            self._slots.give_back(owner)

    async def _tried(self, envelope: Envelope, lane: Lane, owner: Lane, until: float) -> Outcome:
        """The attempt, if the server is worth one."""
        circuit = self._circuits[lane]
        if not circuit.admits():
            return waiting(Verdict.AWAY, "the mail server was not there a moment ago")
        try:
            outcome = await self._attempt(envelope, owner, until)
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

    async def _attempt(self, envelope: Envelope, owner: Lane, until: float) -> Outcome:
        connection: Connection | None = None
        try:
            async with asyncio.timeout_at(until):
                connection = await self._with_mail(envelope, owner)
            return accepted(await connection.finish())
        except TimeoutError:
            return lost(Stage.DATA, "was too slow").outcome
        except NotTaken as ended:
            return ended.outcome
        except BaseException:
            if connection is not None:
                connection.abort()
            raise
        finally:
            if connection is not None:
                self._keep(connection, owner)

    async def _with_mail(self, envelope: Envelope, owner: Lane) -> Connection:
        """A connection that has the whole mail but for the final dot."""
        rested = self._idle[owner].take()
        if rested is not None:
            try:
                return await self._handed_over(envelope, rested, owner)
            except NotTaken as ended:
                if rested.is_open or ended.outcome.stage is not Stage.SENDER:
                    raise
        self._metrics.note_opened(owner)
        return await self._handed_over(envelope, await Connection.open(self._route), owner)

    async def _handed_over(self, envelope: Envelope, connection: Connection, owner: Lane) -> Connection:
        try:
            await connection.hand_over(envelope)
        except NotTaken:
            self._keep(connection, owner)
            raise
        except BaseException:
            connection.abort()
            raise
        return connection

    def _keep(self, connection: Connection, owner: Lane) -> None:
        """For the next mail, unless it has done enough."""
        if not connection.is_open:
            return
        if self._closed or connection.mails >= self._settings.messages_a_connection:
            connection.close()
        else:
            self._idle[owner].put(connection)
