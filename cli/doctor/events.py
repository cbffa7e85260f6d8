"""What the doctor looks at behind the servers: topics, outboxes and who publishes from them. Mends nothing."""

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from cli.doctor.words import counted, lasting
from cli.stack.checks import SetOtherwise, Waits

if TYPE_CHECKING:
    from services.infra.mongo import Database
    from services.infra.settings import KafkaSettings, MongoSettings

LATE: Final = timedelta(seconds=20)
"""An event that waits longer waits for something: another relay takes over within six seconds."""


async def check_topics(settings: "KafkaSettings") -> str:
    """Every topic is there, and as the table has it."""
    from aiokafka.errors import KafkaError

    from services.infra.kafka.checking import differences
    from workers.topics import ALL_TOPICS

    try:
        found = await differences(settings, ALL_TOPICS)
    except (KafkaError, OSError):
        raise Waits(("kafka",)) from None
    if found:
        told = "; ".join(str(each) for each in found)
        raise SetOtherwise(f"{told}. Nothing alters a topic by itself: set it right with Kafka's own tools")
    return f"{len(ALL_TOPICS)} of them"


async def check_outboxes(settings: "MongoSettings") -> str:
    """No service has put an event aside, and somebody publishes what each of them tells."""
    from services.infra.mongo import Database, close, connect
    from services.infra.settings import CONTEXTS
    from services.shared.errors import Unavailable

    client = connect(settings)
    try:
        looking = [_wrong_with(name, Database(client, settings.database_prefix + name)) for name in CONTEXTS]
        found = [each for service in await asyncio.gather(*looking) for each in service]
    except Unavailable:
        raise Waits(("mongo",)) from None
    finally:
        await close(client)
    if found:
        raise SetOtherwise("; ".join(found))
    return "no event put aside, none waits for long"


async def _wrong_with(service: str, database: "Database") -> list[str]:
    """Raises Unavailable."""
    from services.infra.outbox.lease import is_taken
    from services.infra.outbox.rows import Outbox
    from services.shared.clock import SystemClock

    outbox = Outbox(database)
    if not await outbox.is_prepared():
        return []
    wrong = []
    if parked := await outbox.count_parked():
        wrong.append(f"{counted(parked, 'event')} of {service} can never be sent: `caravan outbox parked` says why")
    if not await is_taken(database):
        wrong.append(f"no process publishes what {service} tells: its own does, once it runs")
    oldest = await outbox.oldest_waiting()
    if oldest and (late := SystemClock().now() - oldest) > LATE:
        wrong.append(f"{counted(await outbox.count_waiting(), 'event')} of {service} not sent, for {lasting(late)}")
    return wrong
