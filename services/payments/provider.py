"""The payment provider over HTTP. Says "declined" only where the provider said so for good; all else is unknown.

A call is `POST` of a JSON object with an `Idempotency-Key`. 201 (or 200) is done, 402 a final no. 400 in the provider's
own words says that it cannot take such a call, did nothing and never will: a final no to authorise and capture. To void
and refund it is none, for the money is still there: the undo fails until a person is called. So does whatever else is
answered, or nothing: the outcome is open, it is Unavailable, and the same call with the same key asks again. That
holds for 422 too, a key used with another body: something was done under this key, and to call it declined would
leave money reserved. A bare 400 may be a proxy's, and says nothing of what the provider did.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import aiohttp

from services.infra.settings import PaymentsSettings
from services.payments.errors import PaymentDeclined
from services.shared.errors import Unavailable
from services.shared.money import Money

DEPENDENCY = "payments"
DONE = frozenset({HTTPStatus.OK, HTTPStatus.CREATED})

DECLINED = "the payment was declined"
UNREADABLE = "invalid"
"""The provider's code in a 400."""

NEVER_TAKEN = "the provider refused the request"
REASONS: Mapping[str, str] = {
    "card_declined": "the card was declined",
    "unknown_method": "the payment method is not known to the provider",
}
"""The provider's codes in our own words: foreign text reaches no customer."""


class _NeverTakenError(Unavailable):
    """The provider cannot take such a call; Unavailable to those who must not take it for an answer."""


class HttpPaymentProvider:
    """The PaymentProvider of a running system. The session is its owner's to close."""

    def __init__(self, session: aiohttp.ClientSession, settings: PaymentsSettings) -> None:
        self._session = session
        self._base = settings.provider_url.rstrip("/")
        self._timeout = aiohttp.ClientTimeout(total=settings.provider_timeout)

    async def authorize(self, order_id: str, amount: Money, method: str, key: str) -> str:
        """See `PaymentProvider.authorize`."""
        body = {"order": order_id, **_money(amount), "method": method}
        answer = await self._post_or_never("/authorizations", body, key)
        reference = answer.get("reference")
        if not isinstance(reference, str) or not reference:
            raise Unavailable(DEPENDENCY, "answered without a reference")
        return reference

    async def capture(self, order_id: str, reference: str, amount: Money, key: str) -> None:
        """See `PaymentProvider.capture`."""
        await self._post_or_never("/captures", {"order": order_id, "reference": reference, **_money(amount)}, key)

    async def void(self, order_id: str, reference: str, key: str) -> None:
        """See `PaymentProvider.void`."""
        await self._post("/voids", {"order": order_id, "reference": reference}, key)

    async def refund(self, order_id: str, reference: str, amount: Money, key: str) -> None:
        """See `PaymentProvider.refund`."""
        await self._post("/refunds", {"order": order_id, "reference": reference, **_money(amount)}, key)

    async def _post_or_never(self, path: str, body: Mapping[str, str], key: str) -> Mapping[str, Any]:
        """Takes the provider's "I cannot take such a call" for a final no."""
        try:
            return await self._post(path, body, key)
        except _NeverTakenError:
            raise PaymentDeclined(NEVER_TAKEN) from None

    async def _post(self, path: str, body: Mapping[str, str], key: str) -> Mapping[str, Any]:
        status, answer = await self._send(path, body, key)
        if status in DONE:
            return answer
        if status == HTTPStatus.PAYMENT_REQUIRED:
            raise PaymentDeclined(REASONS.get(str(answer.get("code")), DECLINED))
        if status == HTTPStatus.BAD_REQUEST and answer.get("code") == UNREADABLE:
            raise _NeverTakenError(DEPENDENCY, f"answered {status}")
        raise Unavailable(DEPENDENCY, f"answered {status}")

    async def _send(self, path: str, body: Mapping[str, str], key: str) -> tuple[int, Mapping[str, Any]]:
        try:
            async with self._session.post(
                self._base + path,
                json=body,
                headers={"Idempotency-Key": key},
                timeout=self._timeout,
                allow_redirects=False,
            ) as response:
                return response.status, _object(await response.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as failure:
            raise Unavailable(DEPENDENCY) from failure


def _money(amount: Money) -> dict[str, str]:
    return {"amount": amount.text(), "currency": amount.currency}


def _object(body: bytes) -> Mapping[str, Any]:
    """The body as an object; empty where it is none."""
    try:
        answer = json.loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}
