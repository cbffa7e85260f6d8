"""The dashboard Temporal server: the server itself, as it tells. Holds no logic."""

from typing import Final

from cli.dashboards.model import Panel, Section, Sheet, Unit, line, quantiles

SHEET: Final = Sheet(
    uid="caravan-temporal-server",
    title="Temporal server",
    about="The server itself, as it tells.",
    sections=(
        Section(
            title="Service",
            panels=(
                Panel(
                    title="Requests",
                    advice="A rise without orders comes from retries: look at Temporal workers for calls that fail.",
                    unit=Unit.PER_SECOND,
                    queries=line("sum by (operation) (rate(service_requests[$__rate_interval]))", "{{operation}}"),
                ),
                Panel(
                    title="Duration",
                    advice="Long polls are slow by design; look at the starts and updates. If those are slow, "
                    "look at its database below.",
                    unit=Unit.SECONDS,
                    queries=quantiles("service_latency", "operation"),
                ),
                Panel(
                    title="Requests under way",
                    advice="If it grows without end the server is overloaded, or its database is.",
                    unit=Unit.NUMBER,
                    queries=line("sum by (service_name) (service_pending_requests)", "{{service_name}}"),
                ),
            ),
        ),
        Section(
            title="Persistence",
            panels=(
                Panel(
                    title="Requests",
                    advice="Compare with the duration beside: many and slow means that the database is the limit.",
                    unit=Unit.PER_SECOND,
                    queries=line("sum by (operation) (rate(persistence_requests[$__rate_interval]))", "{{operation}}"),
                ),
                Panel(
                    title="Duration",
                    advice="Above 100 ms the database is slow: its disk first, then its CPU.",
                    unit=Unit.SECONDS,
                    queries=quantiles("persistence_latency", "operation"),
                    amber=0.1,
                    red=1,
                ),
                Panel(
                    title="Errors",
                    advice="Some are races that are expected; a rise is its database: look at the server's log.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (operation, error_type) (rate(persistence_error_with_type[$__rate_interval]))",
                        "{{operation}} {{error_type}}",
                    ),
                ),
            ),
        ),
        Section(
            title="Tasks and memory",
            panels=(
                Panel(
                    title="Tasks of the history service",
                    advice="If the duration grows while the rate does not, the database is the limit.",
                    unit=Unit.SECONDS,
                    queries=quantiles("task_latency", "operation"),
                    amber=1,
                    red=10,
                ),
                Panel(
                    title="Shards taken over",
                    advice="More than at a start means that servers lose each other: look at the network.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (service_name) (rate(sharditem_created_count[$__rate_interval]))", "{{service_name}}"
                    ),
                ),
                Panel(
                    title="Memory",
                    advice="If it only grows, lower the history cache; restart is safe.",
                    unit=Unit.BYTES,
                    queries=line("max(memory_heapinuse)", "heap"),
                ),
            ),
        ),
    ),
)
