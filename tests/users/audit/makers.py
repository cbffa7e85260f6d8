"""Intents and records as input for tests."""

from services.users.audit.models import AuditArgument, AuditOutcome, AuditRecord, Intent
from tests.users.makers import MOMENT

ARGUMENTS = (AuditArgument(name="sku", value="ink"), AuditArgument(name="delta", value="-3"))


def an_intent(record_id: str = "r1", action: str = "adjustStock") -> Intent:
    return Intent(
        record_id=record_id, action=action, arguments=ARGUMENTS, address="203.0.113.9", request_id="request-1"
    )


def a_record(record_id: str = "r1", actor_id: str = "ops", action: str = "adjustStock") -> AuditRecord:
    return AuditRecord(
        id=record_id,
        actor_id=actor_id,
        action=action,
        arguments=ARGUMENTS,
        address="203.0.113.9",
        request_id="request-1",
        outcome=AuditOutcome.STARTED,
        codes=(),
        started_at=MOMENT,
        finished_at=None,
    )
