"""Records a history of every outcome anew: `python -m tests.workflows.record [NAME ...]`.

To be run only when a workflow was changed in a way that no running workflow can notice, or got a new outcome: a
history that was recorded once is what a deployed workflow may look like.
"""

import asyncio
import gc
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from temporalio.client import WorkflowHistory

from tests.workflows.lab import laboratory
from tests.workflows.outcomes import OUTCOMES

HISTORIES = Path(__file__).with_name("histories")

LEFT_OUT = frozenset({"identity", "stackTrace", "requestId", "binaryChecksum"})
"""What tells of the machine that recorded, and of nothing else."""


def _clean(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items() if key not in LEFT_OUT}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return value


def recorded(workflow_id: str, history: WorkflowHistory) -> str:
    """The line that is kept."""
    return json.dumps({"workflowId": workflow_id, **_clean(history.to_json_dict())}, separators=(",", ":")) + "\n"


async def record(names: Iterable[str]) -> None:
    HISTORIES.mkdir(exist_ok=True)
    async with laboratory() as lab:
        for name in names:
            workflow_id = await OUTCOMES[name](await lab.case(name))
            history = await lab.client.get_workflow_handle(workflow_id).fetch_history()
            (HISTORIES / f"{name}.json").write_text(recorded(workflow_id, history))


if __name__ == "__main__":
    asyncio.run(record(sys.argv[1:] or OUTCOMES))
    gc.collect()
