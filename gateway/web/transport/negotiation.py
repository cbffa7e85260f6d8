"""What a request must carry so that no other site's page can have sent it, and which media type it is answered in."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request

from gateway.web.transport.bodies import JSON_TYPE, Rejected, media_type_of, strict_json

GRAPHQL_TYPE = "application/graphql-response+json"
PREFLIGHT_HEADERS = ("GraphQL-Require-Preflight", "Apollo-Require-Preflight")
"""A page of another site cannot send these, nor a JSON content type, unless it was allowed to beforehand (CORS)."""
STATUSES: Mapping[str, HTTPStatus] = {
    "UNAUTHENTICATED": HTTPStatus.UNAUTHORIZED,
    "FORBIDDEN": HTTPStatus.FORBIDDEN,
    "RATE_LIMITED": HTTPStatus.TOO_MANY_REQUESTS,
    "UNAVAILABLE": HTTPStatus.SERVICE_UNAVAILABLE,
    "INTERNAL": HTTPStatus.INTERNAL_SERVER_ERROR,
}


def answer_type(accept: str) -> str:
    """The media type that the client likes best; plain JSON where it does not say, or names none of ours."""
    liked = {JSON_TYPE: 0.0, GRAPHQL_TYPE: 0.0}
    for wish in accept.split(","):
        name, _, parameters = wish.partition(";")
        if (kind := name.strip().lower()) in liked:
            liked[kind] = _quality(parameters)
    return GRAPHQL_TYPE if liked[GRAPHQL_TYPE] > 0 and liked[GRAPHQL_TYPE] >= liked[JSON_TYPE] else JSON_TYPE


def _quality(parameters: str) -> float:
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def status_of(answer: Mapping[str, Any], media_type: str) -> HTTPStatus:
    """200 for all that was executed, and for every GraphQL answer in plain JSON; else what the first error says."""
    if media_type == JSON_TYPE or "data" in answer:
        return HTTPStatus.OK
    return STATUSES.get(answer["errors"][0]["extensions"]["code"], HTTPStatus.BAD_REQUEST)


def operation_in_url(request: Request, deepest: int) -> dict[str, Any]:
    """A GET's operation, as its body would be. Raises Rejected."""
    if not any(request.headers.get(name) for name in PREFLIGHT_HEADERS) and media_type_of(request) != JSON_TYPE:
        raise Rejected(HTTPStatus.BAD_REQUEST, f"a GET needs the header {PREFLIGHT_HEADERS[0]}: 1")
    given = request.query_params
    if any(len(given.getlist(name)) > 1 for name in given):
        raise Rejected(HTTPStatus.BAD_REQUEST, "a parameter is there twice")
    operation: dict[str, Any] = {
        name: given[name] for name in ("query", "operationName", "documentId") if given.get(name)
    }
    for name in ("variables", "extensions"):
        if text := given.get(name):
            operation[name] = strict_json(text.encode(errors="surrogatepass"), deepest)
    return operation


def is_operation(request: Request) -> bool:
    """Does a GET ask for an execution, and not for the page?"""
    return any(name in request.query_params for name in ("query", "documentId", "extensions"))
