"""A request goes on with its sender's trace, or begins one; what is no trace is left out."""

import pytest

from services.shared.traces import trace_from, trace_of

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"


def test_a_trace_is_gone_on_with_as_a_span_of_its_own() -> None:
    found = trace_from("request-1", TRACEPARENT)
    version, trace, span, flags = found["traceparent"].split("-")
    assert (version, trace, flags) == ("00", TRACE, "01")
    assert found["trace_id"] == TRACE
    assert span != SPAN
    assert len(span) == len(SPAN)


def test_without_one_it_is_begun_and_is_the_requests_own() -> None:
    first, again, other = (trace_from(request, None) for request in ("request-1", "request-1", "request-2"))
    assert first == again
    assert first["trace_id"] != other["trace_id"]
    assert trace_of(first["traceparent"]) == first


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        TRACEPARENT.upper(),
        f"{TRACEPARENT} ",
        f"{TRACEPARENT}\n",
        f"{TRACEPARENT}-more",
        f"ff-{TRACE}-{SPAN}-01",
        f"00-{'0' * 32}-{SPAN}-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE[:-1]}-{SPAN}-01",
        f"00-{TRACE}-{SPAN}-1",
        f"01-{TRACE}-{SPAN}-01-{'x' * 128}",
        f"00-{TRACE[:-1]}١-{SPAN}-01",  # noqa: RUF001 (a digit of another script)
    ],
)
def test_what_is_no_trace_is_left_out(text: str) -> None:
    assert trace_of(text) == {}
    assert trace_from("request-1", text) == trace_from("request-1", None)


@pytest.mark.parametrize("text", [f"01-{TRACE}-{SPAN}-03", f"cc-{TRACE}-{SPAN}-01-what-the-future-brings"])
def test_a_later_version_is_understood_as_far_as_it_is_known(text: str) -> None:
    assert trace_from("request-1", text)["trace_id"] == TRACE
