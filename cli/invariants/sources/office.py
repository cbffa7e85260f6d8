"""Reads all that there is of messages: notifications' database at one moment, their workflows, the mailbox."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from temporalio.client import Client

from cli.invariants.event_records import EventFact
from cli.invariants.messaging.records import CampaignFact, MessageFact, Messaging
from cli.invariants.sources.documents import EVENT, event_fact
from cli.invariants.sources.mailbox import MailFolder
from cli.invariants.sources.messages import CAMPAIGN, MESSAGE, campaign_fact, message_fact
from services.infra.mongo import Database
from services.infra.transaction import Transaction

TELLING: Final = "WorkflowType = 'FanOutNotification' AND ExecutionStatus = 'Running'"

Rows = tuple[Sequence[MessageFact], Sequence[CampaignFact], Sequence[EventFact]]


class MessageOffice:
    """Messages in a running system.

    Args:
        mailbox: None where the mail server is not ours.
        since: what ended before it may be forgotten.
    """

    def __init__(self, database: Database, temporal: Client, mailbox: MailFolder | None, since: datetime) -> None:
        self._database = database
        self._temporal = temporal
        self._mailbox = mailbox
        self._since = since

    async def look(self) -> tuple[Messaging, Sequence[EventFact]]:
        """All of it, and the events that tell of it.

        Mails are looked at last: what is SENT by then has come, and what has come since was on its way.
        """
        messages, campaigns, events = await self._database.read_at_one_moment(_rows)
        alive = frozenset([run.id async for run in self._temporal.list_workflows(TELLING)])
        mails = await asyncio.to_thread(self._mailbox.mails) if self._mailbox else None
        found = Messaging(messages=messages, campaigns=campaigns, alive=alive, mails=mails, since=self._since)
        return found, events


def _rows(moment: Transaction) -> Rows:
    return (
        tuple(message_fact(document) for document in moment.found("messages", {}, kept=MESSAGE)),
        tuple(campaign_fact(document) for document in moment.found("campaigns", {}, kept=CAMPAIGN)),
        tuple(event_fact(document) for document in moment.found("outbox", {}, kept=EVENT)),
    )
