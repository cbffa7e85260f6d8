"""Events as Kafka records and back: CloudEvents 1.0 in binary mode, as the contract says. Acts on none."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from aiokafka import ConsumerRecord
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from services.shared.errors import Invalid
from services.shared.events import Event, Origin

SPECVERSION: Final = "1.0"
TYPE: Final = re.compile(r"[a-z]+\.[a-z-]+\.v[1-9][0-9]*", re.ASCII)


class Envelope(BaseModel):
    """The headers that a record must have, and those that it may have."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: str = Field(alias="ce_specversion", pattern=f"^{re.escape(SPECVERSION)}$")
    id: str = Field(alias="ce_id", min_length=1)
    type: str = Field(alias="ce_type", pattern=f"^{TYPE.pattern}$")
    subject: str = Field(alias="ce_subject", min_length=1)
    sequence: int = Field(alias="ce_sequence", ge=1)
    time: AwareDatetime = Field(alias="ce_time")
    traceparent: str | None = Field(default=None, alias="ce_traceparent")
    correlation_id: str = Field(default="", alias="ce_correlationid")
    causation_id: str = Field(default="", alias="ce_causationid")


DATA: Final[TypeAdapter[dict[str, Any]]] = TypeAdapter(dict[str, Any])


def event_of(record: "ConsumerRecord[bytes, bytes]") -> Event:
    """The event that the record carries. Raises Invalid for what is no event of ours; its text quotes nothing of it."""
    try:
        envelope = Envelope.model_validate({name: value.decode() for name, value in record.headers})
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


def record_headers(event: Event, source: str) -> list[tuple[str, bytes]]:
    """The headers of an event's record. An attribute without a value is left out, as CloudEvents demands."""
    attributes: Mapping[str, str | None] = {
        "content-type": "application/json",
        "ce_specversion": "1.0",
        "ce_id": event.id,
        "ce_source": f"/caravan/{source}",
        "ce_type": event.type,
        "ce_time": event.time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "ce_subject": event.subject,
        "ce_traceparent": event.origin.traceparent,
        "ce_correlationid": event.origin.correlation_id,
        "ce_causationid": event.origin.causation_id,
        "ce_sequence": str(event.sequence),
    }
    return [(name, value.encode()) for name, value in attributes.items() if value]
