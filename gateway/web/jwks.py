"""The public keys that check access tokens, for services and everybody else (RFC 7517). Holds no secret."""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus

from starlette.responses import JSONResponse, Response

from services.infra.identity.jwks import JWKS_TYPE
from services.infra.identity.key_ring import KeyRing
from services.shared.errors import Unavailable

Answer = Callable[[object], Awaitable[Response]]


def jwks_page(keys: KeyRing, max_age: int) -> Answer:
    """Answers every key that signs, is about to, or has signed tokens that are alive; good for `max_age` seconds.

    Asks the users' service no oftener than the ring does, however often the page is asked for.
    """

    async def answer(_request: object) -> Response:
        try:
            known = await keys.keys()
        except Unavailable:
            return JSONResponse({"keys": []}, HTTPStatus.SERVICE_UNAVAILABLE, {"Cache-Control": "no-store"})
        body = json.dumps({"keys": [json.loads(key.text) for key in known]})
        return Response(body, headers={"Cache-Control": f"public, max-age={max_age}"}, media_type=JWKS_TYPE)

    return answer
