"""How a check answers, and how its answer becomes a finding of one line. Knows no invariant."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cli.invariants.records import Facts, Finding

SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a check saw.

    Attributes:
        seen: what was looked at, e.g. "12 SKUs"; said when the invariant holds.
        breaches: one short sentence for each thing that breaks it.
    """

    seen: str
    breaches: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invariant:
    """A rule that always holds once nothing is in flight, and the pure function that looks for what breaks it."""

    name: str
    check: Callable[[Facts], Verdict]

    def judge(self, facts: Facts) -> Finding:
        """The check's verdict over these facts, in one line."""
        verdict = self.check(facts)
        return Finding(name=self.name, holds=not verdict.breaches, detail=_line(verdict))


def counted(number: int, noun: str) -> str:
    """A number and its noun: "1 order", "2 orders"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _line(verdict: Verdict) -> str:
    if not verdict.breaches:
        return verdict.seen
    shown = "; ".join(verdict.breaches[:SHOWN])
    hidden = len(verdict.breaches) - SHOWN
    return f"{shown}; and {hidden} more" if hidden > 0 else shown
