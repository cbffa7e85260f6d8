"""What an answer depends on: the tags under which it is dropped, of what it shows, of what it lacks, and no others."""

import pytest

from services.infra.response_cache import tags
from services.infra.response_cache.models import Lease, Page, Verdict
from services.recommendations.models import Basis, Recommendation, Rule
from tests.caching.counter import Counter

EXPECTED = {
    "{ products { edges { node { sku } } } }": {tags.PRODUCTS},
    "{ products { totalCount } }": {tags.PRODUCTS},
    "{ products { edges { node { stock { available } } } } }": {tags.PRODUCTS, "stock:ink", "stock:pen"},
    "{ products(first: 1) { edges { node { stock { sku } } } } }": {tags.PRODUCTS, "stock:pen"},
    "{ products(filter: {inStock: true}) { totalCount } }": {tags.PRODUCTS, tags.IN_STOCK},
    "{ products(filter: {inStock: false}) { totalCount } }": {tags.PRODUCTS, tags.IN_STOCK},
    '{ product(sku: "ink") { name } }': {"product:ink"},
    '{ product(id: "ink") { name stock { onHand } } }': {"product:ink", "stock:ink"},
    '{ product(sku: "quill") { name } }': {tags.PRODUCTS},
    '{ a: product(sku: "ink") { id } b: product(sku: "quill") { id } }': {tags.PRODUCTS},
    '{ product(sku: "ink") { boughtTogether { reason } } }': {"product:ink", "bought-together:ink"},
    "{ recommendations { reason } }": {tags.TRENDING},
}

OWN = {
    "{ me { id } }": {"user:{mia}"},
    "{ me { id } products { totalCount } }": {"user:{mia}", tags.PRODUCTS},
    "{ orders { edges { cursor } } }": {"user:{mia}", "orders-of:{mia}"},
    "{ orders { edges { node { status } } } }": {"user:{mia}", "orders-of:{mia}", "order:{order}"},
    "{ orders(status: CANCELLED) { edges { node { status } } } }": {"user:{mia}", "orders-of:{mia}"},
    'query { order(id: "{order}") { payment { status } } }': {"user:{mia}", "order:{order}"},
    'query { order(id: "{order}") { lines { product { name } } } }': {
        *("user:{mia}", "order:{order}", "product:ink", "product:pen"),
    },
    "{ recommendations { reason } }": {"user:{mia}", "recommendations:{mia}", tags.TRENDING},
}


async def tags_kept(counter: Counter, query: str, caller: str, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    kept: list[Page] = []
    inner = counter.store.store

    async def store(lease: Lease, page: Page) -> Verdict:
        kept.append(page)
        return await inner(lease, page)

    monkeypatch.setattr(counter.store, "store", store)
    assert (await counter.ask(query, caller=caller)).is_stored
    (page,) = kept
    return set(page.tags)


@pytest.mark.parametrize("query", EXPECTED)
async def test_tags_of_what_is_for_everybody(counter: Counter, query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        await tags_kept(counter, query, "mia" if "recomm" not in query else "anonymous", monkeypatch) == EXPECTED[query]
    )


@pytest.mark.parametrize("query", OWN)
async def test_what_is_one_callers_own_goes_with_the_account(
    counter: Counter, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {"{mia}": counter.world.ids["mia"], "{order}": await counter.world.placed("mia")}

    def filled(text: str) -> str:
        for name, value in names.items():
            text = text.replace(name, value)
        return text

    found = await tags_kept(counter, filled(query), "mia", monkeypatch)
    assert found == {filled(tag) for tag in OWN[query]}


async def test_what_was_looked_at_and_left_out_counts_too(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recommendation that is out of stock comes back with its stock, one that is not there with the catalogue."""

    async def recommended(*_: object) -> tuple[Recommendation, ...]:
        return tuple(
            Recommendation(sku=sku, score=1.0, rule=Rule.TRENDING, reason="Trending", basis=Basis(orders=1))
            for sku in ("ink", "gone")
        )

    monkeypatch.setattr(counter.world.backends.recommendations, "recommendations_of", recommended, raising=False)
    sold_out = 'mutation { adjustStock(sku: "ink", delta: -100, reason: "lost") { errors { code } } }'
    await counter.ask(sold_out, caller="ops")
    shown = await tags_kept(counter, "{ recommendations { product { id } } }", "anonymous", monkeypatch)
    assert shown == {tags.TRENDING, tags.stock("ink"), tags.stock("gone"), tags.PRODUCTS}
