"""OPS have recommendations made anew, and orders counted anew: begun at once, told by their workflow, on record."""

from tests.gateway.world import World

REFRESH = """mutation ($user: ID) { refreshRecommendations(userId: $user) {
  workflow { id } errors { code path } } }"""
REBUILD = "mutation { rebuildRecommendations { workflow { id } errors { code } } }"


async def test_all_lists_or_one_are_made_anew(world: World) -> None:
    for user, workflow_id in ((None, "recommendations/all"), ("u1", "recommendations/u1")):
        done = (await world.ask(REFRESH, {"user": user}, "ops"))["data"]["refreshRecommendations"]
        assert done == {"workflow": {"id": workflow_id}, "errors": []}
    assert world.refreshes.journal == ["recommendations/all", "recommendations/u1"]


async def test_all_orders_are_counted_anew(world: World) -> None:
    done = (await world.ask(REBUILD, {}, "admin"))["data"]["rebuildRecommendations"]
    assert done == {"workflow": {"id": "recommendations/rebuild"}, "errors": []}
    assert world.refreshes.journal == ["recommendations/rebuild"]


async def test_an_id_that_cannot_be_is_refused(world: World) -> None:
    for user in ("", "x" * 201, "\x00"):
        done = (await world.ask(REFRESH, {"user": user}, "ops"))["data"]["refreshRecommendations"]
        assert (done["workflow"], done["errors"]) == (None, [{"code": "INVALID", "path": ["userId"]}])
    assert world.refreshes.journal == []


async def test_without_an_engine_it_is_unavailable(world: World) -> None:
    world.refreshes.away = True
    for query in (REFRESH, REBUILD):
        (error,) = (await world.ask(query, {}, "ops"))["errors"]
        assert error["extensions"]["code"] == "UNAVAILABLE"
