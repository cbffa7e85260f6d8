"""The rules of campaigns: what one may be made of, and what may become of it. Pure."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from services.notifications.campaigns.models import (
    Campaign,
    CampaignContent,
    CampaignQuery,
    CreateCampaign,
    place_before,
)
from services.notifications.mails import KIND_OF_TEMPLATE
from services.notifications.models import (
    Channel,
    Message,
    NotificationCategory,
    Recipient,
    Source,
    SourceKind,
    Status,
    Template,
    message_id_of,
)
from services.notifications.rendering.content_rules import LONGEST_BODY, LONGEST_SUBJECT, content_problems
from services.notifications.rendering.offered import has_offers
from services.shared.errors import Conflict, Invalid, NotFound, Problem
from services.shared.events import Origin
from services.shared.pages import checked_page_size
from services.shared.text import checked_label

LONGEST_NAME: Final = 200
FURTHEST: Final = timedelta(days=366)


def checked_campaign(wish: CreateCampaign, asked_at: datetime) -> CreateCampaign:
    """The wish, if it can be. Raises Invalid with every problem, each with its path."""
    found: list[Problem] = []
    with _noted(found):
        checked_label(wish.name, ("name",), most=LONGEST_NAME)
    if not wish.category.is_optional:
        found.append(_problem("must be PROMOTIONAL or RECOMMENDATION", "category"))
    found += _problems_with_content(wish.content, offers=wish.category is NotificationCategory.RECOMMENDATION)
    if wish.scheduled_for is not None:
        found += _problems_with_time(wish.scheduled_for, asked_at)
    if found:
        raise Invalid.of(tuple(found))
    return wish


def checked_query(query: CampaignQuery) -> CampaignQuery:
    """Raises Invalid for a page size or cursor that cannot be."""
    checked_page_size(query.first)
    place_before(query)
    return query


def known(campaign: Campaign | None) -> Campaign:
    """The campaign. Raises NotFound where there is none."""
    if campaign is None:
        raise NotFound("no such campaign", ("id",))
    return campaign


def refuse_unless_open(campaign: Campaign) -> None:
    """Raises Conflict for a campaign that has ended."""
    if not campaign.is_open:
        raise Conflict(f"the campaign is {campaign.status}", ("id",))


def message_of(campaign: Campaign, recipient: Recipient, subject: str, position: int, now: datetime) -> Message:
    """What the campaign has to say to one person, to be sent at once and no longer than offers are worth telling."""
    source = Source(kind=SourceKind.CAMPAIGN, id=campaign.id)
    return Message(
        id=message_id_of(source, recipient.user_id, Channel.EMAIL),
        source=source,
        user_id=recipient.user_id,
        channel=Channel.EMAIL,
        template=Template.CAMPAIGN,
        category=campaign.category,
        to=recipient.address,
        subject=subject,
        facts={},
        position=position,
        origin=Origin(correlation_id=campaign.id, causation_id=campaign.id),
        status=Status.QUEUED,
        attempts=0,
        unknown_attempts=0,
        claim=None,
        reason=None,
        detail=None,
        queued_at=now,
        next_try_at=now,
        expires_at=(campaign.started_at or now) + KIND_OF_TEMPLATE[Template.CAMPAIGN].term,
        settled_at=None,
    )


def is_personal(wish: CreateCampaign) -> bool:
    """Whether each of its readers is offered what is recommended to him."""
    return wish.category is NotificationCategory.RECOMMENDATION and has_offers(wish.content.body)


def _problems_with_content(content: CampaignContent, *, offers: bool) -> Iterator[Problem]:
    """Of what is no text that people can read, no more is said."""
    found: list[Problem] = []
    subject = body = ""
    with _noted(found):
        subject = checked_label(content.subject, ("subject",), most=LONGEST_SUBJECT)
    with _noted(found):
        body = checked_label(content.body, ("body",), most=LONGEST_BODY, lines=True)
    yield from found
    yield from content_problems(subject, body, offers=offers)


def _problems_with_time(moment: datetime, asked_at: datetime) -> Iterator[Problem]:
    if moment < asked_at:
        yield _problem("is in the past; leave it out to begin at once", "scheduledFor")
    if moment > asked_at + FURTHEST:
        yield _problem("must be within a year", "scheduledFor")


def _problem(message: str, *path: str) -> Problem:
    return Problem(code=Invalid.code, message=message, path=path)


@contextmanager
def _noted(found: list[Problem]) -> Iterator[None]:
    try:
        yield
    except Invalid as refusal:
        found.extend(refusal.problems)
