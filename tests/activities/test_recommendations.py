"""A batch of lists is walked page by page, as parts of one job: what is read once a job is not read once a page."""

from temporalio.testing import ActivityEnvironment

from activities.recommendations import RecommendationActivities, RefreshBatch
from services.recommendations.refreshing.models import RefreshedUsers, RefreshUsers, UserPage, UsersAfter
from services.shared.events import Origin
from tests.recommendations.lists.house import House

USERS = tuple(f"u{number}" for number in range(7))


class Walked(House):
    """Lists of many, a few a page."""

    def __init__(self) -> None:
        super().__init__()
        self.wishes: list[RefreshUsers] = []
        self.refresh, self.page = self.steps.refresh_users, self.steps.users_after
        self.steps.refresh_users = self._refresh_users  # type: ignore[method-assign]
        self.steps.users_after = self._few_after  # type: ignore[method-assign]

    async def _refresh_users(self, wish: RefreshUsers, origin: Origin) -> RefreshedUsers:
        self.wishes.append(wish)
        return await self.refresh(wish, origin)

    async def _few_after(self, wish: UsersAfter) -> UserPage:
        return await self.page(UsersAfter(after=wish.after, limit=3))


async def test_all_pages_of_a_batch_are_of_the_same_job() -> None:
    house = Walked()
    for user in USERS:
        await house.buys(user, "pen", order=user)
    done = await ActivityEnvironment().run(
        RecommendationActivities(house.steps, house.steps).refresh_batch, RefreshBatch(limit=100)
    )
    assert (done.users, done.more) == (len(USERS), False)
    assert [len(wish.user_ids) for wish in house.wishes] == [3, 3, 1]
    assert len({wish.job for wish in house.wishes} - {None}) == 1
    assert set(house.lists.lists) == set(USERS)
