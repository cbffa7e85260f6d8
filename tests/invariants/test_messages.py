"""What is no bug of messages, though it looks like one. Pure facts; no system runs."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.invariants.healthy import healthy
from tests.invariants.healthy_messages import NOON, SALE
from tests.invariants.message_plants import MESSAGE_PLANTS, Plant, message, messaging, sent_by
from tests.invariants.test_planted import broken

LATER = NOON + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("message_id", "workflow"),
    [
        ("m-confirmed", "notification/confirmed-2"),
        ("m-glad", "campaign/sale"),
        # Another try of a message that had failed.
        ("m-lost", "notification/m-lost-1"),
    ],
)
def test_a_message_on_its_way_is_no_bug(message_id: str, workflow: str) -> None:
    facts = sent_by(message_id, workflow)(healthy())
    assert "everybody is told" not in broken(facts)
    assert "everybody is told" in broken(messaging(alive=frozenset())(facts))


def test_an_event_whose_workflow_has_not_made_its_message_yet_is_no_bug() -> None:
    facts = MESSAGE_PLANTS["everybody is told"]["an order nobody was told of"](healthy())
    assert "everybody is told" not in broken(messaging(alive=frozenset({"notification/confirmed-2"}))(facts))


def test_an_event_that_was_given_up_is_told_by_its_replay() -> None:
    facts = MESSAGE_PLANTS["everybody is told"]["an order nobody was told of"](healthy())
    letter = replace(facts.letters[0], consumer="notifications-orders", event_id="confirmed-2")
    assert "everybody is told" not in broken(replace(facts, letters=(*facts.letters, letter)))


@pytest.mark.parametrize("plant", MESSAGE_PLANTS["every sent message arrived"].values())
def test_what_was_sent_before_the_mailbox_was_there_is_not_looked_for(plant: Plant) -> None:
    facts = plant(healthy())
    later = [replace(mail, at=LATER) for mail in facts.messaging.mails or ()]
    assert "every sent message arrived" not in broken(messaging(mails=later)(facts))


@pytest.mark.parametrize("name", ["every sent message arrived", "one mail a message"])
def test_nobody_looks_into_a_mailbox_that_is_not_ours(name: str) -> None:
    for plant in MESSAGE_PLANTS[name].values():
        assert name not in broken(messaging(mails=None)(plant(healthy())))


def test_an_attempt_in_doubt_may_have_come() -> None:
    facts = MESSAGE_PLANTS["one mail a message"]["failed, but sent"](healthy())
    assert "one mail a message" not in broken(message("m-lost", unknown_attempts=1)(facts))


def test_a_mail_of_a_message_that_is_forgotten_is_no_bug() -> None:
    facts = MESSAGE_PLANTS["one mail a message"]["a mail of no message"](healthy())
    assert broken(messaging(since=LATER)(facts)) == {}


@pytest.mark.parametrize("plant", MESSAGE_PLANTS["campaigns add up"].values())
def test_a_campaign_that_sends_is_in_flight(plant: Plant) -> None:
    facts = plant(healthy())
    moving = [replace(campaign, is_moving=True, status="RUNNING") for campaign in facts.messaging.campaigns or [SALE]]
    assert broken(messaging(campaigns=moving)(facts))["at rest"] == "campaign sale is RUNNING"
