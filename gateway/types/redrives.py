"""Redrives of dead letters as the schema shows them, to OPS: what was begun, how far it is, what it would do."""

from collections.abc import Sequence
from dataclasses import dataclass

import graphene

from activities.replays import LetterVerdict
from gateway.answers import Answer
from gateway.context import Info
from gateway.types.common import UserError, listed
from gateway.types.dead_letters import ReplayProspectType
from gateway.types.enums import shown
from gateway.types.workflows import Workflow, WorkflowReference
from services.shared.replays import Prospect
from workflows.redrives import RedriveProgress, RedriveState

RedriveStateType = shown(
    RedriveState, values={"STOPPED": "Too much of the canary failed again; the rest was left alone"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterOutlook:
    """A letter that failed again, or what would come of it; `prospect` None where it was really replayed."""

    id: str
    prospect: Prospect | None
    error_type: str | None
    error_message: str | None


def outlooks_of(letters: Sequence[LetterVerdict], *, dry_run: bool) -> tuple[LetterOutlook, ...]:
    """What a redrive tells of letters."""
    return tuple(
        LetterOutlook(
            id=letter.letter_id,
            prospect=Prospect(letter.verdict) if dry_run else None,
            error_type=letter.error_type or None,
            error_message=letter.error_message or None,
        )
        for letter in letters
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RedriveView:
    """A redrive by the id of its workflow, and how far it is."""

    id: str
    progress: RedriveProgress


class DeadLetterProspect(graphene.ObjectType):
    """What a replay would do with one letter."""

    id = graphene.ID(required=True)
    prospect = graphene.Field(ReplayProspectType, required=True)
    error_type = graphene.String(description="Why it would fail")
    error_message = graphene.String()


class DeadLetterFailure(graphene.ObjectType):
    """A letter that failed again."""

    id = graphene.ID(required=True)
    error_type = graphene.String()
    error_message = graphene.String()


class RedriveTally(graphene.ObjectType):
    """How many letters came to what; in a dry run, what they would come to."""

    done = graphene.Int(required=True)
    applied = graphene.Int(required=True)
    already_applied = graphene.Int(required=True)
    superseded = graphene.Int(required=True)
    failed = graphene.Int(required=True)


class Redrive(graphene.ObjectType):
    """Dead letters on their way back to their consumers; of a dry run, what would come of it."""

    id = graphene.ID(required=True, description="Its workflow's")
    workflow = graphene.Field(Workflow, required=True)
    state = graphene.Field(RedriveStateType, required=True)
    dry_run = graphene.Boolean(required=True)
    total = graphene.Int(required=True, description="The letters that there were when it began")
    canary = graphene.Int(required=True, description="The letters that go first: where too many of them fail, it stops")
    tally = graphene.Field(RedriveTally, required=True)
    quarantined = graphene.Int(required=True, description="The letters that were set aside: they failed too often")
    failures = listed(DeadLetterFailure, description="The first 100; none for a dry run")
    prospects = listed(DeadLetterProspect, description="The first 100 of a dry run")

    @staticmethod
    def resolve_workflow(redrive: RedriveView, _info: Info) -> WorkflowReference:
        """Its run in the engine."""
        return WorkflowReference(id=redrive.id)

    @staticmethod
    def resolve_state(redrive: RedriveView, _info: Info) -> RedriveState:
        return redrive.progress.state

    @staticmethod
    def resolve_dry_run(redrive: RedriveView, _info: Info) -> bool:
        return redrive.progress.dry_run

    @staticmethod
    def resolve_total(redrive: RedriveView, _info: Info) -> int:
        return redrive.progress.total

    @staticmethod
    def resolve_canary(redrive: RedriveView, _info: Info) -> int:
        return redrive.progress.canary

    @staticmethod
    def resolve_tally(redrive: RedriveView, _info: Info) -> object:
        return redrive.progress.tally

    @staticmethod
    def resolve_quarantined(redrive: RedriveView, _info: Info) -> int:
        return redrive.progress.quarantined

    @staticmethod
    def resolve_failures(redrive: RedriveView, _info: Info) -> tuple[LetterOutlook, ...]:
        return () if redrive.progress.dry_run else outlooks_of(redrive.progress.shown, dry_run=False)

    @staticmethod
    def resolve_prospects(redrive: RedriveView, _info: Info) -> tuple[LetterOutlook, ...]:
        return outlooks_of(redrive.progress.shown, dry_run=True) if redrive.progress.dry_run else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LettersAnswer(Answer):
    """Letters that were discarded, or are to be replayed. What was refused stands in `errors`, beside the count.

    Attributes:
        workflow: the redrive that was begun.
        verdicts: of a dry run; None otherwise.
    """

    count: int
    workflow: WorkflowReference | None = None
    verdicts: tuple[LetterOutlook, ...] | None = None


class DeadLettersPayload(graphene.ObjectType):
    """How many letters, and why not others."""

    count = graphene.Int(required=True, description="With dryRun, how many it would have been")
    workflow = graphene.Field(Workflow, description="The redrive that was begun; a dry run is one too")
    verdicts = graphene.List(
        graphene.NonNull(DeadLetterProspect),
        description="With dryRun, what would come of the first 100, as far as was known in time; null otherwise",
    )
    errors = listed(UserError)

    @staticmethod
    def resolve_count(answer: Answer, _info: Info) -> int:
        """None where all of it was refused."""
        return answer.count if isinstance(answer, LettersAnswer) else 0
