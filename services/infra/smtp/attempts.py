"""Attempts to hand over a mail, and the connections that they leave for the next. Decides not whether one is made.

An attempt is one attempt, except on a connection that turns out to be dead at its first command after a rest: nothing
was lost then, and a new one is tried.
"""

import asyncio

from services.infra.sections.mail import SmtpSettings
from services.infra.smtp.connection import Connection, route_to
from services.infra.smtp.envelope import Envelope
from services.infra.smtp.idle import IdleConnections
from services.infra.smtp.lanes import Lane
from services.infra.smtp.metrics import SmtpMetrics
from services.infra.smtp.outcomes import NotTaken, Outcome, accepted, lost
from services.infra.smtp.replies import Stage


class Attempts:
    """Of one pool, which says whose connection may be used. Raises OSError for authorities that cannot be read."""

    def __init__(self, settings: SmtpSettings, metrics: SmtpMetrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._route = route_to(settings)
        self._idle = {lane: IdleConnections(settings.idle_seconds) for lane in Lane}
        self._closed = False

    def close(self) -> None:
        """Lets go of the connections that rest; the others end with the mail that is on them."""
        self._closed = True
        for idle in self._idle.values():
            idle.close()

    async def make(self, envelope: Envelope, owner: Lane, until: float) -> Outcome:
        """One attempt on a connection of `owner`; the final dot is sent before `until` (the loop's time), or never.

        Raises CancelledError alone.
        """
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
