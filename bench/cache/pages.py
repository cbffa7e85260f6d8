"""The pages that are asked for: their documents, and what their answers say of the stock and of the cache."""

import re
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
from pydantic_core import from_json

PRODUCTS: Final = """{ products(first: 20) { edges { node {
  id sku name active categories price { amount currency } stock { available } } } } }"""
FURTHER: Final = """query Further($after: String!) { products(first: 20, after: $after) { edges { node {
  id sku name active categories price { amount currency } stock { available } } } } }"""
PLACES: Final = """query Places($after: String) { products(first: 100, after: $after) { edges { cursor } } }"""
PRODUCT: Final = """query Product($sku: String!) { product(sku: $sku) {
  id sku name description price { amount currency } stock { sku available updatedAt } } }"""
NEWEST: Final = """query Newest($category: String) { products(first: 20, filter: {category: $category}) { edges { node {
  id sku name price { amount currency } stock { sku available updatedAt } } } } }"""
SHELF: Final = """query Shelf($category: String) { products(first: 20, filter: {category: $category, inStock: true}) {
  edges { node { id sku name price { amount currency } } } } }"""

SOURCE: Final = re.compile(r";\s*(hit|fwd=[a-z-]+)")
STOCK: Final = re.compile(rb'"stock":(\{[^{}]*\})')


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """An answer. `source` is what RFC 9211's header says: `hit`, or why it was made: `fwd=miss`, `fwd=bypass`, ..."""

    body: bytes
    source: str

    def stocks(self) -> list[dict[str, Any]]:
        """Every item of stock that it shows."""
        return [from_json(found) for found in STOCK.findall(self.body)]

    def cursors(self) -> list[str]:
        """Those of its products, where they were asked for."""
        return [edge["cursor"] for edge in from_json(self.body)["data"]["products"]["edges"]]


class Reader:
    """Somebody who asks a gateway, signed in or not."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str | None = None) -> None:
        self._http = http
        self._url = url
        self._headers = {"authorization": f"Bearer {token}"} if token else {}

    async def page(self, document: str, **variables: object) -> Page:
        """Raises ValueError for an answer with errors."""
        body = {"query": document, "variables": variables}
        async with self._http.post(self._url, json=body, headers=self._headers) as answer:
            found = await answer.read()
            told = SOURCE.search(answer.headers.get("cache-status", ""))
        if not found.startswith(b'{"data"') or b'"errors"' in found:
            raise ValueError(found[:200])
        return Page(body=found, source=told.group(1) if told else "none")
