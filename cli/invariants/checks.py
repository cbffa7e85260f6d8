"""All invariants in the order in which they are told, judged over collected facts. Pure: reads nothing."""

from cli.invariants.consuming import CONSUMING
from cli.invariants.events import EVENTS
from cli.invariants.messaging.campaigns import CAMPAIGNS
from cli.invariants.messaging.sent import MESSAGES
from cli.invariants.money import MONEY
from cli.invariants.progress import PROGRESS
from cli.invariants.recommending.counts import RECOMMENDING
from cli.invariants.records import Facts, Finding
from cli.invariants.stock import STOCK
from cli.invariants.verdict import Invariant

INVARIANTS: tuple[Invariant, ...] = (
    *STOCK,
    *MONEY,
    *PROGRESS,
    *EVENTS,
    *CONSUMING,
    *MESSAGES,
    *CAMPAIGNS,
    *RECOMMENDING,
)


def judge(facts: Facts) -> list[Finding]:
    """One finding for each invariant."""
    return [invariant.judge(facts) for invariant in INVARIANTS]
