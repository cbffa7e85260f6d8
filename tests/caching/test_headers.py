"""What browsers and proxies between us and a client are told of an answer: RFC 9211, RFC 9111, RFC 9110."""

from urllib.parse import quote

import pytest

from gateway.caching.ports import Answer, Source
from gateway.web.transport.caching import status_of_cache
from tests.caching.counter import ME, ORDERS, PAGE, Counter, opened
from tests.gateway.world import Response

PREFLIGHT = {"graphql-require-preflight": "1"}


async def got(counter: Counter, query: str, caller: str = "anonymous", **headers: str) -> Response:
    """A GET."""
    token = counter.world.tokens.get(caller)
    sent = PREFLIGHT | ({"authorization": f"Bearer {token}"} if token else {})
    return await counter.world.wire.send("GET", f"/graphql?query={quote(query)}", headers=sent | headers)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(body=b"", source=Source.HIT, age=3.4, fresh_for=6.6), "hit; ttl=7"),
        (Answer(body=b"", source=Source.STALE, age=12, fresh_for=-2.0), "hit; ttl=-2"),
        (Answer(body=b"", source=Source.MISS, fresh_for=60, stored=True), "fwd=uri-miss; stored; ttl=60"),
        (Answer(body=b"", source=Source.MISS), "fwd=uri-miss"),
        (Answer(body=b"", source=Source.COLLAPSED, fresh_for=60), "fwd=uri-miss; collapsed"),
        (Answer(body=b"", source=Source.BYPASS, fresh_for=60), "fwd=bypass; detail=away"),
    ],
)
def test_the_status_says_where_an_answer_is_from(answer: Answer, said: str) -> None:
    assert status_of_cache(answer) == f"caravan; {said}"


async def test_nobody_else_keeps_an_answer_unless_told(counter: Counter) -> None:
    """Nobody could tell them of a change: they ask each time, and are told that what they have is good."""
    first = await got(counter, PAGE)
    assert (first.headers["cache-control"], first.headers["vary"]) == ("no-cache", "accept, authorization")
    again = await got(counter, PAGE, **{"if-none-match": f'"other", {first.headers["etag"]}'})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    counter.world.shop.archive("ink")
    await counter.store.clear()
    changed = await got(counter, PAGE, **{"if-none-match": first.headers["etag"]})
    assert (changed.status, changed.headers["etag"] != first.headers["etag"]) == (200, True)


async def test_others_may_keep_what_is_for_everybody_for_as_long_as_they_are_told() -> None:
    counter = await opened(downstream=20)
    assert (await got(counter, PAGE)).headers["cache-control"] == "public, max-age=20"
    counter.seconds += 5
    later = await got(counter, PAGE)
    assert (later.headers["age"], later.headers["cache-control"]) == ("5", "public, max-age=25")
    counter.seconds += 50
    last = await got(counter, PAGE)
    assert (last.headers["age"], last.headers["cache-control"]) == ("55", "public, max-age=60")


@pytest.mark.parametrize(
    ("query", "caller"), [(ME, "mia"), (ORDERS, "mia"), (PAGE, "ops"), (ORDERS, "anonymous"), ("{ me { id } }", "mia")]
)
async def test_nobody_else_keeps_what_is_one_callers_own_or_wrong(query: str, caller: str) -> None:
    counter = await opened(downstream=20)
    for _ in range(2):
        headers = (await got(counter, query, caller)).headers
        assert (headers["cache-control"], "etag" in headers) == ("no-store", False)


async def test_nobody_else_keeps_the_answer_to_a_post() -> None:
    counter = await opened(downstream=20)
    for _ in range(2):
        assert (await counter.ask(PAGE)).response.headers["cache-control"] == "no-store"
