"""Looking at dead letters, replaying and discarding them. For OPS."""

from collections.abc import Mapping
from typing import Any

import graphene

from gateway.context import Info, context_of
from gateway.inputs import checked_id, checked_reason
from gateway.types.dead_letters import (
    DeadLetter,
    DeadLetterConnection,
    DeadLetterFilter,
    DeadLetterGroup,
    LetterListing,
)
from gateway.types.redrives import DeadLettersPayload, LettersAnswer, Redrive, RedriveView, outlooks_of
from gateway.types.workflows import WorkflowReference
from services.deadletters.models import DeadLetter as LetterModel
from services.deadletters.models import DiscardLetters, LetterFilter, LetterGroup, LetterQuery, Selection
from workflows.names import redrive_workflow_id
from workflows.redrives import RedriveInput

DEFAULT_PAGE = 20


class DeadLetterQueries(graphene.ObjectType):
    """Reads of what consumers gave up on."""

    dead_letter = graphene.Field(
        DeadLetter, description="[OPS] null when there is none", letter_id=graphene.ID(name="id", required=True)
    )
    dead_letters = graphene.Field(
        DeadLetterConnection,
        required=True,
        description="[OPS]",
        first=graphene.Int(default_value=DEFAULT_PAGE),
        after=graphene.String(),
        wanted=graphene.Argument(DeadLetterFilter, name="filter"),
    )
    dead_letter_groups = graphene.List(
        graphene.NonNull(DeadLetterGroup),
        description="[OPS] the 100 largest groups of those that match, largest first",
        wanted=graphene.Argument(DeadLetterFilter, name="filter"),
    )
    redrive = graphene.Field(
        Redrive,
        description="[OPS] how far a redrive of dead letters is; null when there is none",
        redrive_id=graphene.ID(name="id", required=True),
    )

    @staticmethod
    async def resolve_dead_letter(_root: object, info: Info, letter_id: str) -> LetterModel | None:
        """One letter."""
        context = context_of(info)
        found = await context.backends.dead_letters.letters_by_id([checked_id(letter_id, "id")], context.signed_in)
        return found[0] if found else None

    @staticmethod
    async def resolve_dead_letters(
        _root: object,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        wanted: Mapping[str, Any] | None = None,
    ) -> LetterListing:
        """One page, newest first."""
        context = context_of(info)
        query = LetterQuery(
            wanted=_filter_of(wanted),
            first=DEFAULT_PAGE if first is None else first,
            after=None if after is None else checked_id(after, "after"),
        )
        page = await context.backends.dead_letters.list_letters(query, context.signed_in)
        return LetterListing(wanted=query.wanted, page=page)

    @staticmethod
    async def resolve_dead_letter_groups(
        _root: object, info: Info, wanted: Mapping[str, Any] | None = None
    ) -> tuple[LetterGroup, ...]:
        """What failed alike, counted."""
        context = context_of(info)
        return await context.backends.dead_letters.group_letters(_filter_of(wanted), context.signed_in)

    @staticmethod
    async def resolve_redrive(_root: object, info: Info, redrive_id: str) -> RedriveView | None:
        """How far it is."""
        progress = await context_of(info).backends.redrives.progress(checked_id(redrive_id, "id"))
        return None if progress is None else RedriveView(id=redrive_id, progress=progress)


class DeadLetterMutations(graphene.ObjectType):
    """What is done about dead letters."""

    replay_dead_letters = graphene.Field(
        DeadLettersPayload,
        required=True,
        description=(
            "[OPS] back onto the topic for the consumer that gave up; all that match the filter, or these ids"
        ),
        ids=graphene.List(graphene.NonNull(graphene.ID)),
        wanted=graphene.Argument(DeadLetterFilter, name="filter"),
        dry_run=graphene.Boolean(default_value=False),
        reason=graphene.String(default_value=""),
    )
    discard_dead_letters = graphene.Field(
        DeadLettersPayload,
        required=True,
        description="[OPS]",
        ids=graphene.List(graphene.NonNull(graphene.ID), required=True),
        reason=graphene.String(required=True),
    )

    @staticmethod
    async def resolve_replay_dead_letters(
        _root: object,
        info: Info,
        ids: list[str] | None = None,
        wanted: Mapping[str, Any] | None = None,
        dry_run: bool | None = None,  # noqa: FBT001 (GraphQL passes it by its name)
        reason: str | None = None,
    ) -> LettersAnswer:
        """Begins a redrive of what is open, and says which of the ids are not. Nothing to replay begins nothing."""
        context = context_of(info)
        why = checked_reason(reason) if reason else ""
        selection = Selection(
            ids=None if ids is None else tuple(ids), wanted=None if wanted is None else _filter_of(wanted)
        )
        snapshot = await context.backends.dead_letters.survey(selection, context.signed_in)
        if not snapshot.count:
            return LettersAnswer(count=0, errors=snapshot.problems, verdicts=() if dry_run else None)
        command = RedriveInput(
            actor_id=context.signed_in.user_id, selection=selection, dry_run=bool(dry_run), reason=why
        )
        redrives, request_id = context.backends.redrives, context.backends.ids.new()
        verdicts = None
        if dry_run:
            verdicts = outlooks_of((await redrives.preview(request_id, command)).shown, dry_run=True)
        else:
            await redrives.start(request_id, command)
        workflow = WorkflowReference(id=redrive_workflow_id(request_id))
        return LettersAnswer(count=snapshot.count, errors=snapshot.problems, workflow=workflow, verdicts=verdicts)

    @staticmethod
    async def resolve_discard_dead_letters(_root: object, info: Info, ids: list[str], reason: str) -> LettersAnswer:
        """Gives up those that are open, and says which are not."""
        context = context_of(info)
        command = DiscardLetters(ids=tuple(ids), reason=reason)
        done = await context.backends.dead_letters.discard(command, context.signed_in)
        return LettersAnswer(count=done.count, errors=done.problems)


def _filter_of(wanted: Mapping[str, Any] | None) -> LetterFilter:
    """A status that is left out is PARKED; one that is null is any."""
    if wanted is None:
        return LetterFilter()
    return LetterFilter(
        topic=wanted.get("topic"),
        consumer=wanted.get("consumer"),
        event_type=wanted.get("event_type"),
        error_type=wanted.get("error_type"),
        fingerprint=wanted.get("fingerprint"),
        status=wanted.get("status"),
    )
