"""Reads the payment sandbox's own memory of what it did, so that charges are counted outside Caravan."""

from collections.abc import Mapping

import aiohttp

from cli.invariants.records import LedgerFact
from services.shared.money import money_of


class Ledger:
    """The sandbox behind `url`."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http = http
        self._url = url

    async def entries(self, order_id: str | None = None) -> tuple[LedgerFact, ...]:
        """All of it, or one order's, in the order in which it happened. Raises aiohttp.ClientError."""
        wanted = {"order": order_id} if order_id else {}
        async with self._http.get(f"{self._url}/ledger", params=wanted) as answer:
            answer.raise_for_status()
            return tuple(_fact(entry) for entry in await answer.json())


def _fact(entry: Mapping[str, str]) -> LedgerFact:
    return LedgerFact(
        order_id=entry["order"],
        kind=entry["kind"],
        amount=money_of(entry["amount"], entry["currency"]).minor,
        currency=entry["currency"],
        reference=entry["reference"],
    )
