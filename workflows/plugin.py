"""The one Temporal plugin of Caravan: used by every Client, Worker and Replayer, so that they never disagree."""

import dataclasses
from typing import Final

from temporalio.plugin import SimplePlugin
from temporalio.worker import UnsandboxedWorkflowRunner, WorkflowRunner
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from activities.errors import ErrorMapping
from workflows.conversion import DATA_CONVERTER
from workflows.traces import Trace, Traces

PASSED_THROUGH: Final = {
    "activities": "signatures only; loading them anew for each workflow costs milliseconds and proves nothing",
    "services": "values, ports and errors only: no driver is reachable (an import contract sees to it)",
    "iso4217": "a table of currencies, read by services.shared.money",
    "uuid6": "never called by a workflow, loaded by services.shared.ids",
    "workflows.messages": "values only; the same classes in every run, so that their decoders are built once",
    "workflows.names": "constants only",
    "workflows.policies": "constants only",
    "workflows.steps": "a table only",
    "workflows.failures": "pure functions over failures, with a decoder that is built once",
    **{
        f"workflows.{helper}": "values and functions without state; loading them anew cost a quarter of an order"
        for helper in (
            "campaign_course",
            "campaign_story",
            "campaigns",
            "failures",
            "ledger",
            "messages",
            "names",
            "notification_of_event",
            "notifications",
            "order_steps",
            "order_story",
            "personal_offers",
            "placement",
            "policies",
            "recommendations",
            "redrives",
            "refreshes",
            "saga",
            "steps",
        )
    },
}
"""Modules that workflows share with the process, and why that is safe."""


def caravan_plugin(*, sandboxed: bool = True, trace: Trace = lambda: None) -> SimplePlugin:
    """A new plugin: the data converter, the runner of workflows, the mapping of errors, and the carrying of traces.

    `trace` tells a client which trace it is to send along.

    Without the sandbox a workflow makes the same commands for a third less CPU, but nothing stops one that reads the
    clock or the network; tests and replays are to run with it.
    """
    return SimplePlugin(
        "caravan",
        data_converter=DATA_CONVERTER,
        interceptors=[Traces(trace), ErrorMapping()],
        workflow_runner=_sandbox if sandboxed else UnsandboxedWorkflowRunner(),
    )


def _sandbox(existing: WorkflowRunner | None) -> WorkflowRunner:
    runner = existing if isinstance(existing, SandboxedWorkflowRunner) else SandboxedWorkflowRunner()
    return dataclasses.replace(runner, restrictions=runner.restrictions.with_passthrough_modules(*PASSED_THROUGH))
