"""The dashboard Recommendations: what is offered, why, and whether the counts keep up. Holds no logic."""

from typing import Final

from cli.dashboards.model import Panel, Section, Sheet, Unit, line, quantiles

SHEET: Final = Sheet(
    uid="caravan-recommendations",
    title="Recommendations",
    about="What is offered, why, and whether the counts keep up.",
    sections=(
        Section(
            title="Served",
            panels=(
                Panel(
                    title="Shown, by rule",
                    advice="If only trending is shown, lists are empty: look at whether purchases are counted.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (rule) (rate(caravan_recommendations_served_total[$__rate_interval]))", "{{rule}}"
                    ),
                ),
                Panel(
                    title="Duration of the field",
                    advice="Above 300 ms look at the internal calls of recommendations and of inventory.",
                    unit=Unit.SECONDS,
                    queries=quantiles(
                        "caravan_gateway_request_seconds", "operation", 'operation=~"recommendations|product"'
                    ),
                    amber=0.3,
                    red=1,
                ),
            ),
        ),
        Section(
            title="Counted",
            panels=(
                Panel(
                    title="Purchases and products taken in",
                    advice="Zero while orders are confirmed: look at what the consumer rests for.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (consumer) "
                        '(rate(caravan_consumer_handled_total{consumer=~"purchases|shelf"}[$__rate_interval]))',
                        "{{consumer}}",
                    ),
                ),
                Panel(
                    title="Behind",
                    advice="Counts follow events; if it grows start more processes of recommendations.",
                    unit=Unit.SECONDS,
                    queries=line(
                        'max by (consumer) (caravan_consumer_lag_seconds{consumer=~"purchases|shelf"})', "{{consumer}}"
                    ),
                    amber=60,
                    red=300,
                    alerts=("ConsumerLags",),
                ),
                Panel(
                    title="Schedules that rest",
                    advice="refresh-recommendations makes all lists anew each night: resume it when nobody "
                    "holds it up for a reason.",
                    unit=Unit.TRUTH,
                    queries=line("max by (schedule) (caravan_schedule_paused)", "{{schedule}}"),
                    amber=1,
                    alerts=("SchedulePaused",),
                    single=True,
                ),
            ),
        ),
    ),
)
