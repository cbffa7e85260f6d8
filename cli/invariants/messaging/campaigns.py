"""The invariants of campaigns: their counts are those of their messages, to the recipient. Pure."""

from collections import Counter, defaultdict

from cli.invariants.messaging.records import CampaignFact
from cli.invariants.records import Facts
from cli.invariants.verdict import Invariant, Verdict, counted
from services.notifications.models import SourceKind, Status

ENDS = (Status.SENT, Status.SKIPPED, Status.FAILED)


def counts_add_up(facts: Facts) -> Verdict:
    """A campaign has counted as many of each as there are. While it is on its way, that is not looked at."""
    rows: defaultdict[str, Counter[Status]] = defaultdict(Counter)
    for message in facts.messaging.messages:
        if message.source_kind is SourceKind.CAMPAIGN:
            rows[message.source_id][message.status] += 1
    breaches = [
        f"campaign {campaign.id} is {campaign.status}: {_said(campaign)} counted, but its messages are {_shown(found)}"
        for campaign in facts.messaging.campaigns
        if _is_looked_at(campaign, facts) and _counts(campaign) != _known(found := rows[campaign.id])
    ]
    unknown = rows.keys() - {campaign.id for campaign in facts.messaging.campaigns}
    breaches += [f"{rows[lost].total()} messages of campaign {lost}, which is unknown" for lost in sorted(unknown)]
    return Verdict(
        seen=f"{counted(len(facts.messaging.campaigns), 'campaign')}, {sum(map(Counter.total, rows.values()))} told",
        breaches=breaches,
    )


def on_their_way(facts: Facts) -> list[str]:
    """The campaigns that send just now, a short sentence each."""
    return [f"campaign {each.id} is {each.status}" for each in facts.messaging.campaigns if each.is_moving]


def _is_looked_at(campaign: CampaignFact, facts: Facts) -> bool:
    since = facts.messaging.since
    is_forgotten = bool(since and campaign.finished_at and campaign.finished_at < since)
    return not campaign.is_moving and not is_forgotten


def _counts(campaign: CampaignFact) -> tuple[int, ...]:
    return campaign.recipients, campaign.sent, campaign.skipped, campaign.failed


def _known(found: Counter[Status]) -> tuple[int, ...]:
    return found.total(), *(found[status] for status in ENDS)


def _said(campaign: CampaignFact) -> str:
    recipients, sent, skipped, failed = _counts(campaign)
    return f"{recipients} recipients, {sent} SENT, {skipped} SKIPPED, {failed} FAILED"


def _shown(found: Counter[Status]) -> str:
    return ", ".join(f"{found[status]} {status}" for status in Status if found[status]) or "none"


CAMPAIGNS = (Invariant(name="campaigns add up", check=counts_add_up),)
