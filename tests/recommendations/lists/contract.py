"""What every ListStore promises; run against the one in memory and the real one."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace

from services.recommendations.events import refreshed_event
from services.recommendations.models import Basis, ListChange, Ranked, Rule, UserList
from services.recommendations.ports import ListStore
from services.shared.events import Origin
from tests.recommendations.counts.makers import NOW

PEN = Ranked(sku="pen", score=2.5, rule=Rule.BUY_AGAIN, basis=Basis(orders=4))
INK = Ranked(sku="ink", score=1.0, rule=Rule.BOUGHT_TOGETHER, basis=Basis(orders=3, of=9, sku="pen"))
CAP = Ranked(sku="cap", score=0.5, rule=Rule.CATEGORY_AFFINITY, basis=Basis(orders=2, of=5, category="Hats"))


def a_list(user_id: str = "ada", *items: Ranked, version: int = 1) -> UserList:
    return UserList(user_id=user_id, items=items or (PEN, INK, CAP), computed_at=NOW, version=version)


class ListStoreContract(ABC):
    """Subclasses offer a fixture `store`, and say what it told."""

    @abstractmethod
    async def told(self, store: ListStore) -> Sequence[str]:
        """The ids of all events, sorted."""

    async def test_lists_are_found_as_they_were_kept(self, store: ListStore) -> None:
        kept = [a_list("ada"), a_list("bob", CAP), replace(a_list("eve"), items=())]
        assert await store.keep([ListChange(was=None, now=each) for each in kept], [])
        assert await store.lists_of(["ada", "bob", "eve", "zoe"]) == {each.user_id: each for each in kept}
        assert await store.lists_of([]) == {}

    async def test_many_are_found_at_once(self, store: ListStore) -> None:
        kept = [a_list(f"u{number}", PEN) for number in range(120)]
        assert await store.keep([ListChange(was=None, now=each) for each in kept], [])
        assert len(await store.lists_of([each.user_id for each in kept])) == 120

    async def test_a_list_is_written_with_the_event_that_tells_of_it(self, store: ListStore) -> None:
        was, now = a_list(), a_list("ada", INK, version=2)
        assert await store.keep([ListChange(was=None, now=was)], [refreshed_event(was, "e1", Origin())])
        assert await store.keep([ListChange(was=was, now=now)], [refreshed_event(now, "e2", Origin())])
        assert await store.lists_of(["ada"]) == {"ada": now}
        assert await self.told(store) == ["e1", "e2"]

    async def test_nothing_of_several_is_written_where_one_is_not_what_it_was(self, store: ListStore) -> None:
        was = a_list()
        await store.keep([ListChange(was=None, now=was)], [])
        other = ListChange(was=None, now=a_list("bob"))
        for stale in (ListChange(was=a_list(version=3), now=a_list(version=4)), ListChange(was=None, now=was)):
            assert not await store.keep([other, stale], [refreshed_event(other.now, "e1", Origin())])
        assert await store.lists_of(["ada", "bob"]) == {"ada": was}
        assert await self.told(store) == []

    async def test_nothing_to_keep_is_kept(self, store: ListStore) -> None:
        assert await store.keep([], [])
