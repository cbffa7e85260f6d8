"""A claim is not renewed while its messages are settled: the embedded database would stand still for ever."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from services.notifications.memory import MemoryMessageStore
from services.notifications.models import Claim, Lane, Message, Status
from services.notifications.ports import MakeEvent
from tests.notifications.makers import a_message
from tests.notifications.messages.office import Office

OFTEN = timedelta(milliseconds=15)
LONG = 0.1


class SlowStore(MemoryMessageStore):
    """Takes many times as long to settle as lies between two renewals, and knows whether one came in between."""

    def __init__(self) -> None:
        super().__init__()
        self.settling = False
        self.disturbed = asyncio.Event()

    async def renew(self, message_ids: Sequence[str], claim: Claim) -> None:
        if self.settling:
            self.disturbed.set()
        await super().renew(message_ids, claim)

    async def settle(self, settlements: Sequence[tuple[Claim, Message]], make_event: MakeEvent) -> tuple[str, ...]:
        self.settling = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self.disturbed.wait(), LONG)
        self.settling = False
        return await super().settle(settlements, make_event)


async def test_a_claim_is_not_renewed_while_its_messages_are_settled() -> None:
    store = SlowStore()
    office, message = Office(store), a_message()
    await office.have(message)
    result = await office.process(lease=OFTEN).send_message(message.id, Lane.CRITICAL)
    assert result.status is Status.SENT
    assert not store.disturbed.is_set()
