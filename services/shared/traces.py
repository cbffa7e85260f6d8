"""W3C trace context: which trace a request belongs to, begun here where its sender has none. Records no span.

A trace's id is made of the request's own, so that either finds the other.
"""

import hashlib
import re
from typing import Final

TRACEPARENT: Final = "traceparent"
VERSION: Final = "00"
NOT_SAMPLED: Final = "00"

FORM: Final = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})", re.ASCII)
LATER_FORM: Final = re.compile(rf"(?!00){FORM.pattern}(-.*)?", re.ASCII)
"""A later version may add to the end."""

LONGEST: Final = 128
DIGITS: Final = 32
SPAN_DIGITS: Final = 16


def trace_of(traceparent: str) -> dict[str, str]:
    """What the log tells of a trace; nothing for what is none."""
    found = _read(traceparent)
    return {} if found is None else {TRACEPARENT: traceparent, "trace_id": found[0]}


def trace_from(request_id: str, traceparent: str | None) -> dict[str, str]:
    """The same for a request: it goes on with its sender's trace, or begins one, as a span of its own."""
    digest = hashlib.sha256(request_id.encode()).hexdigest()
    trace_id, flags = _read(traceparent or "") or (digest[:DIGITS], NOT_SAMPLED)
    span = digest[DIGITS : DIGITS + SPAN_DIGITS]
    return trace_of(f"{VERSION}-{trace_id}-{span}-{flags}")


def _read(traceparent: str) -> tuple[str, str] | None:
    """Trace id and flags."""
    if len(traceparent) > LONGEST:
        return None
    found = FORM.fullmatch(traceparent) or LATER_FORM.fullmatch(traceparent)
    return (found[1], found[2]) if found else None
