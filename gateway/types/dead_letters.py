"""Dead letters and their replays as the schema shows them, to OPS."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import graphene

from gateway.context import Info, context_of
from gateway.standins import NoPage
from gateway.types.common import DateTime, Node, PageInfo, listed
from gateway.types.enums import shown
from gateway.types.workflows import Workflow, WorkflowReference
from services.deadletters.models import DeadLetter as LetterModel
from services.deadletters.models import (
    LetterContent,
    LetterFilter,
    LetterPage,
    LetterStatus,
    Replay,
    TextHeader,
)
from services.shared.errors import NotFound, Unavailable
from services.shared.pages import Edge
from services.shared.replays import Disposition, Prospect, Verdict
from workflows.names import order_workflow_id

LARGEST_INT: Final = 2**31 - 1
"""The largest number that GraphQL's Int can say."""

ABOUT_ORDERS: Final = ("order.", "payment.")
"""What the types of events begin with whose subject is an order."""

DeadLetterStatusType = shown(
    LetterStatus,
    values={"QUARANTINED": "Failed again after the allowed number of replays"},
    name="DeadLetterStatus",
)
DeadLetterDispositionType = shown(
    Disposition,
    values={
        "POISON": "It can never be read",
        "PERMANENT": "It was read and refused",
        "EXHAUSTED": "It failed however often it was tried",
    },
    name="DeadLetterDisposition",
)
ReplayVerdictType = shown(
    Verdict,
    values={
        "APPLIED": "It had its effect",
        "DUPLICATE": "The consumer had had it before",
        "SUPERSEDED": "The consumer knows something newer; nothing is left to do",
        "FAILED": "It failed again",
    },
    name="ReplayVerdict",
)
ReplayProspectType = shown(Prospect, name="ReplayProspect")


class DeadLetterHeader(graphene.ObjectType):
    """One header of the record; a name may come twice."""

    name = graphene.String(required=True)
    value = graphene.String(description="As text, or as base64 like the payload; null where it has none")


class DeadLetterReplay(graphene.ObjectType):
    """One replay of a letter: who, when and why, and what came of it."""

    workflow = graphene.Field(Workflow, required=True)
    actor_id = graphene.ID(required=True)
    at = graphene.Field(DateTime, required=True)
    verdict = graphene.Field(ReplayVerdictType, required=True)
    detail = graphene.String(description="Why it failed")
    reason = graphene.String(description="Why it was replayed; null where nobody said")

    @staticmethod
    def resolve_workflow(replay: Replay, _info: Info) -> WorkflowReference:
        """The redrive that it was part of."""
        return WorkflowReference(id=replay.redrive_id)

    @staticmethod
    def resolve_detail(replay: Replay, _info: Info) -> str | None:
        """Null where there is nothing to say."""
        return replay.detail or None

    @staticmethod
    def resolve_reason(replay: Replay, _info: Info) -> str | None:
        """Null where nobody said."""
        return replay.reason or None


