"""Dead letters over GraphQL, as somebody who runs the shop: what is asked, and what comes back. Prints nothing."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from cli.dlq.choices import Wanted
from cli.operations.session import PROBLEMS, Ask, Json, refusal_of

PAGE: Final = 50
GOING_ON: Final = frozenset({"RUNNING", "CONTINUED_AS_NEW"})
IDS_AT_ONCE: Final = 100
"""What the gateway takes in one list."""

LETTER: Final = """id topic partition offset key consumer eventId eventType errorType errorMessage fingerprint
  disposition attempts replays status note firstFailedAt lastFailedAt correlationId"""
WHOLE: Final = f"""{LETTER} payload headers {{ name value }}
  replayHistory {{ at actorId reason verdict detail workflow {{ id }} }}"""

GROUPS: Final = """query ($filter: DeadLetterFilter) { deadLetterGroups(filter: $filter) {
  consumer eventType errorType errorMessage fingerprint count oldest newest } }"""
LETTERS: Final = """query ($first: Int!, $after: String, $filter: DeadLetterFilter) {
  deadLetters(first: $first, after: $after, filter: $filter) {
    edges { node { %s } } pageInfo { hasNextPage endCursor } } }"""
SHOW: Final = f"query ($id: ID!) {{ deadLetter(id: $id) {{ {WHOLE} workflow {{ id type status url }} }} }}"
REPLAY: Final = f"""mutation ($ids: [ID!], $filter: DeadLetterFilter, $dryRun: Boolean!, $reason: String!) {{
  replayDeadLetters(ids: $ids, filter: $filter, dryRun: $dryRun, reason: $reason) {{
    count workflow {{ id }} {PROBLEMS} }} }}"""
REDRIVE: Final = """query ($id: ID!) { redrive(id: $id) {
  id state dryRun total canary quarantined tally { done applied alreadyApplied superseded failed }
  failures { id errorType errorMessage } prospects { id prospect errorType errorMessage } }
  workflow(id: $id) { status } }"""
DISCARD: Final = f"""mutation ($ids: [ID!]!, $reason: String!) {{
  discardDeadLetters(ids: $ids, reason: $reason) {{ count {PROBLEMS} }} }}"""


class LettersClient:
    """Somebody of the shop (OPS). Raises GraphqlFailure."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    async def groups(self, wanted: Wanted) -> list[Json]:
        """What failed alike, largest first."""
        found: list[Json] = (await self._ask(GROUPS, filter=wanted.as_input()))["deadLetterGroups"]
        return found

    async def letters(self, wanted: Wanted, *, whole: bool = False) -> AsyncIterator[Json]:
        """Newest first, with what is in them if they are wanted `whole`."""
        after = None
        document = LETTERS % (WHOLE if whole else LETTER)
        while True:
            page = (await self._ask(document, first=PAGE, after=after, filter=wanted.as_input()))["deadLetters"]
            for edge in page["edges"]:
                yield edge["node"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    async def letter(self, letter_id: str) -> Json | None:
        """All of it; None where there is none."""
        found: Json | None = (await self._ask(SHOW, id=letter_id))["deadLetter"]
        return found

    async def replay(self, ids: Sequence[str], wanted: Wanted, reason: str = "", *, dry_run: bool) -> Json:
        """What was begun: the count, the workflow, and the problems of single ids. Raises Refusal where nothing was."""
        chosen = {"ids": list(ids)} if ids else {"filter": wanted.as_input()}
        answer: Json = (await self._ask(REPLAY, **chosen, dryRun=dry_run, reason=reason))["replayDeadLetters"]
        return _accepted(answer)

    async def redrive(self, redrive_id: str) -> Json | None:
        """How far it is; `runs` is false where its workflow has ended, in whatever way."""
        answer = await self._ask(REDRIVE, id=redrive_id)
        if answer["redrive"] is None:
            return None
        workflow = answer["workflow"]
        return {**answer["redrive"], "runs": workflow is not None and workflow["status"] in GOING_ON}

    async def discard(self, ids: Sequence[str], reason: str) -> Json:
        """How many were discarded, and the problems of the others. Raises Refusal where none was."""
        count, problems = 0, []
        for start in range(0, len(ids), IDS_AT_ONCE):
            some = list(ids[start : start + IDS_AT_ONCE])
            answer: Json = (await self._ask(DISCARD, ids=some, reason=reason))["discardDeadLetters"]
            count += answer["count"]
            problems += answer["errors"]
        return _accepted({"count": count, "errors": problems})


def _accepted(answer: Json) -> Json:
    if answer["errors"] and not answer["count"]:
        raise refusal_of(answer)
    return answer
