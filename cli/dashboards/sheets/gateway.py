"""The dashboard Gateway and cache: what shoppers ask, how fast it is answered, and from where. Holds no logic."""

from typing import Final

from cli.dashboards.model import Panel, Section, Sheet, Unit, line, quantiles

SHEET: Final = Sheet(
    uid="caravan-gateway",
    title="Gateway and cache",
    about="What shoppers ask, how fast it is answered, and from where.",
    sections=(
        Section(
            title="Requests",
            panels=(
                Panel(
                    title="By outcome",
                    advice="UNAVAILABLE: look at the dependencies below. INTERNAL: a defect, look at the log "
                    "by request id.",
                    unit=Unit.PER_SECOND,
                    queries=line("sum by (outcome) (operation:caravan_gateway_requests:rate5m)", "{{outcome}}"),
                ),
                Panel(
                    title="Duration",
                    advice="If one field is slow look at the internal calls of its service.",
                    unit=Unit.SECONDS,
                    queries=quantiles("caravan_gateway_request_seconds", "operation"),
                    amber=0.3,
                    red=1,
                ),
                Panel(
                    title="Dependencies",
                    advice="0 is away: bring it back. As new as the last call of /readyz.",
                    unit=Unit.NUMBER,
                    queries=line("min by (dependency) (caravan_gateway_dependency_ready)", "{{dependency}}"),
                    alerts=("GatewayDependencyNotReady",),
                ),
                Panel(
                    title="Refused because somebody asks too often",
                    advice="All callers at once: a proxy is not named in CARAVAN_GATEWAY__TRUSTED_PROXIES.",
                    unit=Unit.PER_SECOND,
                    queries=line("sum by (what) (rate(caravan_throttle_refused_total[$__rate_interval]))", "{{what}}"),
                    alerts=("ThrottleNotShared",),
                ),
            ),
        ),
        Section(
            title="Internal calls",
            panels=(
                Panel(
                    title="By outcome",
                    advice="unreachable and timeout name the service that is at fault: look at its process.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (service, outcome) (rate(caravan_internal_calls_total[$__rate_interval]))",
                        "{{service}} {{outcome}}",
                    ),
                ),
                Panel(
                    title="Duration",
                    advice="If one service is slow look at its database, then at its CPU.",
                    unit=Unit.SECONDS,
                    queries=quantiles("caravan_internal_call_seconds", "service"),
                    amber=0.1,
                    red=1,
                ),
                Panel(
                    title="Circuits that are open",
                    advice="The service kept failing: look at its process. It closes by itself.",
                    unit=Unit.TRUTH,
                    queries=line("max by (service) (caravan_internal_circuit_open)", "{{service}}"),
                    red=1,
                    alerts=("CircuitOpen",),
                    single=True,
                ),
            ),
        ),
        Section(
            title="Kept answers",
            panels=(
                Panel(
                    title="Where answers come from",
                    advice="If hits fall to nothing Redis is away: requests are slower, and none fails.",
                    unit=Unit.PER_SECOND,
                    queries=line("sum by (source) (rate(caravan_cache_answers_total[$__rate_interval]))", "{{source}}"),
                ),
                Panel(
                    title="How late events drop them",
                    advice="Above five seconds look at Events and dead letters.",
                    unit=Unit.SECONDS,
                    queries=quantiles("caravan_cache_drop_seconds", "consumer"),
                    amber=1,
                    red=5,
                    alerts=("CacheDropsLate",),
                ),
                Panel(
                    title="Checked against the truth",
                    advice="different should stay at zero: the log names the tags that were not dropped.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (verdict) (rate(caravan_cache_checked_total[$__rate_interval]))", "{{verdict}}"
                    ),
                    alerts=("KeptAnswerDiffers",),
                ),
            ),
        ),
        Section(
            title="Live updates",
            panels=(
                Panel(
                    title="Sockets",
                    advice="A sudden fall is a gateway that was stopped, or a proxy that cuts: clients connect again.",
                    unit=Unit.NUMBER,
                    queries=line("sum(caravan_live_sockets)", "open"),
                ),
                Panel(
                    title="From a change to the socket",
                    advice="Above a second look at whether Redis is heard, then at the outbox.",
                    unit=Unit.SECONDS,
                    queries=quantiles("caravan_live_lag_seconds", "kind"),
                    amber=1,
                    red=5,
                ),
                Panel(
                    title="Redis is heard",
                    advice="0: bring Redis back; meanwhile gateways read.",
                    unit=Unit.NUMBER,
                    queries=line("min(caravan_live_hearing)", "heard"),
                    alerts=("LiveUpdatesDeaf",),
                ),
            ),
        ),
    ),
)
