"""The sandbox's HTTP: reads a call, does to it what its payment method stands for, and answers. Decides nothing.

Amounts are decimal texts ("19.99"). Each `POST` needs the header `Idempotency-Key` (1 to 255 characters); its bodies:
- `/authorizations` `{"order", "amount", "currency", "method"}`
- `/captures`       `{"order", "reference", "amount", "currency"}`: once an authorization, never above it
- `/voids`          `{"order", "reference"}`: only what is authorized and not captured
- `/refunds`        `{"order", "reference", "amount", "currency"}`: never more than was captured

Answers: 201 `{"reference"}`, the authorization's; 402 `{"code", "message"}`, a final no (card_declined, unknown_method,
no_such_authorization, not_capturable, not_voidable, not_refundable, amount_too_large); 400 `{"code": "invalid",
"message"}` for a call that cannot be read or has no key: nothing is done, and nothing remembered; 422 for a key used
with another body; 503 to be tried again. 201 and 402 are for ever.
`GET /ledger`, or `/ledger?order=ID`: what was done with money, oldest first. `GET /healthz`: 200.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import web

from cli.payment_sandbox.book import Book
from cli.payment_sandbox.rules import FLAKY, LOST_ANSWER, SLOW, Asked, Kind

SLOW_SECONDS: Final = 3.0
FLAKY_FAILURES: Final = 2
LARGEST_BODY: Final = 16 * 1024

TEXT = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,255}")
FIELDS: Mapping[str, re.Pattern[str]] = {
    "order": TEXT,
    "reference": TEXT,
    "method": TEXT,
    "amount": re.compile(r"[0-9]{1,16}(\.[0-9]{1,6})?", re.ASCII),
    "currency": re.compile(r"[A-Z]{3}"),
}
PATHS: Mapping[str, tuple[Kind, frozenset[str]]] = {
    "/authorizations": (Kind.AUTHORIZATION, frozenset({"order", "amount", "currency", "method"})),
    "/captures": (Kind.CAPTURE, frozenset({"order", "reference", "amount", "currency"})),
    "/voids": (Kind.VOID, frozenset({"order", "reference"})),
    "/refunds": (Kind.REFUND, frozenset({"order", "reference", "amount", "currency"})),
}

Handler = Callable[[web.Request], Awaitable[web.Response]]


class UnreadableError(Exception):
    """The call cannot be read; the message says what is wrong with it."""


def application(book: Book) -> web.Application:
    """The sandbox on a book."""
    app = web.Application(client_max_size=LARGEST_BODY)
    failures: Counter[str] = Counter()
    for path, (kind, fields) in PATHS.items():
        app.router.add_post(path, _call(book, failures, kind, fields))
    app.router.add_get("/ledger", _ledger(book))
    app.router.add_get("/healthz", _healthy)
    return app


def _call(book: Book, failures: Counter[str], kind: Kind, fields: frozenset[str]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        try:
            key, asked = _key(request), _asked(await request.read(), fields)
        except UnreadableError as problem:
            return _json(HTTPStatus.BAD_REQUEST, {"code": "invalid", "message": str(problem)})
        method = book.method_of(asked)
        if method == SLOW:
            await asyncio.sleep(SLOW_SECONDS)
        if method == FLAKY and _fails(key, failures):
            return _try_again()
        answers_first = not book.knows(key)
        try:
            decision = book.answer(kind, key, asked)
        except OSError:
            return _try_again()
        if method == LOST_ANSWER and answers_first and request.transport is not None:
            request.transport.abort()
        return _json(decision.status, decision.answer)

    return handle


def _ledger(book: Book) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        return _json(HTTPStatus.OK, list(book.ledger(request.query.get("order"))))

    return handle


async def _healthy(_: web.Request) -> web.Response:
    return _json(HTTPStatus.OK, {"status": "ok"})


def _fails(key: str, failures: Counter[str]) -> bool:
    failures[key] += 1
    return failures[key] <= FLAKY_FAILURES


def _key(request: web.Request) -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not TEXT.fullmatch(key):
        raise UnreadableError("the header Idempotency-Key must hold 1 to 255 characters")
    return key


def _asked(body: bytes, fields: frozenset[str]) -> Asked:
    try:
        asked = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableError("the body is not JSON") from None
    if not isinstance(asked, dict) or asked.keys() != fields:
        raise UnreadableError("the body must be an object with the fields " + ", ".join(sorted(fields)))
    for name, value in asked.items():
        if not isinstance(value, str) or not FIELDS[name].fullmatch(value):
            raise UnreadableError(f"{name} is not valid")
    return asked


def _try_again() -> web.Response:
    return _json(HTTPStatus.SERVICE_UNAVAILABLE, {"code": "try_again", "message": "not now"})


def _json(status: int, body: object) -> web.Response:
    return web.Response(body=json.dumps(body).encode(), status=status, content_type="application/json")
