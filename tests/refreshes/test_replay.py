"""Refreshes and rebuilds still do what they did when their histories were recorded; see tests/workflows."""

import pytest
from temporalio.workflow import NondeterminismError

from tests.refreshes.outcomes import OF_REBUILDS, OF_REFRESHES, REBUILDS, REFRESHES
from tests.workflows.recorded import RecordedHistories
from workflows.rebuild_recommendations import RebuildRecommendations
from workflows.refresh_recommendations import RefreshRecommendations

OF_USERS = RecordedHistories(folder=REFRESHES, workflow=RefreshRecommendations)
OF_ORDERS = RecordedHistories(folder=REBUILDS, workflow=RebuildRecommendations)


def test_every_outcome_has_a_history() -> None:
    assert OF_USERS.names() == set(OF_REFRESHES)
    assert OF_ORDERS.names() == set(OF_REBUILDS)


@pytest.mark.parametrize("sandboxed", [True, False])
async def test_recorded_histories_are_replayed(sandboxed: bool) -> None:  # noqa: FBT001 (a parameter)
    await OF_USERS.replay(OF_REFRESHES, sandboxed=sandboxed)
    await OF_ORDERS.replay(OF_REBUILDS, sandboxed=sandboxed)


async def test_another_order_of_commands_is_found_out() -> None:
    with pytest.raises(NondeterminismError):
        await OF_USERS.replay_changed(
            "all_users", '"name":"recommendations.refresh_batch"', '"name":"recommendations.refresh_users"'
        )
    with pytest.raises(NondeterminismError):
        await OF_ORDERS.replay_changed(
            "counted_anew", '"name":"recommendations.finish_rebuild"', '"name":"recommendations.begin_rebuild"'
        )


def test_no_history_tells_of_the_machine_that_recorded_it() -> None:
    assert OF_USERS.words_of_the_machine() | OF_ORDERS.words_of_the_machine() == set()
