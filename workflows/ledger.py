"""What became of each step: the book that the query `steps` reads. Plain Python, no Temporal."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from workflows.messages import StepState, StepView


class Ledger:
    """The steps in the order in which they stand in the story, each with its state and times."""

    def __init__(self, names: Iterable[str], now: Callable[[], datetime]) -> None:
        self._now = now
        self._views = {name: StepView(name=name, state=StepState.PENDING) for name in names}

    def start(self, name: str) -> None:
        """RUNNING from now on; a step that the book does not know yet is added at its end."""
        self._views[name] = StepView(name=name, state=StepState.RUNNING, started_at=self._now())

    def end(self, name: str, state: StepState, detail: str | None = None) -> None:
        """Its new state; the detail stays as it was unless there is a new one."""
        view = self._views[name]
        self._views[name] = replace(view, state=state, finished_at=self._now(), detail=detail or view.detail)

    def state(self, name: str) -> StepState | None:
        """None for a step that the book does not know."""
        view = self._views.get(name)
        return view.state if view else None

    def view(self, name: str) -> StepView:
        """Raises KeyError for a step that the book does not know."""
        return self._views[name]

    def views(self) -> list[StepView]:
        return list(self._views.values())
