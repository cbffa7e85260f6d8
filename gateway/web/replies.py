"""GraphQL's answers as HTTP has them. Executes nothing, and knows no field."""

from collections.abc import Mapping
from typing import Any

from pydantic_core import to_json
from starlette.responses import Response

from gateway.context import RequestContext
from gateway.errors import format_error
from gateway.web.transport.negotiation import status_of


def with_gaps(result: dict[str, Any], context: RequestContext | None) -> dict[str, Any]:
    """The result, and what its resolvers could not ask for: in each place something stands instead."""
    if context is None or not context.gaps:
        return result
    gaps = [format_error(gap) for gap in context.gaps.values()]
    for gap in gaps:
        gap["extensions"]["standIn"] = True
    return result | {"errors": [*result.get("errors", ()), *gaps]}


def made_for_one(result: Mapping[str, Any], media_type: str, cache_status: str | None) -> Response:
    """The response to an answer that was made for this request alone."""
    waits = [
        error["extensions"]["retryAfter"] for error in result.get("errors", ()) if "retryAfter" in error["extensions"]
    ]
    headers = {"retry-after": str(max(waits))} if waits else {}
    if cache_status:
        headers["cache-status"] = cache_status
    return Response(to_json(result), status_code=status_of(result, media_type), headers=headers, media_type=media_type)
