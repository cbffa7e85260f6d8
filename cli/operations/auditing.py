"""Leaves an audit record of what a command does at a service itself, as the gateway does of mutations."""

import socket
from collections.abc import Awaitable, Callable
from typing import TypeVar

from services.infra.calls.sender import Line
from services.infra.http import Caller
from services.shared.actors import Actor
from services.shared.errors import Refused, Unavailable
from services.shared.ids import SortableIds
from services.users.audit.client import AuditClient
from services.users.audit.models import AuditArgument, AuditOutcome, Conclusion, Intent
from services.users.audit.ports import Audit

Answer = TypeVar("Answer")


async def audited(line: Line, users: str, intent: Intent, actor: Actor, act: Callable[[], Awaitable[Answer]]) -> Answer:
    """What `act` answers; nothing is done unless the audit trail, at the address of users, has it first.

    Raises:
        Refused, Unavailable: by the trail, or by `act`.
    """
    audit = AuditClient(Caller(line, users, "audit", Audit))
    await audit.begin(intent, actor)
    try:
        answer = await act()
    except Refused as refusal:
        codes = tuple(problem.code for problem in refusal.problems)
        await audit.conclude(Conclusion(record_id=intent.record_id, outcome=AuditOutcome.REFUSED, codes=codes))
        raise
    except Unavailable:
        await audit.conclude(
            Conclusion(record_id=intent.record_id, outcome=AuditOutcome.FAILED, codes=("UNAVAILABLE",))
        )
        raise
    await audit.conclude(Conclusion(record_id=intent.record_id, outcome=AuditOutcome.DONE))
    return answer


def intent_of(action: str, **arguments: str) -> Intent:
    """The intent of a command of this name, begun on this machine."""
    record_id = SortableIds().new()
    return Intent(
        record_id=record_id,
        action=action,
        arguments=tuple(AuditArgument(name=name, value=value) for name, value in arguments.items()),
        address=socket.gethostname(),
        request_id=record_id,
    )
