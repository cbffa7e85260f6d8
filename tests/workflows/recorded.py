"""Recorded histories of one workflow, and what is asked of each such folder. Records none: see `record`."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from tests.workflows.record import LEFT_OUT
from tests.workflows.test_replay import read
from workflows.plugin import caravan_plugin


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedHistories:
    """A folder with one history an outcome."""

    folder: Path
    workflow: type

    def names(self) -> set[str]:
        """The outcomes that have one."""
        return {path.stem for path in self.folder.glob("*.json")}

    async def replay(self, names: Collection[str], *, sandboxed: bool) -> None:
        """Raises NondeterminismError for one that the workflow would not make any more."""
        replayer = self._replayer(sandboxed=sandboxed)
        for name in names:
            await replayer.replay_workflow(read(self.folder / f"{name}.json"))

    async def replay_changed(self, name: str, was: str, becomes: str) -> None:
        """The same of one in which a text, which must be there, is another."""
        text = (self.folder / f"{name}.json").read_text()
        assert was in text
        planted = WorkflowHistory.from_json(f"{self.folder.parent.name}/planted", text.replace(was, becomes))
        await self._replayer(sandboxed=True).replay_workflow(planted)

    def words_of_the_machine(self) -> set[str]:
        """What they tell of the machine that recorded them."""
        texts = [path.read_text() for path in self.folder.glob("*.json")]
        return {word for text in texts for word in LEFT_OUT if f'"{word}":' in text}

    def _replayer(self, *, sandboxed: bool) -> Replayer:
        return Replayer(workflows=[self.workflow], plugins=[caravan_plugin(sandboxed=sandboxed)])
