"""Where the link of a mail leads that takes back one kind of message: without signing in, by one click (RFC 8058).

A POST acts at once, whoever sends it; a GET only shows the button, because programs that look through mails follow
every link. Whose it is, is in no page and no log.
"""

from base64 import b64encode
from collections.abc import Awaitable, Callable, Collection
from hashlib import sha256
from http import HTTPStatus
from typing import Final

import structlog
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.infra.response_cache.tags import user
from services.infra.telemetry import current_trace
from services.shared.contacts import OptionalCategory
from services.shared.errors import NotFound, Unavailable
from services.shared.events import Origin
from services.shared.ids import IdFactory
from services.users.ports import Unsubscriptions

CAUSE: Final = "unsubscribe"
RETRY_AFTER: Final = "60"
"""Seconds."""

KINDS: Final = {
    OptionalCategory.PROMOTIONAL: "offers and news",
    OptionalCategory.RECOMMENDATION: "recommendations",
}
STYLE: Final = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1.5rem;color:#222}"
    "button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.4rem;background:#0b5cad;color:#fff}"
    "@media(prefers-color-scheme:dark){body{background:#181818;color:#eee}}"
)
POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
BUTTON: Final = (
    '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">'
    "<button>Unsubscribe</button></form>"
)
OTHERS: Final = "Messages about your orders and the security of your account are always sent."

log = structlog.get_logger(__name__)

Answer = Callable[[Request], Awaitable[Response]]
Drop = Callable[[Collection[str]], Awaitable[None]]


def unsubscribe_page(unsubscriptions: Unsubscriptions, ids: IdFactory, drop: Drop) -> Answer:
    """Answers GET and POST of a link; its token is the path's `token`. What `drop` is told of is seen anew."""

    async def answer(request: Request) -> Response:
        token = request.path_params["token"]
        try:
            if request.method == "POST":
                wish = await unsubscriptions.unsubscribe(token, _origin(ids))
                await drop([user(wish.user_id)])
                return _done(wish.category)
            return _question(await unsubscriptions.category_of(token))
        except NotFound:
            said = "This link is not complete, or not one of ours. Take the whole link of the mail."
            return _page(HTTPStatus.NOT_FOUND, "No such link", said)
        except Unavailable as failure:
            log.warning("unsubscribing has to wait", dependency=failure.dependency)
            page = _page(HTTPStatus.SERVICE_UNAVAILABLE, "Not now", "This does not work right now. Try it in a minute.")
            page.headers["retry-after"] = RETRY_AFTER
            return page

    return answer


def _origin(ids: IdFactory) -> Origin:
    return Origin(correlation_id=ids.new(), causation_id=CAUSE, traceparent=current_trace())


def _question(category: OptionalCategory) -> Response:
    said = f"Do you want no more {KINDS[category]} by mail? {OTHERS}"
    return _page(HTTPStatus.OK, "Unsubscribe?", said, BUTTON)


def _done(category: OptionalCategory) -> Response:
    log.info("unsubscribed by a link", category=category)
    said = f"You will get no more {KINDS[category]} by mail. {OTHERS} Your account's preferences take it back."
    return _page(HTTPStatus.OK, "Done", said)


def _page(status: HTTPStatus, title: str, said: str, below: str = "") -> Response:
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex">'
        f"<title>{title}</title><style>{STYLE}</style><h1>{title}</h1><p>{said}</p>{below}</html>"
    )
    return HTMLResponse(page, status, {"content-security-policy": POLICY})
