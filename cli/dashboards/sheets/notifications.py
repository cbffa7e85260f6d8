"""The dashboard Notifications: messages to people, by lane, and the mail server. Holds no logic."""

from typing import Final

from cli.dashboards.model import Panel, Section, Sheet, Unit, line, quantiles

SHEET: Final = Sheet(
    uid="caravan-notifications",
    title="Notifications",
    about="Messages to people, by lane, and the mail server.",
    sections=(
        Section(
            title="Messages",
            panels=(
                Panel(
                    title="Ended",
                    advice="If FAILED rises look at the reason, then at caravan dlq list.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (category, status, reason) (rate(caravan_notifications_ended_total[$__rate_interval]))",
                        "{{category}} {{status}} {{reason}}",
                    ),
                    alerts=("NotificationsGivenUp",),
                ),
                Panel(
                    title="From their making until sent",
                    advice="Critical above ten seconds: look at the mail server's answers and at waits for "
                    "connections below.",
                    unit=Unit.SECONDS,
                    queries=quantiles("caravan_notifications_waited_seconds", "lane"),
                    amber=10,
                    red=60,
                    alerts=(
                        "CriticalLaneBurnsFast",
                        "CriticalLaneBurnsSlowly",
                    ),
                ),
                Panel(
                    title="Lanes that are stopped",
                    advice="The mail server refuses the sender: repair the account, then resume the lane.",
                    unit=Unit.TRUTH,
                    queries=line("max by (lane) (caravan_notifications_lane_paused)", "{{lane}}"),
                    red=1,
                    alerts=("LanePaused",),
                    single=True,
                ),
                Panel(
                    title="People of running campaigns",
                    advice="If pending does not fall, look at the rate and at whether the standard lane is stopped.",
                    unit=Unit.NUMBER,
                    queries=line("max by (state) (caravan_campaign_recipients)", "{{state}}"),
                ),
            ),
        ),
        Section(
            title="Mail server",
            panels=(
                Panel(
                    title="Its answers",
                    advice="away, barred and slower say that the mail server is at fault: ask who runs it.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (lane, outcome) (rate(caravan_smtp_mails_total[$__rate_interval]))",
                        "{{lane}} {{outcome}}",
                    ),
                ),
                Panel(
                    title="Handing over",
                    advice="Above a second the mail server is slow; more connections help until it refuses them.",
                    unit=Unit.SECONDS,
                    queries=quantiles("caravan_smtp_seconds", "lane"),
                    amber=1,
                    red=10,
                ),
                Panel(
                    title="Waiting for a connection",
                    advice="If critical waits, its lane has too few connections: give it more.",
                    unit=Unit.SECONDS,
                    queries=quantiles("caravan_smtp_connection_wait_seconds", "lane"),
                    amber=0.5,
                    red=5,
                ),
                Panel(
                    title="Domains that get mail slowly",
                    advice="They told us to come later; nothing to do unless it is one with most of your readers.",
                    unit=Unit.NUMBER,
                    queries=line("max by (lane) (caravan_smtp_slowed_domains)", "{{lane}}"),
                    amber=1,
                ),
            ),
        ),
    ),
)
