"""A planted bug for each invariant proves that its check sees it. Pure facts; no system runs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from cli.invariants.checks import INVARIANTS, judge
from cli.invariants.event_records import Position
from cli.invariants.records import Facts
from tests.invariants.healthy import LETTERS, PATHS, event, healthy, letter, receipt, record_of
from tests.invariants.healthy_messages import NOON
from tests.invariants.plants import PLANTED, Plant

BUGS = [
    pytest.param(name, plant, id=f"{name}: {what}")
    for name, plants in PLANTED.items()
    for what, plant in plants.items()
]


def broken(facts: Facts) -> dict[str, str]:
    return {finding.name: finding.detail for finding in judge(facts) if not finding.holds}


def test_a_healthy_shop_breaks_nothing() -> None:
    assert broken(healthy()) == {}


def test_an_empty_system_breaks_nothing() -> None:
    assert broken(Facts()) == {}


@pytest.mark.parametrize(("name", "plant"), BUGS)
def test_the_check_sees_the_bug(name: str, plant: Plant) -> None:
    assert name in broken(plant(healthy()))


def test_every_invariant_has_a_planted_bug() -> None:
    assert [invariant.name for invariant in INVARIANTS] == list(PLANTED)


def test_a_finding_is_one_line_and_names_what_breaks_it() -> None:
    facts = replace(healthy(), alive=frozenset(PATHS))
    detail = broken(facts)["every order final or alive"]
    assert "order delivered is DELIVERED and its workflow runs" in detail
    assert "and 1 more" in detail
    assert "\n" not in detail


def test_an_event_delivered_again_is_no_bug() -> None:
    facts = healthy()
    assert broken(replace(facts, records=(*facts.records, *facts.records))) == {}


def test_an_event_older_than_the_log_is_not_looked_for() -> None:
    facts = healthy()
    kept = tuple(record_of(event("confirmed", sequence)) for sequence in (1, 2))
    assert {"every event on Kafka", "no effect without its event"} <= set(broken(replace(facts, records=kept)))
    assert broken(replace(facts, records=kept, log_since=NOON + timedelta(seconds=1))) == {}


def test_a_record_that_is_older_than_receipts_needs_none() -> None:
    facts = replace(healthy(), receipts=())
    assert "every event has its effect once" in broken(facts)
    assert broken(replace(facts, receipts_since=NOON + timedelta(seconds=1))) == {}


def test_a_dead_letter_that_waits_is_no_bug_and_is_told() -> None:
    facts = healthy()
    details = {finding.name: finding.detail for finding in judge(facts)}
    assert details["every event has its effect once"] == "9 effects, 3 dead letters (2 PARKED)"
    settled = replace(facts, letters=tuple(replace(each, status="DISCARDED") for each in facts.letters[:1]))
    details = {finding.name: finding.detail for finding in judge(settled)}
    assert details["every dead letter is kept"] == "1 dead letter (none waits)"


def test_what_was_replayed_has_its_effect_though_its_event_is_nowhere_else() -> None:
    facts = healthy()
    foreign = replace(facts.letters[0], event_id="long-gone", status="REPLAYED")
    replayed = (receipt("delivered-2"), receipt("long-gone"))
    assert broken(replace(facts, receipts=(*facts.receipts, *replayed), letters=(*facts.letters, foreign))) == {}


def test_a_record_that_was_given_up_twice_has_one_letter() -> None:
    facts = healthy()
    again = replace(facts.letter_records[0], position=Position(topic=LETTERS, partition=0, offset=1))
    assert broken(replace(facts, letter_records=(*facts.letter_records, again))) == {}


def test_an_odd_record_that_was_given_up_is_no_bug() -> None:
    facts = PLANTED["no event that nobody told"]["no event at all"](healthy())
    given_up = letter(facts.records[-1])
    assert broken(replace(facts, letters=(*facts.letters, given_up))) == {}


def test_stock_of_which_an_event_was_given_up_may_be_unknown_until_it_is_replayed() -> None:
    facts = PLANTED["the catalogue knows the stock"]["another number"](healthy())
    lost = replace(facts.letters[0], subject="LAMP")
    assert broken(replace(facts, letters=(*facts.letters, lost))) == {}
    replayed = replace(lost, status="REPLAYED")
    assert "the catalogue knows the stock" in broken(replace(facts, letters=(*facts.letters, replayed)))


def test_an_order_being_placed_is_in_flight_and_breaks_no_rule_of_money() -> None:
    facts = PLANTED["at rest"]["an order in the middle"](healthy())
    assert broken(facts) == {"at rest": "order moving is RESERVED"}


def test_what_an_old_outbox_has_removed_is_not_missed() -> None:
    facts = healthy()
    without_first = replace(facts, events=tuple(event for event in facts.events if event.sequence > 1))
    without_all = replace(facts, events=())
    without_last = replace(facts, events=tuple(event for event in facts.events if event.sequence == 1))
    for kept in (without_first, without_all):
        assert "every change has its event" in broken(kept)
        assert broken(replace(kept, pruned=frozenset({"caravan.orders", "caravan.notifications"}))) == {}
    assert "every change has its event" in broken(replace(without_last, pruned=frozenset({"caravan.orders"})))


def test_a_parked_event_is_named_with_its_reason() -> None:
    facts = healthy()
    parked = replace(facts.events[0], sent=False, parked="it is too large")
    detail = broken(replace(facts, events=(parked, *facts.events[1:])))["every event sent"]
    assert "order.placed.v1 of" in detail
    assert "is parked: it is too large" in detail
    assert "at rest" not in broken(replace(facts, events=(parked, *facts.events[1:])))
