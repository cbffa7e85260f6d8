"""What every place where answers are kept must do. A subclass gives the fixture `store`, with `LEASED_FOR` seconds."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from services.infra.response_cache import tags
from services.infra.response_cache.models import MOST_TAGS, Busy, Entry, Freshness, Lease, Page, Verdict
from services.infra.response_cache.ports import ResponseStore

LEASED_FOR = 0.3
LARGEST = 20_000
AN_HOUR = Freshness(fresh=3600)
SHOE, SHIRT = tags.product("shoe"), tags.product("shirt")


def page(body: bytes = b"{}", *shown: str, freshness: Freshness = AN_HOUR, cost: float = 0.02) -> Page:
    return Page(body=body, tags=frozenset(shown), freshness=freshness, cost=cost)


async def leased(store: ResponseStore, key: str = "a") -> Lease:
    found = await store.look(key)
    assert isinstance(found, Lease)
    return found


async def kept(store: ResponseStore, key: str, made: Page) -> Lease:
    lease = await leased(store, key)
    assert await store.store(lease, made) is Verdict.STORED
    return lease


async def until(
    look: Callable[[], Awaitable[Entry | Lease | Busy]], right: Callable[[Entry | Lease | Busy], bool]
) -> Entry | Lease | Busy:
    async with asyncio.timeout(10):
        while True:
            found = await look()
            if right(found):
                return found
            await asyncio.sleep(0)


class ResponseStoreContract:
    async def test_what_was_stored_is_given(self, store: ResponseStore) -> None:
        lease = await kept(store, "a", page(b'{"data":1}', SHOE, cost=0.25))
        found = await store.look("a")
        assert isinstance(found, Entry)
        assert (found.body, found.version, found.fresh, found.cost) == (b'{"data":1}', lease.token, 3600, 0.25)
        assert 0 <= found.age < 10
        assert found.fresh_for == found.fresh - found.age

    @pytest.mark.parametrize("body", [b"", b"\0\xff\r\n", b"abc " * 4000, bytes(range(256)) * 70], ids=len)
    async def test_a_body_comes_back_to_the_last_byte(self, store: ResponseStore, body: bytes) -> None:
        verdict = await store.store(await leased(store), page(body))
        found = await store.look("a")
        assert verdict is Verdict.STORED
        assert isinstance(found, Entry)
        assert found.body == body

    async def test_keys_do_not_share_an_answer(self, store: ResponseStore) -> None:
        await kept(store, "a", page(b"of a"))
        assert isinstance(await store.look("b"), Lease)

    async def test_one_computes_and_the_others_are_told_for_how_long(self, store: ResponseStore) -> None:
        found = await asyncio.gather(*(store.look("a") for _ in range(20)))
        assert len([one for one in found if isinstance(one, Lease)]) == 1
        assert all(0 <= one.seconds <= LEASED_FOR for one in found if isinstance(one, Busy))

    async def test_a_lease_ends_by_itself(self, store: ResponseStore) -> None:
        first = await leased(store)
        second = await until(lambda: store.look("a"), lambda found: isinstance(found, Lease))
        assert isinstance(second, Lease)
        assert second.token != first.token

    async def test_a_released_lease_is_free_at_once(self, store: ResponseStore) -> None:
        await store.release(await leased(store))
        assert isinstance(await store.look("a"), Lease)

    async def test_nobody_ends_the_lease_of_another(self, store: ResponseStore) -> None:
        late = await leased(store)
        await store.release(late)
        await leased(store)
        await store.release(late)
        assert isinstance(await store.look("a"), Busy)
        assert await store.store(late, page()) is Verdict.STORED
        assert await store.lease("b", instead_of="") is not None

    async def test_a_dropped_tag_takes_what_shows_it_and_nothing_else(self, store: ResponseStore) -> None:
        await kept(store, "both", page(b"{}", SHOE, SHIRT))
        await kept(store, "shirt", page(b"{}", SHIRT))
        await kept(store, "none", page(b"{}"))
        await store.drop([SHOE])
        assert isinstance(await store.look("both"), Lease)
        assert isinstance(await store.look("shirt"), Entry)
        assert isinstance(await store.look("none"), Entry)

    async def test_a_computation_that_began_before_a_drop_is_not_stored_after_it(self, store: ResponseStore) -> None:
        lease = await leased(store)
        await store.drop([SHOE])
        assert await store.store(lease, page(b"old", SHIRT, SHOE)) is Verdict.OUTDATED
        assert isinstance(await store.look("a"), Lease)

    async def test_a_drop_of_something_else_hinders_nobody(self, store: ResponseStore) -> None:
        lease = await leased(store)
        await store.drop([SHIRT])
        assert await store.store(lease, page(b"{}", SHOE)) is Verdict.STORED
        assert isinstance(await store.look("a"), Entry)

    async def test_a_computation_that_began_after_a_drop_is_stored(self, store: ResponseStore) -> None:
        await store.drop([SHOE])
        await kept(store, "a", page(b"new", SHOE))
        assert isinstance(await store.look("a"), Entry)

    async def test_a_drop_counts_though_nobody_had_asked_yet(self, store: ResponseStore) -> None:
        await kept(store, "a", page(b"{}", SHOE))
        await store.drop([SHIRT])
        await store.drop([SHOE, SHOE])
        await store.drop([SHIRT])
        assert isinstance(await store.look("a"), Lease)

    async def test_many_tags_are_dropped_at_once(self, store: ResponseStore) -> None:
        many = [tags.stock(f"SKU-{number}") for number in range(10_000)]
        await kept(store, "a", page(b"{}", many[0]))
        await kept(store, "b", page(b"{}", many[-1]))
        await store.drop(many)
        assert isinstance(await store.look("a"), Lease)
        assert isinstance(await store.look("b"), Lease)

    async def test_a_drop_of_nothing_takes_nothing(self, store: ResponseStore) -> None:
        await kept(store, "a", page(b"{}", SHOE))
        await store.drop([])
        assert isinstance(await store.look("a"), Entry)

    async def test_clearing_takes_everything_and_what_is_being_computed(self, store: ResponseStore) -> None:
        await kept(store, "a", page())
        lease = await leased(store, "b")
        await store.clear()
        assert isinstance(await store.look("a"), Lease)
        assert await store.store(lease, page()) is Verdict.OUTDATED
        assert await store.store(await leased(store, "c"), page()) is Verdict.STORED

    async def test_a_slower_computation_does_not_replace_one_that_began_later(self, store: ResponseStore) -> None:
        slow = await leased(store)
        found = await until(
            lambda: store.look("a"), lambda found: isinstance(found, Lease) and found.began > slow.began
        )
        assert isinstance(found, Lease)
        assert await store.store(found, page(b"later")) is Verdict.STORED
        assert (await store.store(slow, page(b"earlier"))).is_current
        held = await store.look("a")
        assert isinstance(held, Entry)
        assert held.body == b"later"

    async def test_a_body_that_is_held_is_not_sent_again(self, store: ResponseStore) -> None:
        lease = await kept(store, "a", page(b"long"))
        found = await store.look("a", held=lease.token)
        assert isinstance(found, Entry)
        assert (found.version, found.body in {None, b"long"}) == (lease.token, True)
        other = await store.look("a", held="another")
        assert isinstance(other, Entry)
        assert other.body == b"long"

    async def test_its_age_counts_from_the_beginning_of_its_computation(self, store: ResponseStore) -> None:
        lease = await leased(store)
        await until(lambda: store.look("a"), lambda found: isinstance(found, Lease))
        await store.store(lease, page())
        found = await store.look("a")
        assert isinstance(found, Entry)
        assert found.age >= LEASED_FOR * 0.9

    async def test_past_its_age_it_is_gone(self, store: ResponseStore) -> None:
        await kept(store, "a", page(freshness=Freshness(fresh=0.03)))
        found = await until(lambda: store.look("a"), lambda found: not isinstance(found, Entry))
        assert isinstance(found, Lease)
        assert found.fallback is None

    async def test_while_it_is_refreshed_it_is_given_past_its_age(self, store: ResponseStore) -> None:
        lease = await kept(store, "a", page(b"{}", SHOE, freshness=Freshness(fresh=0.02, while_refreshed=3600)))
        found = await until(lambda: store.look("a"), lambda found: isinstance(found, Entry) and found.fresh_for < 0)
        assert isinstance(found, Entry)
        assert found.version == lease.token
        await store.drop([SHOE])
        assert isinstance(await store.look("a"), Lease)

    async def test_when_it_is_only_for_failures_it_comes_with_the_lease(self, store: ResponseStore) -> None:
        await kept(store, "a", page(b"old", SHOE, freshness=Freshness(fresh=0.02, if_failing=3600)))
        found = await until(lambda: store.look("a"), lambda found: isinstance(found, Lease))
        assert isinstance(found, Lease)
        assert found.fallback is not None
        assert found.fallback.body == b"old"
        waiting = await store.look("a")
        assert isinstance(waiting, Busy)
        assert waiting.fallback is not None
        assert waiting.fallback.body == b"old"
        await store.drop([SHOE])
        await store.release(found)
        assert (await leased(store)).fallback is None

    async def test_one_refreshes(self, store: ResponseStore) -> None:
        lease = await kept(store, "a", page(b"first"))
        refresh = await store.lease("a", instead_of=lease.token)
        assert refresh is not None
        assert await store.lease("a", instead_of=lease.token) is None
        assert isinstance(await store.look("a"), Entry)
        assert await store.store(refresh, page(b"second")) is Verdict.STORED
        assert await store.lease("a", instead_of=lease.token) is None
        found = await store.look("a")
        assert isinstance(found, Entry)
        assert found.body == b"second"

    async def test_what_is_too_large_is_not_kept_but_known_to_be_current(self, store: ResponseStore) -> None:
        verdict = await store.store(await leased(store), page(b"x" * (LARGEST + 1), SHOE))
        assert verdict is Verdict.NOT_KEPT
        assert verdict.is_current
        lease = await leased(store)
        await store.drop([SHOE])
        assert await store.store(lease, page(b"x" * (LARGEST + 1), SHOE)) is Verdict.OUTDATED

    async def test_what_shows_too_much_is_not_kept(self, store: ResponseStore) -> None:
        most = [tags.stock(str(number)) for number in range(MOST_TAGS)]
        assert await store.store(await leased(store, "a"), page(b"{}", *most)) is Verdict.STORED
        assert await store.store(await leased(store, "b"), page(b"{}", SHOE, *most)) is Verdict.NOT_KEPT
        assert isinstance(await store.look("a"), Entry)
        await store.drop([most[-1]])
        assert isinstance(await store.look("a"), Lease)

    async def test_what_took_longer_than_it_may_be_given_is_not_kept(self, store: ResponseStore) -> None:
        lease = await leased(store)
        await until(lambda: store.look("a"), lambda found: isinstance(found, Lease))
        assert await store.store(lease, page(freshness=Freshness(fresh=LEASED_FOR / 2))) is Verdict.NOT_KEPT
