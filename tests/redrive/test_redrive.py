"""A redrive: a canary first, each letter at the one consumer that gave up, nothing lost or done twice on the way."""

from dataclasses import replace
from datetime import timedelta

import pytest
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowExecutionStatus, WorkflowFailureError

from activities.deadletters import LARGEST
from services.deadletters.models import LetterFilter, LetterStatus, Selection
from services.shared.errors import Invalid
from tests.redrive.lab import QUICK, Case, Lab, cancel_is_heard, until
from tests.redrive.outcomes import CAREFUL, names
from workflows.failures import refusal_of
from workflows.redrive_dead_letters import RedriveDeadLetters
from workflows.redrives import RedriveState, Tally

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_each_letter_goes_to_the_consumer_that_gave_up_and_oldest_first(case: Case) -> None:
    await case.letters.park("stock-notes", "e1", "e2")
    await case.letters.park("live-orders", "e3")
    done = await case.redrive(reason="the shelf is back")
    assert (case.notes.effects, case.live.effects) == (["e1", "e2"], ["e3"])
    assert (done.state, done.total, done.tally) == (RedriveState.DONE, 3, Tally(applied=3))
    letter = (await case.letters.all())["e1"]
    assert (letter.status, letter.replays, letter.history[0].actor_id) == (LetterStatus.REPLAYED, 1, "olga")
    assert letter.history[0].redrive_id == f"redrive/{case.request_id}"
    assert {each.history[0].reason for each in (await case.letters.all()).values()} == {"the shelf is back"}


async def test_what_was_applied_before_or_is_superseded_is_done_with(case: Case) -> None:
    await case.letters.park("stock-notes", "old", key="ink", version=1)
    await case.letters.park("stock-notes", "had", "new", key="pen", version=2)
    case.notes.effects.append("had")
    case.notes._versions[b"ink"] = 5
    done = await case.redrive()
    assert done.tally == Tally(applied=1, already_applied=1, superseded=1)
    assert set((await case.letters.statuses()).values()) == {"REPLAYED"}


async def test_a_dry_run_tells_of_each_letter_and_changes_nothing(case: Case) -> None:
    await case.letters.park("stock-notes", "had", "bad", "new")
    await case.letters.park("no-such-consumer", "lost")
    await case.letters.park("stock-notes", "huge", size=LARGEST)
    case.notes.effects.append("had")
    case.notes.fails = lambda event: event == "bad"
    before = await case.letters.all()
    told = await case.redrive(dry_run=True)
    by_event = {letter.id: event for event, letter in before.items()}
    assert {by_event[each.letter_id]: each.verdict for each in told.shown} == {
        "had": "ALREADY_APPLIED",
        "bad": "WOULD_FAIL",
        "new": "WOULD_APPLY",
        "lost": "WOULD_FAIL",
        "huge": "WOULD_FAIL",
    }
    assert {each.error_type for each in told.shown} == {"", "tests.Refused", "UnknownConsumer", "TooLarge"}
    assert (told.state, told.tally) == (RedriveState.DONE, Tally(applied=1, already_applied=1, failed=3))
    assert (await case.letters.all(), case.notes.effects) == (before, ["had"])


async def test_the_rest_is_left_alone_when_too_much_of_the_canary_fails(case: Case) -> None:
    await case.letters.park("stock-notes", *names(30))
    case.notes.fails = lambda event: event == "e0001"
    done = await case.redrive(rules=CAREFUL)
    assert (done.state, done.canary, done.tally) == (RedriveState.STOPPED, 4, Tally(applied=3, failed=1))
    assert case.notes.effects == ["e0000", "e0002", "e0003"]
    assert done.shown[0].error_message == "refused again"
    statuses = await case.letters.statuses()
    assert [event for event, status in sorted(statuses.items()) if status == "PARKED"] == ["e0001", *names(30)[4:]]


async def test_a_canary_that_is_well_lets_the_rest_follow_though_some_of_it_fails(case: Case) -> None:
    await case.letters.park("stock-notes", *names(30))
    case.notes.fails = lambda event: event >= "e0010" and int(event[1:]) % 2 == 0
    done = await case.redrive(rules=CAREFUL)
    assert (done.state, done.tally) == (RedriveState.DONE, Tally(applied=20, failed=10))
    assert len(case.notes.effects) == 20


async def test_a_letter_that_fails_for_the_third_time_is_quarantined_and_replayed_by_name_only(lab: Lab) -> None:
    case = lab.case()
    await case.letters.park("stock-notes", "e1")
    case.notes.fails = lambda _: True
    for quarantined in (0, 0, 1):
        case = lab.again(case)
        done = await case.redrive()
        assert (done.tally, done.quarantined) == (Tally(failed=1), quarantined)
    assert await case.letters.statuses() == {"e1": "QUARANTINED"}
    assert (await lab.again(case).redrive()).total == 0
    case.notes.fails = lambda _: False
    done = await lab.again(case).redrive(Selection(ids=(await case.letters.id_of("e1"),)))
    assert done.tally == Tally(applied=1)
    assert await case.letters.statuses() == {"e1": "REPLAYED"}


