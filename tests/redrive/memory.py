"""Redrives in memory: the fake of `TemporalRedrives`, kept to the same contract suite. A redrive ends as it begins."""

from collections.abc import Mapping
from dataclasses import replace

from activities.replays import LetterVerdict
from services.deadletters.models import Candidate, RecordReplays, ReplayResult
from services.deadletters.ports import Redrivable
from services.shared.errors import Unavailable
from services.shared.replays import Applier, Prospect, RawRecord, Verdict
from workflows.names import redrive_workflow_id
from workflows.redrives import RedriveInput, RedriveProgress, RedriveState


class MemoryRedrives:
    """Offers `Redrives`. `journal` is what was started; `away` makes every call unavailable."""

    def __init__(self, letters: Redrivable, appliers: Mapping[str, Applier]) -> None:
        self.journal: list[str] = []
        self.away = False
        self._letters = letters
        self._appliers = appliers
        self._ended: dict[str, RedriveProgress] = {}

    async def start(self, request_id: str, command: RedriveInput) -> str:
        self._answer()
        workflow_id = redrive_workflow_id(request_id)
        if workflow_id not in self._ended:
            self.journal.append("dry run" if command.dry_run else "redrive")
            self._ended[workflow_id] = await self._redriven(workflow_id, command)
        return workflow_id

    async def preview(self, request_id: str, command: RedriveInput) -> RedriveProgress:
        return self._ended[await self.start(request_id, command)]

    async def progress(self, workflow_id: str) -> RedriveProgress | None:
        self._answer()
        return self._ended.get(workflow_id)

    async def _redriven(self, workflow_id: str, command: RedriveInput) -> RedriveProgress:
        snapshot = await self._letters.snapshot(command.selection)
        progress = RedriveProgress(dry_run=command.dry_run).begun(snapshot.count, command.rules)
        after = ""
        while progress.state is not RedriveState.STOPPED:
            limit = progress.next_batch(command.rules)
            found = await self._letters.next_candidates(command.selection, after, snapshot.until, limit)
            if not found:
                return replace(progress, state=RedriveState.DONE)
            after = found[-1].place
            letters = [await self._tried(each, dry_run=command.dry_run) for each in found]
            if not command.dry_run:
                await self._record(workflow_id, command, letters)
            progress = progress.after(letters, 0, command.rules)
        return progress

    async def _tried(self, candidate: Candidate, *, dry_run: bool) -> LetterVerdict:
        applier = self._appliers.get(candidate.consumer)
        if applier is None:
            verdict = Prospect.WOULD_FAIL if dry_run else Verdict.FAILED
            return LetterVerdict(letter_id=candidate.id, verdict=verdict, error_type="UnknownConsumer")
        (stored,) = await self._letters.raw_records([candidate.id])
        return await _asked(applier, candidate.id, stored.record, dry_run=dry_run)

    async def _record(self, workflow_id: str, command: RedriveInput, letters: list[LetterVerdict]) -> None:
        results = tuple(ReplayResult(letter_id=each.letter_id, verdict=Verdict(each.verdict)) for each in letters)
        done = RecordReplays(redrive_id=workflow_id, actor_id=command.actor_id, results=results, reason=command.reason)
        await self._letters.record_replays(done)

    def _answer(self) -> None:
        if self.away:
            raise Unavailable("workflows")


async def _asked(applier: Applier, letter_id: str, record: RawRecord, *, dry_run: bool) -> LetterVerdict:
    if dry_run:
        seen = await applier.preview(record)
        return LetterVerdict(letter_id=letter_id, verdict=seen.prospect)
    done = await applier.apply(record)
    return LetterVerdict(letter_id=letter_id, verdict=done.verdict)
