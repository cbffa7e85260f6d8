"""The page to try the API with, for development: made of the files beside it, loads nothing from anywhere.

What its content security policy lets run is named by hash, so nothing that finds its way into the page can run.
"""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import Final

from ariadne.explorer import Explorer
from starlette.requests import Request

SCRIPTS: Final = ("text.js", "editor.js", "caller.js", "live.js", "reference.js", "main.js")
"""In the order in which they need each other."""


def _read(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


class ExplorerPage(Explorer):
    """Answers a GET; with `shown` False there is no page, and GET is not allowed.

    Attributes:
        policy: the content security policy that the page must be sent with.
    """

    def __init__(self, *, shown: bool) -> None:
        style, script = _read("style.css"), "".join(_read(name) for name in SCRIPTS)
        page = _read("page.html").replace("{{style}}", style).replace("{{script}}", script)
        self._page = page if shown else None
        self.policy = "; ".join(
            (
                "default-src 'none'",
                f"script-src {_hash(script)}",
                f"style-src {_hash(style)}",
                "connect-src 'self'",
                "img-src data:",
                "frame-ancestors 'none'",
                "base-uri 'none'",
                "form-action 'none'",
            )
        )

    def html(self, _request: Request) -> str | None:
        """The page."""
        return self._page
