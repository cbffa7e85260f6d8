"""The dashboard Events and dead letters: the way of events, and what consumers gave up. Holds no logic."""

from typing import Final

from cli.dashboards.model import Panel, Section, Sheet, Unit, line

SHEET: Final = Sheet(
    uid="caravan-events",
    title="Events and dead letters",
    about="The way of events: outbox, Kafka, consumers, and what consumers gave up.",
    sections=(
        Section(
            title="Outbox",
            panels=(
                Panel(
                    title="Events that wait",
                    advice="If it grows look at Kafka first, then at the database of that service.",
                    unit=Unit.NUMBER,
                    queries=line("max by (service) (caravan_outbox_waiting)", "{{service}}"),
                    amber=100,
                    red=1000,
                    alerts=("OutboxAgeing",),
                ),
                Panel(
                    title="Age of the oldest event that waits",
                    advice="Above a minute nobody hears of changes: look at Kafka.",
                    unit=Unit.SECONDS,
                    queries=line("max by (service) (caravan_outbox_oldest_seconds)", "{{service}}"),
                    amber=20,
                    red=60,
                    alerts=("OutboxAgeing",),
                ),
                Panel(
                    title="Published",
                    advice="If it is zero while orders come, look at who publishes, beside this.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (service) (rate(caravan_outbox_published_total[$__rate_interval]))", "{{service}}"
                    ),
                ),
                Panel(
                    title="Processes that publish",
                    advice="Zero for minutes means that nobody does: look at the database of that service. "
                    "Two are right for a moment at most.",
                    unit=Unit.NUMBER,
                    queries=line("sum by (service) (caravan_outbox_lease_held)", "{{service}}"),
                    alerts=("OutboxNobodyPublishes",),
                ),
                Panel(
                    title="Parked events",
                    advice="Ask caravan outbox parked why, repair the cause, release them.",
                    unit=Unit.NUMBER,
                    queries=line("max by (service) (caravan_outbox_parked)", "{{service}}"),
                    red=1,
                    alerts=("OutboxParked",),
                    single=True,
                ),
            ),
        ),
        Section(
            title="Consumers",
            panels=(
                Panel(
                    title="Handled",
                    advice="If one is at zero while others work, look at what it rests for.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (consumer) (rate(caravan_consumer_handled_total[$__rate_interval]))", "{{consumer}}"
                    ),
                ),
                Panel(
                    title="Behind, in seconds",
                    advice="If it grows start more processes of its service, unless it stands still.",
                    unit=Unit.SECONDS,
                    queries=line("max by (consumer) (caravan_consumer_lag_seconds)", "{{consumer}}"),
                    amber=60,
                    red=300,
                    alerts=("ConsumerLags",),
                ),
                Panel(
                    title="Behind, in records",
                    advice="As the seconds beside it; many records in few seconds are a burst, and pass.",
                    unit=Unit.NUMBER,
                    queries=line("sum by (consumer) (caravan_consumer_lag_records)", "{{consumer}}"),
                ),
                Panel(
                    title="Partitions that wait for a dependency",
                    advice="The log says partition rests and names what is away: bring it back.",
                    unit=Unit.NUMBER,
                    queries=line("max by (consumer) (caravan_consumer_resting)", "{{consumer}}"),
                    amber=1,
                    alerts=("ConsumerResting",),
                ),
                Panel(
                    title="Joined without reading",
                    advice="More than two: two processes share one name, give each its own.",
                    unit=Unit.NUMBER,
                    queries=line("max by (consumer) (caravan_consumer_joined)", "{{consumer}}"),
                    amber=2,
                    red=3,
                    alerts=("ConsumerNotJoined",),
                ),
                Panel(
                    title="Paused in a flood of dead letters",
                    advice="Repair the handler, then restart the process.",
                    unit=Unit.TRUTH,
                    queries=line("max by (consumer) (caravan_consumer_flooded)", "{{consumer}}"),
                    red=1,
                    alerts=("ConsumerFlooded",),
                    single=True,
                ),
                Panel(
                    title="Events whose effect came late",
                    advice="Look from left to right where they wait: outbox, Kafka, consumer.",
                    unit=Unit.SHARE,
                    queries=line('slo:bad:ratio_rate5m{slo="event-delivery"}', "late"),
                    amber=0.01,
                    red=0.144,
                    alerts=(
                        "EventDeliveryBurnsFast",
                        "EventDeliveryBurnsSlowly",
                    ),
                ),
            ),
        ),
        Section(
            title="Dead letters",
            panels=(
                Panel(
                    title="Given up",
                    advice="Look at the largest group of caravan dlq list: it has one cause, most often.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (consumer, disposition) (rate(caravan_consumer_dead_letters_total[$__rate_interval]))",
                        "{{consumer}} {{disposition}}",
                    ),
                    red=0.001,
                    alerts=("DeadLettersInflow",),
                ),
                Panel(
                    title="Waiting",
                    advice="Repair the cause, then replay them: caravan dlq replay, dry first.",
                    unit=Unit.NUMBER,
                    queries=line("sum by (consumer) (caravan_dead_letters_waiting)", "{{consumer}}"),
                    amber=1,
                ),
                Panel(
                    title="Age of the oldest",
                    advice="Above an hour nobody has looked: somebody should.",
                    unit=Unit.SECONDS,
                    queries=line("max by (consumer) (caravan_dead_letters_oldest_seconds)", "{{consumer}}"),
                    amber=600,
                    red=3600,
                    alerts=("DeadLettersAgeing",),
                ),
                Panel(
                    title="Cannot be written",
                    advice="Give the right to write to the topic of dead letters, or make it.",
                    unit=Unit.PER_SECOND,
                    queries=line(
                        "sum by (consumer) (rate(caravan_consumer_failed_dead_letter_writes_total[$__rate_interval]))",
                        "{{consumer}}",
                    ),
                    red=0.001,
                    alerts=("DeadLetterWritesFail",),
                ),
                Panel(
                    title="Topics that are not as the table has them",
                    advice="Alter them by Kafka's own tools; Caravan alters none.",
                    unit=Unit.NUMBER,
                    queries=line("max by (topic, setting) (caravan_topic_differs)", "{{topic}} {{setting}}"),
                    red=1,
                    alerts=("TopicDiffers",),
                    single=True,
                ),
            ),
        ),
    ),
)
