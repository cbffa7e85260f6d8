"""What HTTP says of an answer that a cache was asked for: Cache-Status (RFC 9211), Age and Cache-Control (RFC 9111).

Only an answer for everybody to a GET may be kept by browsers and proxies, and only for as long as they are told.
"""

import hashlib
from collections.abc import Mapping
from http import HTTPMethod
from math import ceil
from typing import Any

from starlette.requests import Request

from gateway.caching.policies import Scope
from gateway.caching.ports import Answer, Source
from gateway.caching.serving import Served

NAME = "caravan"
EXECUTED = f"{NAME}; fwd=bypass"
CHANGED = f"{NAME}; fwd=method"
"""Of a query that no cache was asked for, and of a mutation."""


def status_of_cache(answer: Answer) -> str:
    """The Cache-Status."""
    match answer.source:
        case Source.HIT | Source.STALE:
            return f"{NAME}; hit; ttl={ceil(answer.fresh_for)}"
        case Source.BYPASS:
            return f"{EXECUTED}; detail=away"
        case Source.COLLAPSED:
            return f"{NAME}; fwd=uri-miss; collapsed"
        case Source.MISS:
            return f"{NAME}; fwd=uri-miss" + (f"; stored; ttl={ceil(answer.fresh_for)}" if answer.stored else "")


def told(answer: Answer) -> dict[str, Any]:
    """The same for a developer, in the answer's extensions; times in seconds."""
    return {
        "source": answer.source,
        "stored": answer.stored,
        "age": round(answer.age, 3),
        "freshFor": round(answer.fresh_for, 3),
    }


def cache_headers(request: Request, served: Served, downstream: int) -> dict[str, str]:
    """The headers of an answer; `downstream` are the seconds for which others may keep one that is for everybody."""
    answer = served.answer
    headers = {"cache-status": status_of_cache(answer)}
    if answer.source in {Source.HIT, Source.STALE}:
        headers["age"] = str(int(answer.age))
    if request.method != HTTPMethod.GET or served.scope is not Scope.PUBLIC or served.outcome != "ok":
        return headers
    headers["vary"] = "accept, authorization"
    headers["etag"] = f'W/"{hashlib.sha256(answer.body).hexdigest()[:32]}"'
    # How old it is already, others know by its age, and count it in.
    left = min(downstream, int(answer.fresh_for))
    headers["cache-control"] = f"public, max-age={int(answer.age) + left}" if left > 0 else "no-cache"
    return headers


def is_known(request: Request, headers: Mapping[str, str]) -> bool:
    """Whether the client has this very answer already (RFC 9110, 13.1.2)."""
    known = request.headers.get("if-none-match")
    if known is None or "etag" not in headers:
        return False
    tag = headers["etag"].removeprefix("W/")
    return known.strip() == "*" or tag in {each.strip().removeprefix("W/") for each in known.split(",")}
