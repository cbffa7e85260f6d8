"""How large a request's head, its URL and headers, may be. The server's own bound is looser, and depends on packets."""

from http import HTTPStatus

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class BoundedHead:
    """Answers 431 to a larger one."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http" or _size(scope) <= self._most:
            await self._app(scope, receive, send)
            return
        said = f"the URL and the headers of a request may have {self._most} bytes"
        status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        await PlainTextResponse(said, status, {"connection": "close"})(scope, receive, send)


def _size(scope: Scope) -> int:
    lines = sum(len(name) + len(value) for name, value in scope["headers"])
    return lines + len(scope["raw_path"]) + len(scope["query_string"])
