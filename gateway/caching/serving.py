"""Between the endpoint and the cache: which requests may be given a kept answer, and what is kept of a new one.

Whoever comes here has been authenticated, and pays before anything is shown. Executes nothing itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from graphql import GraphQLSchema
from pydantic_core import from_json, to_json

from gateway.caching.audiences import OF_MANY, audience_of, may_ask, seen_by
from gateway.caching.keys import AnswerKeys
from gateway.caching.metrics import CacheMetrics
from gateway.caching.plans import Plan, plan_of
from gateway.caching.policies import Policy, Scope
from gateway.caching.ports import Answer, Computed, ResponseCache, Source
from gateway.caching.shadow import Shadow
from gateway.caching.shown import tags_of
from gateway.context import RequestContext
from gateway.web.operations import Asked
from services.infra.response_cache.models import Freshness
from services.infra.settings import CacheSettings
from services.shared.actors import Actor

AWAY: Final = frozenset({"UNAVAILABLE", "INTERNAL"})
"""The codes of errors that make an older answer better than the new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An operation that may be given a kept answer. `label` is what the metrics call it."""

    key: str
    policy: Policy
    viewer: Actor | None
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """What came of an execution: GraphQL's `data` and `errors`, and the request in which it was made."""

    result: Mapping[str, Any]
    context: RequestContext


Pay = Callable[[], Awaitable[None]]
"""Takes what the operation costs from what the caller has left; raises where that is not enough."""

Execute = Callable[[Actor | None], Awaitable[Executed]]
"""Executes the operation as this caller, in a request of its own, which it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """An answer for a client.

    Attributes:
        answer: its body is the JSON of GraphQL's `data` and `errors` but for the last brace.
        outcome: for the metrics: ok, or the code of the first error.
        scope: to whom else it may be given.
    """

    answer: Answer
    outcome: str
    scope: Scope


class CachedAnswers:
    """Gives kept answers where the policies let it."""

    def __init__(
        self,
        *,
        schema: GraphQLSchema,
        cache: ResponseCache,
        keys: AnswerKeys,
        settings: CacheSettings,
        shadow: Shadow,
        metrics: CacheMetrics,
    ) -> None:
        self._schema = schema
        self._cache = cache
        self._keys = keys
        self._settings = settings
        self._shadow = shadow
        self._metrics = metrics

    def may_be_kept(self, asked: Asked) -> bool:
        """Whether answers to an operation are given again to anybody."""
        return self._plan(asked) is not None

    def wish(self, asked: Asked, viewer: Actor | None) -> Wish | None:
        """The wish that an admitted query is; None for one that must be executed."""
        key, plan = None, self._plan(asked)
        audience = audience_of(plan.policy.scope, viewer) if plan else None
        if plan and audience is not None and may_ask(plan.accesses, viewer):
            key = self._key(asked, plan, audience)
        if plan is None or key is None:
            self._metrics.answers.labels(asked.prepared.label, Source.BYPASS).inc()
            return None
        return Wish(key=key, policy=plan.policy, viewer=viewer, label=asked.prepared.label)

    async def served(self, wish: Wish, pay: Pay, execute: Execute) -> Served:
        """A kept answer or a new one. Raises what `pay` raises, which is asked at the same time, and `execute`."""
        outcomes = ["ok"]
        paying = asyncio.ensure_future(pay())

        async def compute() -> Computed:
            await asyncio.shield(paying)
            executed = await execute(seen_by(wish.policy.scope, wish.viewer))
            outcomes.append(_outcome_of(executed.result))
            return self._computed(wish, executed)

        try:
            answer = await self._cache.answer(wish.key, compute)
        finally:
            await paying
        self._metrics.answers.labels(wish.label, answer.source).inc()
        if answer.source is Source.HIT and not wish.policy.moving:
            self._shadow.maybe_check(wish.key, answer, compute)
        return Served(answer=answer, outcome=_outcome(answer, outcomes[-1]), scope=wish.policy.scope)

    async def drop(self, tags: Collection[str]) -> None:
        """Whoever asks from now on sees what is true now of these. Never fails."""
        named = {tag for tag in tags if _is_text(tag)}
        if named:
            await self._cache.drop(named)

    async def close(self) -> None:
        """Ends what goes on in the background."""
        await self._shadow.close()
        await self._cache.close()

    def _plan(self, asked: Asked) -> Plan | None:
        """Made once for each operation of a document."""
        operation, plans = asked.admitted.operation, asked.prepared.plans
        name = operation.name.value if operation.name else None
        if name not in plans:
            plans[name] = plan_of(self._schema, asked.prepared.document, operation)
        return plans[name]

    def _key(self, asked: Asked, plan: Plan, audience: bytes) -> str | None:
        """One for many is remembered with the operation."""
        if audience in asked.keys:
            return asked.keys[audience]
        key = self._keys.key(plan.form, asked.admitted.variables, audience)
        if audience in OF_MANY:
            asked.keys[audience] = key
        return key

    def _computed(self, wish: Wish, executed: Executed) -> Computed:
        """An answer with an error or a gap in it is nobody else's, and neither is one that nothing would drop."""
        body = to_json(executed.result)[:-1]
        if errors := executed.result.get("errors"):
            return Computed(body=body, failed=any(error["extensions"]["code"] in AWAY for error in errors))
        tags = tags_of(executed.context, wish.policy.scope)
        return Computed(body=body, tags=tags, freshness=self._freshness(wish.policy) if tags else None)

    def _freshness(self, policy: Policy) -> Freshness:
        """What is one caller's own is not given past its age."""
        if policy.scope is Scope.PRIVATE:
            return Freshness(fresh=policy.max_age)
        return Freshness(
            fresh=policy.max_age,
            while_refreshed=self._settings.while_refreshed,
            if_failing=self._settings.if_failing,
        )


def _outcome(answer: Answer, made: str) -> str:
    """`made` is the outcome of what was made for this request."""
    if answer.source in {Source.MISS, Source.BYPASS}:
        return made
    # Made for somebody else, and not to be kept: it may have errors.
    is_doubtful = answer.source is Source.COLLAPSED and not answer.fresh_for
    return _outcome_of(from_json(answer.body + b"}")) if is_doubtful else "ok"


def _outcome_of(result: Mapping[str, Any]) -> str:
    errors = result.get("errors")
    return str(errors[0]["extensions"]["code"]) if errors else "ok"


def _is_text(tag: str) -> bool:
    """Half a character of two, as JSON can bring it, names nothing that there is."""
    try:
        tag.encode()
    except UnicodeEncodeError:
        return False
    return True
