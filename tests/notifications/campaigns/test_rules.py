"""What a campaign may be made of: everything that is wrong is told at once, each with its path."""

from datetime import timedelta

import pytest

from services.notifications.campaigns.models import CampaignContent
from services.notifications.campaigns.rules import checked_campaign
from services.notifications.models import NotificationCategory
from services.shared.errors import Invalid
from tests.notifications.campaigns.makers import CONTENT, a_wish
from tests.notifications.makers import MOMENT


def paths(**changes: object) -> list[tuple[str, ...] | None]:
    with pytest.raises(Invalid) as refused:
        checked_campaign(a_wish("c1", **changes), MOMENT)
    return [problem.path for problem in refused.value.problems]


def content(subject: str = CONTENT.subject, body: str = CONTENT.body) -> CampaignContent:
    return CampaignContent(subject=subject, body=body)


def test_a_campaign_that_can_be_is_answered_as_it_is() -> None:
    for wish in (a_wish(), a_wish(scheduled_for=MOMENT), a_wish(scheduled_for=MOMENT + timedelta(days=365))):
        assert checked_campaign(wish, MOMENT) == wish


@pytest.mark.parametrize("category", [NotificationCategory.SECURITY, NotificationCategory.TRANSACTIONAL])
def test_what_nobody_can_decline_is_no_campaign(category: NotificationCategory) -> None:
    assert paths(category=category) == [("category",)]


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "a\nb"])
def test_a_name_is_a_line_that_can_be_read(name: str) -> None:
    assert paths(name=name) == [("name",)]


@pytest.mark.parametrize("subject", ["", " ", "x" * 201, "a\r\nBcc: everybody@example.org", "{{password}}"])
def test_a_subject_is_a_line_with_known_placeholders(subject: str) -> None:
    assert paths(content=content(subject=subject)) == [("subject",)]


@pytest.mark.parametrize("body", ["", " \n ", "x" * 1_000_000, "a\x00b", "{{ password }}", "{{"])
def test_a_body_is_text_of_a_size_with_known_placeholders(body: str) -> None:
    assert paths(content=content(body=body)) == [("body",)]


@pytest.mark.parametrize("offset", [timedelta(milliseconds=-1), timedelta(days=-400), timedelta(days=367)])
def test_a_campaign_begins_neither_in_the_past_nor_in_years(offset: timedelta) -> None:
    assert paths(scheduled_for=MOMENT + offset) == [("scheduledFor",)]


def test_everything_that_is_wrong_is_told() -> None:
    wrong = paths(
        name="",
        category=NotificationCategory.SECURITY,
        content=content(subject="", body="{{nobody}}"),
        scheduled_for=MOMENT - timedelta(days=1),
    )
    assert wrong == [("name",), ("category",), ("subject",), ("body",), ("scheduledFor",)]