async def test_three_redrives_of_a_letter_at_the_same_moment_are_one_try(lab: Lab) -> None:
    case = lab.case()
    await case.letters.park("stock-notes", "e1")
    case.notes.fails = lambda _: True
    case.notes.gate.clear()
    runs = [await each.start() for each in (case, lab.again(case), lab.again(case))]
    await until(lambda: asked(case, 3))
    case.notes.gate.set()
    assert [(await run.result()).quarantined for run in runs] == [0, 0, 0]
    letter = (await case.letters.all())["e1"]
    assert (letter.status, letter.replays, len(letter.history)) == (LetterStatus.PARKED, 1, 3)


async def asked(case: Case, times: int) -> bool:
    return case.notes.asked >= times


async def test_only_what_was_there_at_the_start_and_was_asked_for_is_replayed(case: Case) -> None:
    await case.letters.park("stock-notes", *names(12))
    await case.letters.park("live-orders", "other")
    case.notes.gate.clear()
    run = await case.start(Selection(wanted=LetterFilter(consumer="stock-notes")))
    await case.notes.entered.wait()
    await case.letters.park("stock-notes", "late")
    case.notes.gate.set()
    assert (await run.result()).tally == Tally(applied=12)
    statuses = await case.letters.statuses()
    assert (statuses["late"], statuses["other"]) == ("PARKED", "PARKED")


async def test_a_service_that_is_away_is_waited_for_and_is_no_failure_of_a_letter(case: Case) -> None:
    await case.letters.park("stock-notes", *names(5))
    case.notes.away = True
    run = await case.start()
    await until(lambda: asked(case, 2))
    assert (await run.query(RedriveDeadLetters.progress)).tally == Tally()
    case.notes.away = False
    done = await run.result()
    assert (done.tally, case.notes.effects) == (Tally(applied=5), names(5))
    assert {letter.replays for letter in (await case.letters.all()).values()} == {1}


async def test_a_cancelled_redrive_ends_between_batches_with_what_it_did_recorded(case: Case) -> None:
    await case.letters.park("stock-notes", *names(25))
    case.notes.gate.clear()
    run = await case.start()
    await case.notes.entered.wait()
    await run.cancel()
    # The test server loses a step that ends while its cancellation is on its way.
    await until(lambda: cancel_is_heard(run))
    case.notes.gate.set()
    with pytest.raises(WorkflowFailureError):
        await run.result()
    assert (await run.describe()).status is WorkflowExecutionStatus.CANCELED
    told = await run.query(RedriveDeadLetters.progress)
    replayed = [event for event, status in (await case.letters.statuses()).items() if status == "REPLAYED"]
    assert (told.state, told.tally.done) == (RedriveState.CANCELLED, len(replayed))
    assert sorted(replayed) == case.notes.effects
    assert len(replayed) < 25


async def test_a_cancelled_redrive_does_not_wait_for_a_service_that_is_away(case: Case) -> None:
    await case.letters.park("stock-notes", "e1")
    case.notes.away = True
    run = await case.start()
    await until(lambda: asked(case, 2))
    await run.cancel()
    with pytest.raises(WorkflowFailureError):
        await run.result()
    assert (await run.describe()).status is WorkflowExecutionStatus.CANCELED
    assert await case.letters.statuses() == {"e1": "PARKED"}


async def test_letters_go_at_the_rate_and_no_faster(lab: Lab, case: Case) -> None:
    await case.letters.park("stock-notes", *names(60))
    began = await lab.env.get_current_time()
    done = await case.redrive(rules=replace(QUICK, per_second=1))
    assert done.tally == Tally(applied=60)
    # The last batch is not waited after.
    assert await lab.env.get_current_time() - began >= timedelta(seconds=50)


async def test_records_that_are_large_travel_one_by_one_and_whole(case: Case) -> None:
    await case.letters.park("stock-notes", "e1", "e2", "e3", size=900_000)
    assert (await case.redrive()).tally == Tally(applied=3)
    assert case.notes.largest == 900_001


async def test_a_long_redrive_goes_on_in_runs_that_know_how_far_it_was(case: Case) -> None:
    await case.letters.park("stock-notes", *names(95))
    case.notes.fails = lambda event: event == "e0090"
    run = await case.start(rules=replace(QUICK, batches_a_run=3))
    done = await run.result()
    assert (done.total, done.tally) == (95, Tally(applied=94, failed=1))
    assert len(case.notes.effects) == len(set(case.notes.effects)) == 94
    first = case.client.get_workflow_handle(run.id, run_id=run.first_execution_run_id)
    assert (await first.describe()).status is WorkflowExecutionStatus.CONTINUED_AS_NEW


async def test_a_selection_that_cannot_be_is_refused(case: Case) -> None:
    with pytest.raises(WorkflowFailureError) as caught:
        await case.redrive(Selection())
    assert isinstance(refusal_of(caught.value), Invalid)


async def test_the_ui_shows_how_far_it_is(case: Case) -> None:
    await case.letters.park("stock-notes", *names(30))
    case.notes.fails = lambda event: event == "e0001"
    run = await case.start(rules=CAREFUL)
    await run.result()
    metadata: WorkflowMetadata = await run.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    details = str(metadata.current_details)
    assert "**STOPPED**: 4 of 30 dead letters, asked for by olga" in details
    assert "- failed: 1" in details
