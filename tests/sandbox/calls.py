"""Calls to the sandbox as its documentation has them, by hand: not through the project's own client."""

from dataclasses import dataclass
from typing import Any

import aiohttp

Answer = tuple[int, dict[str, Any]]


@dataclass
class Calls:
    """A session at the sandbox's address. `scope` is put before each order and key, and taken off what is read."""

    session: aiohttp.ClientSession
    scope: str = ""

    async def post(self, path: str, body: object, key: str) -> Answer:
        """Status and body of the answer."""
        headers = {"Idempotency-Key": self.scope + key}
        async with self.session.post(path, json=body, headers=headers) as answer:
            return answer.status, await answer.json()

    async def authorize(self, key: str, order: str = "o1", method: str = "pm_card_visa", **other: str) -> Answer:
        body = {"order": self.scope + order, "amount": "19.99", "currency": "EUR", "method": method, **other}
        return await self.post("/authorizations", body, key)

    async def settle(self, path: str, key: str, reference: str, order: str = "o1", **amount: str) -> Answer:
        """A capture or refund, of 19.99 EUR unless told."""
        body = {"order": self.scope + order, "reference": reference, "amount": "19.99", "currency": "EUR", **amount}
        return await self.post(path, body, key)

    async def void(self, key: str, reference: str, order: str = "o1") -> Answer:
        return await self.post("/voids", {"order": self.scope + order, "reference": reference}, key)

    async def ledger(self, order: str | None = None) -> list[dict[str, str]]:
        async with self.session.get("/ledger", params={} if order is None else {"order": self.scope + order}) as answer:
            rows: list[dict[str, str]] = await answer.json()
        return [self._without_scope(row) for row in rows if row["order"].startswith(self.scope)]

    async def kinds(self, order: str | None = None) -> list[str]:
        return [row["kind"] for row in await self.ledger(order)]

    def _without_scope(self, row: dict[str, str]) -> dict[str, str]:
        scoped = {name: row[name].removeprefix(self.scope) for name in ("order", "idempotencyKey")}
        return row | scoped
