"""What goes into and comes out of a redrive, and when it stops. Values and pure rules; no field is ever removed or
renamed, because running workflows hold old ones.
"""

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import Final

from activities.replays import LetterVerdict
from services.deadletters.models import Selection
from services.shared.replays import Prospect, Verdict

MOST_SHOWN: Final = 100
"""Letters that a redrive tells of one by one; all are counted, and the store knows how each went."""


COUNTED: Final = {
    Verdict.APPLIED.value: "applied",
    Verdict.DUPLICATE.value: "already_applied",
    Verdict.SUPERSEDED.value: "superseded",
    Verdict.FAILED.value: "failed",
    Prospect.WOULD_APPLY.value: "applied",
    Prospect.ALREADY_APPLIED.value: "already_applied",
    Prospect.WOULD_FAIL.value: "failed",
}
"""Where a tally counts each verdict; SUPERSEDED is called the same in both."""


class RedriveState(StrEnum):
    """How far a redrive is. STOPPED: too much of the canary failed again, and the rest was left alone."""

    SELECTING = "SELECTING"
    CANARY = "CANARY"
    RUNNING = "RUNNING"
    DONE = "DONE"
    STOPPED = "STOPPED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedriveRules:
    """How carefully letters are replayed.

    Attributes:
        canary_share: the part of all letters that goes first, between `canary_least` and `canary_most` of them.
        success_share: of the canary, what must have its effect; with less the redrive stops.
        per_second: letters a second at most, on average.
        batch: letters that are applied together.
        batches_a_run: after so many the workflow goes on as a new run, so that no history grows long.
    """

    canary_share: float = 0.05
    canary_least: int = 20
    canary_most: int = 500
    success_share: float = 0.95
    per_second: float = 50.0
    batch: int = 50
    batches_a_run: int = 100

    def canary_of(self, total: int) -> int:
        """How many of so many go first."""
        return min(total, self.canary_most, max(self.canary_least, ceil(total * self.canary_share)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many letters came to what. In a dry run: what they would come to."""

    applied: int = 0
    already_applied: int = 0
    superseded: int = 0
    failed: int = 0

    @property
    def done(self) -> int:
        """All of them."""
        return self.applied + self.already_applied + self.superseded + self.failed

    @property
    def succeeded(self) -> int:
        """Those that need nothing more. What is superseded or was applied before has nothing left to do."""
        return self.done - self.failed

    def with_letters(self, letters: Sequence[LetterVerdict]) -> "Tally":
        """These as well."""
        counted = Counter(COUNTED[each.verdict] for each in letters)
        return Tally(**{name: getattr(self, name) + counted[name] for name in Tally.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class RedriveProgress:
    """What a redrive tells of itself, and in the end answers.

    Attributes:
        total: the letters that were there when it began.
        canary: how many of them go first.
        quarantined: that were set aside, since they failed too often.
        shown: the first MOST_SHOWN letters that failed; in a dry run, of all.
    """

    state: RedriveState = RedriveState.SELECTING
    dry_run: bool = False
    total: int = 0
    canary: int = 0
    tally: Tally = Tally()
    quarantined: int = 0
    shown: tuple[LetterVerdict, ...] = ()

    def begun(self, total: int, rules: RedriveRules) -> "RedriveProgress":
        """With its letters counted. A dry run harms nothing and needs no canary, nor do so few that it would be all."""
        canary = rules.canary_of(total)
        canary = 0 if self.dry_run or canary == total else canary
        state = RedriveState.CANARY if canary else RedriveState.RUNNING
        return dataclasses.replace(self, state=state, total=total, canary=canary)

    def next_batch(self, rules: RedriveRules) -> int:
        """How many letters to take next: a canary is never mixed with what follows it."""
        left = self.canary - self.tally.done
        return min(rules.batch, left) if self.state is RedriveState.CANARY else rules.batch

    def after(self, letters: Sequence[LetterVerdict], quarantined: int, rules: RedriveRules) -> "RedriveProgress":
        """With these letters done; STOPPED if the canary is over and too much of it failed."""
        news = letters if self.dry_run else [each for each in letters if COUNTED[each.verdict] == "failed"]
        so_far = dataclasses.replace(
            self,
            tally=self.tally.with_letters(letters),
            quarantined=self.quarantined + quarantined,
            shown=(*self.shown, *news)[:MOST_SHOWN],
        )
        if self.state is not RedriveState.CANARY or so_far.tally.done < self.canary:
            return so_far
        good = so_far.tally.succeeded >= rules.success_share * so_far.tally.done
        return dataclasses.replace(so_far, state=RedriveState.RUNNING if good else RedriveState.STOPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedriveMark:
    """Where a redrive stands in its letters: behind the place `after`, with none behind `until`."""

    progress: RedriveProgress
    until: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedriveInput:
    """What is to be replayed, and on whose behalf.

    Attributes:
        actor_id: who has asked for it, as the gateway has verified.
        so_far: how far earlier runs of the same redrive came; None for the first.
        reason: why, in their words; empty where they gave none, and in inputs that are older than it.
    """

    actor_id: str
    selection: Selection
    dry_run: bool = False
    rules: RedriveRules = RedriveRules()
    so_far: RedriveMark | None = None
    reason: str = ""


def told(progress: RedriveProgress, actor_id: str) -> str:
    """How far a redrive is, in Markdown, for whoever looks at its run."""
    tally = progress.tally
    what = "dry run, asked for" if progress.dry_run else "asked for"
    lines = [f"**{progress.state}**: {tally.done} of {progress.total} dead letters, {what} by {actor_id}", ""]
    if progress.canary:
        lines.append(f"- the first {progress.canary} are the canary")
    lines += [f"- {name.replace('_', ' ')}: {count}" for name, count in dataclasses.asdict(tally).items() if count]
    if progress.quarantined:
        lines.append(f"- quarantined: {progress.quarantined}")
    if progress.state is RedriveState.STOPPED:
        lines += ["", "Too much of the canary failed again: the other letters were left alone."]
    return "\n".join(lines)
