"""The face of notifications to workflows: makes the messages of an event, sends them, has them tried again."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from services.notifications.models import (
    BatchResult,
    Lane,
    QueuedMessage,
    QueuedMessages,
    QueueMessages,
    Recipient,
    SendBatch,
    SendResult,
    Status,
)
from services.notifications.ports import MessageStore
from services.notifications.sending.handing import Means
from services.notifications.sending.making import kind_of, message_for, user_of
from services.notifications.sending.sender import Sender
from services.notifications.sending.states import requeued


class SendingService:
    """Offers `Sending`."""

    def __init__(self, store: MessageStore, sender: Sender, means: Means) -> None:
        self._store = store
        self._recipients = means.recipients
        self._renderer = means.renderer
        self._sender = sender
        self._clock = means.clock
        self._fresh = means.fresh

    async def queue_messages(self, command: QueueMessages) -> QueuedMessages:
        """See `Sending.queue_messages`."""
        kind = kind_of(command)
        if kind is None:
            return QueuedMessages()
        user_id = user_of(command.facts)
        recipient = await self._recipient(user_id, command)
        if recipient is None:
            return QueuedMessages(contact_of=None if command.contact else user_id)
        message = message_for(command, kind, recipient, self._clock.now())
        message = replace(message, subject=self._renderer.subject(message, recipient.name))
        if await self._store.insert((message,)):
            self._fresh.keep(message, recipient)
        return QueuedMessages(messages=(QueuedMessage(message_id=message.id, lane=message.lane),))

    async def send_message(self, message_id: str, lane: Lane) -> SendResult:
        """See `Sending.send_message`."""
        return await self._sender.send_message(message_id, lane)

    async def send_batch(
        self, command: SendBatch, progress: Callable[[BatchResult], None], is_ending: Callable[[], bool] = bool
    ) -> BatchResult:
        """See `Sending.send_batch`."""
        return await self._sender.send_batch(command, progress, is_ending)

    async def requeue(self, message_ids: Sequence[str]) -> QueuedMessages:
        """See `Sending.requeue`."""
        now = self._clock.now()
        for message in await self._store.by_ids(message_ids):
            if message.status is Status.FAILED:
                await self._store.requeue(requeued(message, now))
        known = await self._store.by_ids(message_ids)
        waits = {Status.QUEUED, Status.SENDING}
        return QueuedMessages(
            messages=tuple(
                QueuedMessage(message_id=message.id, lane=message.lane) for message in known if message.status in waits
            )
        )

    async def _recipient(self, user_id: str, command: QueueMessages) -> Recipient | None:
        """The person, if they can be reached, as far as is known."""
        if command.contact is not None:
            return await self._recipients.learn(command.contact)
        return (await self._recipients.by_ids([user_id])).get(user_id)
