"""Events as Kafka records and back: CloudEvents 1.0 in binary mode, as the contract says. Acts on none."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from aiokafka import ConsumerRecord
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from services.shared.errors import Invalid
from services.shared.events import Event, Origin
from services.shared.schemas.data import WHOLE_LIMIT

SPECVERSION: Final = "1.0"
CONTENT: Final = "application/json"
LONGEST_ID: Final = 200
"""Characters of an event's id and of an aggregate's: they are keys of indexes."""

TYPE: Final = re.compile(r"[a-z]+\.[a-z-]+\.v[1-9][0-9]*", re.ASCII)


class Envelope(BaseModel):
    """The headers that a record must have, and those that it may have."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    content_type: str = Field(alias="content-type", pattern=f"^{CONTENT}(;.*)?$", description="of the value")
    specversion: str = Field(
        alias="ce_specversion", pattern=f"^{re.escape(SPECVERSION)}$", description="of CloudEvents"
    )
    id: str = Field(
        alias="ce_id", min_length=1, max_length=LONGEST_ID, description="unique for ever, the same on every redelivery"
    )
    source: str = Field(alias="ce_source", min_length=1, description="the service that tells it")
    type: str = Field(alias="ce_type", pattern=f"^{TYPE.pattern}$", description="what has happened, and the version")
    subject: str = Field(
        alias="ce_subject", min_length=1, max_length=LONGEST_ID, description="the aggregate's id; the record's key too"
    )
    sequence: int = Field(
        alias="ce_sequence", ge=1, lt=WHOLE_LIMIT, description="the aggregate's version after it; decimal, from 1"
    )
    time: AwareDatetime = Field(alias="ce_time", description="when it happened, RFC 3339 in UTC")
    traceparent: str | None = Field(
        default=None, alias="ce_traceparent", description="W3C trace context, where there is a trace"
    )
    correlation_id: str = Field(
        default="", alias="ce_correlationid", description="the order, campaign or request that it belongs to"
    )
    causation_id: str = Field(
        default="", alias="ce_causationid", description="the event, request or workflow that caused it"
    )


OURS: Final = frozenset(str(field.alias) for field in Envelope.model_fields.values())
"""Others are anybody's: a tracer's are often no text."""

DATA: Final[TypeAdapter[dict[str, Any]]] = TypeAdapter(dict[str, Any])


def event_of(record: "ConsumerRecord[bytes, bytes]") -> Event:
    """The event that the record carries. Raises Invalid for what is no event of ours; its text quotes nothing of it."""
    try:
        envelope = Envelope.model_validate({name: value.decode() for name, value in record.headers if name in OURS})
        data = DATA.validate_json(record.value or b"")
    except ValidationError as failure:
        raise Invalid(_places(failure)) from None
    except (UnicodeDecodeError, AttributeError):
        raise Invalid("headers are no text") from None
    time: datetime = envelope.time
    return Event(
        id=envelope.id,
        type=envelope.type,
        subject=envelope.subject,
        sequence=envelope.sequence,
        time=time,
        data=data,
        origin=Origin(
            correlation_id=envelope.correlation_id,
            causation_id=envelope.causation_id,
            traceparent=envelope.traceparent,
        ),
    )


def _places(failure: ValidationError) -> str:
    errors = failure.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, error['loc'])) or 'value'}: {error['type']}" for error in errors)


def source_of(service: str) -> str:
    """How the service is named in `ce_source`."""
    return f"/caravan/{service}"


def record_headers(event: Event, source: str) -> list[tuple[str, bytes]]:
    """The headers of an event's record. An attribute without a value is left out, as CloudEvents demands."""
    attributes: Mapping[str, str | None] = {
        "content-type": CONTENT,
        "ce_specversion": SPECVERSION,
        "ce_id": event.id,
        "ce_source": source_of(source),
        "ce_type": event.type,
        "ce_time": event.time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "ce_subject": event.subject,
        "ce_traceparent": event.origin.traceparent,
        "ce_correlationid": event.origin.correlation_id,
        "ce_causationid": event.origin.causation_id,
        "ce_sequence": str(event.sequence),
    }
    return [(name, value.encode()) for name, value in attributes.items() if value]
