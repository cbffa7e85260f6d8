"""What proves that a server works: it is used, not merely connected to. Shared by `up` and `doctor`; starts nothing.

Each returns what the server says of itself (empty when it does not tell) and raises whatever its driver raises. The
drivers are imported here and late: a command that needs none of them starts at once.
"""

import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from http import HTTPStatus
from importlib import import_module
from json import JSONDecodeError, loads
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from services.infra.sections.mail import SmtpSettings

KAFKA_TOPIC = "caravan.probe"
PROBE = "probe"
SECONDS = 5
"""How long one request of a check may take."""

NOISE: Final = re.compile(r"\[Errno -?\d+\] |^\w+Error: | ssl:\w+")
DUMP: Final = re.compile(r"(?: from)?\s*[(\[{<].*|: \w+::.*|, [A-Z][\w ]*: .*")
"""In a driver's text: what says nothing, and where its state begins, for a debugger rather than a person."""

STARTUP: Final = "startup"
"""What a process of services names as missing when it waits for nothing but its own start."""

OUR_OWN: Final = ("cli", "services")


class NotReady(Exception):
    """The server answers, and is not fit for use. The message says why."""


class SetOtherwise(NotReady):
    """The server is well, but what is in it is not as it should be; the message says how, and what to do."""


class Waits(NotReady):
    """A process of ours is well and waits for others, by their names in `/readyz`."""

    def __init__(self, missing: tuple[str, ...]) -> None:
        super().__init__("is still starting" if missing == (STARTUP,) else f"waits for {', '.join(missing)}")
        self.missing = missing


DRIVERS: Final = ("aiohttp", "aiokafka", "aiosmtplib", "motor.motor_asyncio", "redis.asyncio", "temporalio.client")


def load_drivers() -> None:
    """Imports what the checks import, so that the time it takes is not counted against whom they check."""
    for driver in DRIVERS:
        import_module(driver)


async def check_temporal(address: str, namespace: str) -> str:
    """The namespace is among those listed."""
    from temporalio.api.workflowservice.v1 import GetSystemInfoRequest, ListNamespacesRequest
    from temporalio.client import Client

    client = await Client.connect(address, namespace=namespace)
    listed = await client.workflow_service.list_namespaces(ListNamespacesRequest(page_size=1000))
    if namespace not in {each.namespace_info.name for each in listed.namespaces}:
        raise NotReady(f"there is no namespace {namespace}")
    system = await client.workflow_service.get_system_info(GetSystemInfoRequest())
    return f"server {system.server_version}"


async def check_kafka(bootstrap: str) -> str:
    """A record is produced, and read back from where it was stored."""
    from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

    milliseconds = SECONDS * 1000
    async with AsyncExitStack() as stack:
        producer = AIOKafkaProducer(bootstrap_servers=bootstrap, request_timeout_ms=milliseconds)
        await producer.start()
        stack.push_async_callback(producer.stop)
        stored = await producer.send_and_wait(KAFKA_TOPIC, PROBE.encode(), partition=0)
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, request_timeout_ms=milliseconds, group_id=None)
        await consumer.start()
        stack.push_async_callback(consumer.stop)
        place = TopicPartition(KAFKA_TOPIC, 0)
        consumer.assign([place])
        consumer.seek(place, stored.offset)
        read = await consumer.getone(place)
        if read.value != PROBE.encode():
            raise NotReady("a record came back as another")
    return ""


async def check_mongo(url: str, database_prefix: str) -> str:
    """A transaction is committed, and what it wrote is read."""
    from services.infra.mongo import Database, close, connect
    from services.infra.settings import MongoSettings
    from services.infra.transaction import put

    client = connect(MongoSettings(url=url))
    try:
        database = Database(client, f"{database_prefix}{PROBE}")
        await database.ensure_collection(PROBE)
        probes = database.collection(PROBE)

        await database.write_all([put(PROBE, {"_id": PROBE}, {"_id": PROBE})])
        if await probes.find_one({"_id": PROBE}) is None:
            raise NotReady("a committed transaction left nothing")
        return f"MongoDB {(await client.server_info())['version']}"
    finally:
        await close(client)


async def check_redis(url: str) -> str:
    """A value is set and got."""
    from redis.asyncio import Redis

    async with Redis.from_url(
        url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, decode_responses=True
    ) as redis:
        await redis.set(f"caravan:{PROBE}", PROBE, ex=60)
        if await redis.get(f"caravan:{PROBE}") != PROBE:
            raise NotReady("a value came back as another")
        return f"Redis {(await redis.info('server'))['redis_version']}"


async def check_mail(settings: "SmtpSettings", senders: Sequence[str] = ()) -> str:
    """The server is reached and signed in to as the settings say, and takes mails from these addresses."""
    from services.infra.smtp.outcomes import NotTaken
    from services.infra.smtp.probe import probe
    from services.infra.smtp.verdicts import Verdict

    quick = settings.model_copy(update={"connect_seconds": SECONDS, "answer_seconds": SECONDS})
    try:
        return await probe(quick, senders)
    except NotTaken as refused:
        outcome = refused.outcome
        said = f"{outcome.detail}: {outcome.text}" if outcome.text else outcome.detail
        if outcome.verdict is Verdict.BARRED:
            raise SetOtherwise(f"{said}. Correct CARAVAN_SMTP__*, or what the server thinks of us") from None
        raise NotReady(said) from None


async def check_http(url: str) -> str:
    """The page answers 200; what it says instead, or whom it waits for, is the reason."""
    from aiohttp import ClientSession, ClientTimeout

    async with ClientSession(timeout=ClientTimeout(total=SECONDS)) as session, session.get(url) as answer:
        if answer.status != HTTPStatus.OK:
            text = await answer.text()
            if missing := missing_in(text):
                raise Waits(missing)
            raise NotReady(f"{urlsplit(url).path} answers {answer.status}: {' '.join(text.split())[:200]}")
    return ""


def missing_in(answer: str) -> tuple[str, ...]:
    """What a `/readyz` names as missing; nothing when the answer is none of ours."""
    try:
        missing = loads(answer)["missing"]
        return tuple(str(name) for name in missing) if isinstance(missing, list) else ()
    except (JSONDecodeError, LookupError, TypeError):
        return ()


def reason(failure: BaseException | None) -> str:
    """A failure as one readable line for a person: of a driver's text the first clause, without its state."""
    if failure is None or isinstance(failure, TimeoutError):
        return "no answer in time"
    if isinstance(failure, OSError) and failure.filename is not None:
        return f"{failure.strerror}: {failure.filename}"
    text = " ".join(str(failure).split())
    if type(failure).__module__.partition(".")[0] not in OUR_OWN:
        text = DUMP.sub("", NOISE.sub("", text)).rstrip(" :.,")
    return text[:300] or in_words(failure)


def in_words(failure: BaseException) -> str:
    """What kind of failure it is, for one that says nothing itself."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(failure).__name__).lower()
