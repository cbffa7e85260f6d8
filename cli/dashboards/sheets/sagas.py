"""The dashboard Sagas: steps of orders, and how they are undone. Holds no logic."""

from typing import Final

from cli.dashboards.model import Panel, Section, Sheet, Unit, line, quantiles

SHEET: Final = Sheet(
    uid="caravan-sagas",
    title="Sagas",
    about="Steps of orders, and how they are undone.",
    sections=(
        Section(
            title="Steps",
            panels=(
                Panel(
                    title="Steps by outcome",
                    advice="Failed steps are tried again; if they go on, bring back the service of that step.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (step, outcome) (rate(caravan_saga_steps_total[$__rate_interval]))",
                        "{{step}} {{outcome}}",
                    ),
                ),
                Panel(
                    title="Undos by outcome",
                    advice="given_up means that a person skipped one: see in its order why, and whether the "
                    "books were put right.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (step, outcome) (rate(caravan_saga_undos_total[$__rate_interval]))",
                        "{{step}} {{outcome}}",
                    ),
                ),
                Panel(
                    title="Orders with a stuck step",
                    advice="Read the detail of the step, repair the cause, then resolve it with RETRY.",
                    unit=Unit.NUMBER,
                    queries=line("max(caravan_saga_steps_stuck)", "stuck"),
                    red=1,
                    alerts=("SagaUndoStuck",),
                    single=True,
                ),
            ),
        ),
        Section(
            title="Workflows",
            panels=(
                Panel(
                    title="Workflows that ended",
                    advice="Failed ones are no business refusals, which are counted as completed: look for "
                    "the run in Temporal's UI.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (workflow_type) (rate(temporal_workflow_completed_total[$__rate_interval]))",
                        "{{workflow_type}}",
                    ),
                ),
                Panel(
                    title="From start to end",
                    advice="An order lives until it is delivered: look at the short ones, reservations and "
                    "notifications.",
                    unit=Unit.SECONDS,
                    queries=quantiles("temporal_workflow_endtoend_latency_seconds", "workflow_type"),
                ),
                Panel(
                    title="Workflow tasks that fail",
                    advice="Each is a defect: roll the release back, and the runs go on by themselves.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (workflow_type, failure_reason) "
                        "(rate(temporal_workflow_task_execution_failed_total[$__rate_interval]))",
                        "{{workflow_type}} {{failure_reason}}",
                    ),
                    red=0.001,
                    alerts=(
                        "NonDeterminism",
                        "GrpcMessageTooLarge",
                    ),
                ),
            ),
        ),
    ),
)
