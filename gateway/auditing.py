"""What a mutation leaves in the audit trail: told before it runs, and again when it has ended. Decides nothing else.

A mutation that is audited does not run unless the trail has it first. Of its arguments the trail gets those that are
listed here by name; of any other only that it was given.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

import structlog
from graphql import GraphQLField, GraphQLInputObjectType, GraphQLInputType, GraphQLList, GraphQLNonNull

from gateway.answers import Answer
from gateway.context import RequestContext
from gateway.errors import NotBegun, code_of
from gateway.permissions import Access
from services.infra.calls.deadlines import still_waited_for
from services.shared.actors import Actor
from services.shared.errors import CaravanError, Forbidden, Refused, Unavailable
from services.users.audit.models import MOST_ARGUMENTS, AuditArgument, AuditOutcome, Conclusion, Intent

KEPT: Final = frozenset(
    {
        *("action", "amount", "audience", "categories", "category", "consumer", "currency", "delta", "dryRun"),
        *("errorType", "eventType", "fingerprint", "id", "ids", "initialStock", "name", "paused", "reason", "roles"),
        *("scheduledFor", "sku", "status", "step", "topic", "trackingNumber", "userId", "workflowId"),
    }
)
"""Arguments and fields of inputs whose values the trail keeps: identifiers, amounts, choices and reasons."""

LEFT_OUT: Final = frozenset({"body", "description", "subject"})
"""Those whose values it does not need. A name that is in neither is left out too, and fails a test."""

WITHOUT_VALUE: Final = "(left out)"

TOLD_WITHIN: Final = 0.25
"""Seconds to tell how it ended where the request's time is over; fewer than the gateway then still waits."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """A mutation that somebody asks for. `field` and `arguments` are GraphQL's."""

    name: str
    field: GraphQLField
    arguments: Mapping[str, object]

    def intent(self, context: RequestContext) -> Intent:
        """What the trail is told of it."""
        return Intent(
            record_id=context.backends.ids.new(),
            action=self.name,
            arguments=told(self.field, self.arguments),
            address=_text(context.address),
            request_id=context.request_id,
        )


def is_audited(access: Access, viewer: Actor | None) -> bool:
    """Whether who asks acts for the shop: by a mutation for OPS or ADMIN, or as OPS by one for owners."""
    if access is Access.OWNER:
        return viewer is not None and viewer.runs_the_shop
    return access in {Access.OPS, Access.ADMIN}


async def audited(deed: Deed, context: RequestContext, run: Callable[[], Awaitable[Answer]]) -> Answer:
    """What `run` answers or raises, between the record of its beginning and that of its end.

    Raises:
        NotBegun: the trail could not be told, so nothing was done.
    """
    intent = deed.intent(context)
    try:
        await context.backends.audit.begin(intent, context.signed_in)
    except Unavailable as failure:
        raise NotBegun(failure.dependency) from failure
    try:
        answer = await run()
    except Exception as failure:
        await _conclude(context, intent, _outcome_of(failure), _codes_of(failure))
        raise
    outcome = AuditOutcome.REFUSED if answer.errors else AuditOutcome.DONE
    await _conclude(context, intent, outcome, tuple(dict.fromkeys(problem.code for problem in answer.errors)))
    return answer


async def note_denied(deed: Deed, context: RequestContext) -> None:
    """Tells the trail that somebody asked for what they may not. They are denied whether or not it can be told."""
    intent = deed.intent(context)
    try:
        await context.backends.audit.deny(intent, context.signed_in)
    except CaravanError as failure:
        log.warning("denial not audited", action=intent.action, reason=code_of(failure))


def told(field: GraphQLField, arguments: Mapping[str, object]) -> tuple[AuditArgument, ...]:
    """The arguments by their paths, as the trail may have them."""
    found: list[AuditArgument] = []
    for name, about in field.args.items():
        given = about.out_name or name
        if given in arguments:
            found += _leaves((name,), about.type, arguments[given])
    return tuple(found[:MOST_ARGUMENTS])


def _leaves(path: tuple[str, ...], kind: GraphQLInputType, value: Any) -> Iterator[AuditArgument]:  # noqa: ANN401 (any input)
    kind = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(kind, GraphQLInputObjectType) and isinstance(value, Mapping):
        for name, about in kind.fields.items():
            if (given := about.out_name or name) in value:
                yield from _leaves((*path, name), about.type, value[given])
    elif isinstance(kind, GraphQLList) and isinstance(value, Sequence) and not isinstance(value, str):
        for index, item in enumerate(value[:MOST_ARGUMENTS]):
            yield from _leaves((*path, str(index)), kind.of_type, item)
    else:
        named = next(part for part in reversed(path) if not part.isdigit())
        yield AuditArgument(name=".".join(path), value=_shown(value) if named in KEPT else WITHOUT_VALUE)


def _shown(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return value.name if isinstance(value, Enum) else _text(str(value))


def _text(value: str) -> str:
    """What any process can store and send: half a character of two is none."""
    return value.encode("utf-8", "replace").decode()


def _outcome_of(failure: Exception) -> AuditOutcome:
    if isinstance(failure, Forbidden):
        return AuditOutcome.DENIED
    if isinstance(failure, CaravanError) and not isinstance(failure, Unavailable):
        return AuditOutcome.REFUSED
    return AuditOutcome.FAILED


def _codes_of(failure: Exception) -> tuple[str, ...]:
    if isinstance(failure, Refused):
        return tuple(dict.fromkeys(problem.code for problem in failure.problems))
    return (code_of(failure),)


async def _conclude(context: RequestContext, intent: Intent, outcome: AuditOutcome, codes: tuple[str, ...]) -> None:
    """A record that cannot be concluded stays STARTED, which is true; the mutation is answered all the same."""
    try:
        with still_waited_for(TOLD_WITHIN):
            await context.backends.audit.conclude(Conclusion(record_id=intent.record_id, outcome=outcome, codes=codes))
    except CaravanError as failure:
        log.warning("outcome not audited", action=intent.action, record=intent.record_id, reason=code_of(failure))
