"""Hands mails to the mail server over a limited number of connections, a lane each. Raises nothing; judges no person.

An attempt is one attempt: whoever calls decides whether there is another. The exception is a connection that
turns out to be dead at the first command after a rest: nothing was lost then, and a new one is tried.
"""

import asyncio
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import Final

import structlog

from services.infra.calls.circuits import Circuit
from services.infra.sections.mail import SmtpSettings
from services.infra.smtp.connection import Connection, Route, tls_of
from services.infra.smtp.envelope import Envelope
from services.infra.smtp.idle import IdleConnections
from services.infra.smtp.lanes import Lane, Slots
from services.infra.smtp.metrics import SmtpMetrics
from services.infra.smtp.outcomes import NotTaken, Outcome, accepted, waiting
from services.infra.smtp.paces import DomainPaces
from services.infra.smtp.replies import Stage
from services.infra.smtp.verdicts import Verdict

log = structlog.get_logger()

LONGEST_TURN: Final = 5.0
"""Seconds that a mail waits here for its turn in its domain's row; one that would wait longer is put off."""

SLOWLY: Final = "mail for this domain goes slowly now"

OF_THE_SERVER: Final = frozenset({Verdict.BARRED, Verdict.UNKNOWN})
"""What is worth a line in the log each time: it needs a person."""


class SmtpPool:
    """The way to one mail server. Opens nothing before the first mail; call `close` in the end.

    Raises OSError when it is made where the authorities of `ca_file` cannot be read.
    """

    def __init__(
        self, settings: SmtpSettings, metrics: SmtpMetrics | None = None, now: Callable[[], float] = monotonic
    ) -> None:
        self._settings = settings
        self._route = Route(settings=settings, hello=settings.hello or socket.gethostname(), tls=tls_of(settings))
        self._metrics = metrics or SmtpMetrics()
        self._now = now
        self._slots = Slots(
            {Lane.CRITICAL: settings.critical_connections, Lane.STANDARD: settings.standard_connections}
        )
        self._idle = {lane: IdleConnections(settings.idle_seconds) for lane in Lane}
        self._circuits = {lane: Circuit(now) for lane in Lane}
        # The rate is for crowds; a critical mail waits only where the server itself wants it to.
        self._paces = {Lane.CRITICAL: DomainPaces(now=now), Lane.STANDARD: DomainPaces(settings.domain_rate, now)}
        self._closed = False

    async def send(self, envelope: Envelope, lane: Lane) -> Outcome:
        """Hands over one mail, and says what came of it. Raises CancelledError alone.

        Ends within the settings' `longest_delivery`.
        """
        put_off = self._put_off(envelope.domain, lane)
        if put_off is not None:
            return put_off
        started = self._now()
        try:
            outcome = await self._in_turn(envelope, lane)
        except BaseException:
            self._circuits[lane].left_open()
            self._paces[lane].left_open(envelope.domain)
            raise
        self._metrics.note_mail(lane, outcome.verdict, self._now() - started)
        return self._learn(outcome, envelope.domain, lane)

    def close(self) -> None:
        """Lets go of the connections that rest; the others end with the mail that is on them."""
        self._closed = True
        for idle in self._idle.values():
            idle.close()

    def _put_off(self, domain: str, lane: Lane) -> Outcome | None:
        """Why it is not even tried now; None when it is its turn."""
        pace, circuit = self._paces[lane], self._circuits[lane]
        if not circuit.admits():
            return waiting(Verdict.AWAY, "the mail server was not there a moment ago")
        seconds = pace.seconds_to_wait(domain)
        if seconds:
            circuit.left_open()
            return waiting(Verdict.SLOWER, SLOWLY, seconds)
        return None

    def _learn(self, outcome: Outcome, domain: str, lane: Lane) -> Outcome:
        """What it means for the mails behind it."""
        pace, circuit = self._paces[lane], self._circuits[lane]
        if outcome.stage is None:
            circuit.left_open()
            pace.left_open(domain)
            return outcome
        if outcome.verdict is Verdict.AWAY:
            circuit.failed()
            pace.left_open(domain)
        else:
            circuit.answered()
        if outcome.verdict is Verdict.SLOWER:
            hint = outcome.after.total_seconds() if outcome.after else None
            seconds = pace.asked_to_wait(domain, hint)
            outcome = replace(outcome, after=timedelta(seconds=max(seconds, hint or 0)))
        elif outcome.verdict is not Verdict.AWAY:
            pace.went_well(domain)
        self._metrics.note_slowed(lane, pace.slowed)
        if outcome.verdict in OF_THE_SERVER:
            log.error("the mail server needs a look", lane=lane, outcome=outcome.detail, said=outcome.text)
        return outcome

    async def _in_turn(self, envelope: Envelope, lane: Lane) -> Outcome:
        """The attempt, no sooner than the domain's rate allows."""
        seconds = self._paces[lane].seconds_until_turn(envelope.domain, LONGEST_TURN)
        if seconds is None:
            return waiting(Verdict.AGAIN, SLOWLY, LONGEST_TURN)
        if seconds:
            await asyncio.sleep(seconds)
        return await self._attempt(envelope, lane)

    async def _attempt(self, envelope: Envelope, lane: Lane) -> Outcome:
        owner: Lane | None = None
        connection: Connection | None = None
        try:
            async with asyncio.timeout(self._settings.handover_seconds):
                owner = await self._slot(lane)
                connection = await self._with_mail(envelope, owner)
            return accepted(await connection.finish())
        except TimeoutError:
            return waiting(Verdict.AWAY, "the mail server was too slow, or all connections to it were busy")
        except NotTaken as ended:
            return ended.outcome
        except BaseException:
            if connection is not None:
                connection.abort()
            raise
        finally:
            if owner is not None:
                self._give_back(owner, connection)

    async def _slot(self, lane: Lane) -> Lane:
        started = self._now()
        owner = await self._slots.take(lane)
        self._metrics.note_wait(lane, self._now() - started, borrowed=owner is not lane)
        return owner

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

    def _give_back(self, owner: Lane, connection: Connection | None) -> None:
        if connection is not None:
            self._keep(connection, owner)
        self._slots.give_back(owner)

    def _keep(self, connection: Connection, owner: Lane) -> None:
        """For the next mail, unless it has done enough."""
        if not connection.is_open:
            return
        if self._closed or connection.mails >= self._settings.messages_a_connection:
            connection.close()
        else:
            self._idle[owner].put(connection)