class DeadLetter(graphene.ObjectType):
    """What a consumer gave up on."""

    class Meta:
        """Graphene's options."""

        interfaces = (Node,)

    topic = graphene.String(required=True, description="The topic that the message was read from")
    partition = graphene.Int(required=True)
    offset = graphene.Int(required=True, description=f"At most {LARGEST_INT} is shown")
    key = graphene.String()
    consumer = graphene.String(required=True)
    event_id = graphene.String()
    event_type = graphene.String()
    payload = graphene.String(
        required=True,
        description="The payload as text; for bytes that are no UTF-8, base64 with the prefix base64:",
    )
    error_type = graphene.String(required=True)
    error_message = graphene.String(required=True)
    attempts = graphene.Int(required=True)
    replays = graphene.Int(required=True)
    status = graphene.Field(DeadLetterStatusType, required=True)
    note = graphene.String(description="Who discarded it, and why")
    first_failed_at = graphene.Field(DateTime, required=True)
    last_failed_at = graphene.Field(DateTime, required=True)
    headers = listed(DeadLetterHeader, description="The record's own, as the consumer had read it")
    fingerprint = graphene.String(
        required=True, description="The same for failures that differ in ids, numbers and quoted parts only"
    )
    disposition = graphene.Field(DeadLetterDispositionType, description="Null where the record does not say")
    correlation_id = graphene.String(description="The order, campaign or request that the event belongs to")
    replay_history = listed(DeadLetterReplay, description="The latest 20, oldest first")
    workflow = graphene.Field(Workflow, description="The workflow of the order that the event belongs to")

    @staticmethod
    def resolve_partition(letter: LetterModel, _info: Info) -> int:
        """As far as GraphQL can count."""
        return min(letter.partition, LARGEST_INT)

    @staticmethod
    def resolve_offset(letter: LetterModel, _info: Info) -> int:
        """As far as GraphQL can count."""
        return min(letter.offset, LARGEST_INT)

    @staticmethod
    def resolve_attempts(letter: LetterModel, _info: Info) -> int:
        """As far as GraphQL can count."""
        return min(letter.attempts, LARGEST_INT)

    @staticmethod
    async def resolve_payload(letter: LetterModel, info: Info) -> str:
        """Read for who asks for it: it can be large."""
        return (await _content(letter, info)).payload

    @staticmethod
    async def resolve_headers(letter: LetterModel, info: Info) -> tuple[TextHeader, ...]:
        """Read with the payload."""
        return (await _content(letter, info)).headers

    @staticmethod
    def resolve_replay_history(letter: LetterModel, _info: Info) -> tuple[Replay, ...]:
        """How its replays went."""
        return letter.history

    @staticmethod
    async def resolve_workflow(letter: LetterModel, info: Info) -> WorkflowReference | None:
        """Null where it belongs to no order, or the engine has forgotten that one."""
        order_id = _order_id(letter)
        if order_id is None:
            return None
        view = await context_of(info).loaders.workflow.load(order_workflow_id(order_id))
        return None if view is None else WorkflowReference(id=view.id)


async def _content(letter: LetterModel, info: Info) -> LetterContent:
    """Raises NotFound for a letter that is removed since it was listed."""
    content = await context_of(info).loaders.dead_letter_content.load(letter.id)
    if content is None:
        raise NotFound("the dead letter is gone")
    return content


def _order_id(letter: LetterModel) -> str | None:
    if letter.event_type is not None and letter.event_type.startswith(ABOUT_ORDERS):
        return letter.subject
    return letter.correlation_id


class DeadLetterFilter(graphene.InputObjectType):
    """Which dead letters; what is left out narrows nothing."""

    topic = graphene.String()
    consumer = graphene.String()
    event_type = graphene.String()
    error_type = graphene.String()
    fingerprint = graphene.String()
    status = graphene.InputField(DeadLetterStatusType, default_value=LetterStatus.PARKED)


class DeadLetterEdge(graphene.ObjectType):
    """A dead letter in its list."""

    cursor = graphene.String(required=True)
    node = graphene.Field(DeadLetter, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterListing:
    """A page, and what it is a page of."""

    wanted: LetterFilter
    page: LetterPage


class DeadLetterConnection(graphene.ObjectType):
    """A page of dead letters."""

    edges = listed(DeadLetterEdge)
    page_info = graphene.Field(PageInfo, required=True)
    total_count = graphene.Int(required=True)

    @staticmethod
    def resolve_edges(listing: LetterListing, _info: Info) -> Sequence[Edge[LetterModel]]:
        """What is on the page."""
        return listing.page.edges

    @staticmethod
    def resolve_page_info(listing: LetterListing, _info: Info) -> LetterPage:
        """The page knows where it stands."""
        return listing.page

    @staticmethod
    async def resolve_total_count(listing: LetterListing | NoPage, info: Info) -> int:
        """All that match, not only this page's."""
        if isinstance(listing, NoPage):
            return listing.total
        context = context_of(info)
        try:
            return await context.backends.dead_letters.count_letters(listing.wanted, context.signed_in)
        except Unavailable as absence:
            context.note_gap(info.path, absence)
            return len(listing.page.edges)


class DeadLetterGroup(graphene.ObjectType):
    """Dead letters of one consumer and type that failed alike."""

    consumer = graphene.String(required=True)
    event_type = graphene.String()
    error_type = graphene.String(required=True)
    error_message = graphene.String(required=True, description="That of one of them")
    fingerprint = graphene.String(required=True)
    count = graphene.Int(required=True)
    oldest = graphene.Field(DateTime, required=True, description="When the first of them failed first")
    newest = graphene.Field(DateTime, required=True, description="When the last of them failed last")
