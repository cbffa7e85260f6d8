"""The headers that every HTTP answer carries so that browsers do not misuse it. Changes no other header."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
}
POLICY = "content-security-policy"


class SecureHeaders:
    """Adds what an answer has not set itself. `page_policy` is the content security policy of the one page."""

    def __init__(self, app: ASGIApp, page_policy: str) -> None:
        self._app = app
        self._of_page = HEADERS | {POLICY: page_policy}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_page = headers.get("content-type", "").startswith("text/html")
                for name, value in (self._of_page if is_page else HEADERS).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, secured if scope["type"] == "http" else send)
