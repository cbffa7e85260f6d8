"""Refreshes in memory: the fake of `TemporalRefreshes`. Begins nothing."""

from services.shared.errors import Unavailable
from workflows.names import REBUILD_OF_RECOMMENDATIONS, RECOMMENDATIONS_OF_ALL, recommendations_workflow_id


class MemoryRefreshes:
    """Offers `Refreshes`. `journal` is what was begun; `away` makes every call unavailable."""

    def __init__(self) -> None:
        self.journal: list[str] = []
        self.away = False

    async def refresh(self, user_id: str | None) -> str:
        return self._begun(RECOMMENDATIONS_OF_ALL if user_id is None else recommendations_workflow_id(user_id))

    async def rebuild(self) -> str:
        return self._begun(REBUILD_OF_RECOMMENDATIONS)

    def _begun(self, workflow_id: str) -> str:
        if self.away:
            raise Unavailable("workflows")
        self.journal.append(workflow_id)
        return workflow_id
