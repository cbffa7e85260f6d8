"""The one Temporal plugin of Caravan: used by every Client, Worker and Replayer, so that they never disagree."""

import dataclasses
from typing import Final

from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.plugin import SimplePlugin
from temporalio.worker import WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.errors import ErrorMapping, FailuresWithoutTraces

PASSED_THROUGH: Final = {
    "activities": "signatures only; loading them anew for each workflow costs milliseconds and proves nothing",
    "services": "values, ports and errors only: no driver is reachable (an import contract sees to it)",
    "iso4217": "a table of currencies, read by services.shared.money",
    "uuid6": "never called by a workflow, loaded by services.shared.ids",
    **{
        f"workflows.{helper}": "values and functions without state; loading them anew cost a quarter of an order"
        for helper in (
            "failures",
            "ledger",
            "messages",
            "names",
            "order_steps",
            "order_story",
            "placement",
            "policies",
            "saga",
            "steps",
        )
    },
}
"""Modules that workflows share with the process, and why that is safe."""

DATA_CONVERTER: Final = dataclasses.replace(pydantic_data_converter, failure_converter_class=FailuresWithoutTraces)


def caravan_plugin() -> SimplePlugin:
    """A new plugin: pydantic's data converter, the sandbox, and the mapping of errors."""
    return SimplePlugin(
        "caravan",
        data_converter=DATA_CONVERTER,
        interceptors=[ErrorMapping()],
        workflow_runner=_sandbox,
    )


def _sandbox(existing: WorkflowRunner | None) -> WorkflowRunner:
    runner = existing if isinstance(existing, SandboxedWorkflowRunner) else SandboxedWorkflowRunner()
    return dataclasses.replace(runner, restrictions=runner.restrictions.with_passthrough_modules(*PASSED_THROUGH))
