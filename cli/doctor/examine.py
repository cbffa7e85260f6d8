"""`caravan doctor`: uses each part as its clients do, and says what is wrong and what to do. Mends nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from urllib.parse import urlsplit, urlunsplit

import psutil
from rich.console import Console

from cli.doctor.consumers import check_consumers, check_dead_letters
from cli.doctor.events import check_outboxes, check_topics
from cli.doctor.lanes import check_lanes
from cli.doctor.schedules import check_schedules
from cli.ready import Addresses
from cli.stack.checks import (
    SetOtherwise,
    Waits,
    check_http,
    check_kafka,
    check_mail,
    check_mongo,
    check_redis,
    check_temporal,
    load_drivers,
    reason,
)
from services.infra.settings import CONTEXTS, Settings

TABLES = ("workers.topics", "workers.schedules.table")
"""Take a second to import, which is not counted against what is checked by it."""

ANSWER_WITHIN = 8.0
"""Seconds for one part to prove that it works."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """One thing to look at. `name` is its key among the ready file's pids; `probe` is the proof that it works."""

    name: str
    title: str
    address: str
    variable: str
    probe: Callable[[], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What came of it: well, or what is wrong and what to do. `waits_for` names others that it says it needs."""

    patient: Patient
    well: bool
    said: str
    waits_for: tuple[str, ...] = ()


async def examine(addresses: Addresses | None, settings: Settings, console: Console) -> bool:
    """Looks at everything at once and prints a line each; true if all is well.

    Without a ready file's addresses, those of the settings are used.
    """
    if addresses is None:
        console.print("There is no ready file, so the addresses of the settings are checked.", highlight=False)
    known = addresses or addresses_of(settings)
    load_drivers()
    for table in TABLES:
        import_module(table)
    found = await asyncio.gather(*(diagnose(patient, known) for patient in patients(known, settings)))
    for each in without_blame(found, known):
        mark = "well " if each.well else "WRONG"
        where = without_password(each.patient.address)
        console.print(
            f"{mark}  {each.patient.title:16}{where}  {each.said}", markup=False, highlight=False, soft_wrap=True
        )
    return all(each.well for each in found)


def addresses_of(settings: Settings) -> Addresses:
    """Where the settings say that everything is."""
    edge = f"http://{settings.gateway.host}:{settings.gateway.port}"
    return Addresses(
        gateway=edge,
        graphql=f"{edge}/graphql",
        temporal=settings.temporal.address,
        kafka=settings.kafka.bootstrap,
        mongo=settings.mongo.url,
        redis=settings.redis.url,
        smtp=settings.smtp.address,
        payment_sandbox=settings.payments.provider_url,
        services=settings.services.orders,
    )


def patients(at: Addresses, settings: Settings) -> Sequence[Patient]:
    """What a system with these addresses consists of."""
    temporal, mongo = settings.temporal, settings.mongo
    kafka = settings.kafka.model_copy(update={"bootstrap": at.kafka})
    stored = mongo.model_copy(update={"url": at.mongo})
    senders = (settings.letterhead.sender, settings.letterhead.bulk_sender)

    def one(name: str, title: str, address: str, variable: str, probe: Callable[[], Awaitable[str]]) -> Patient:
        return Patient(name=name, title=title, address=address, variable=variable, probe=probe)

    everything = (
        one(
            "temporal",
            "Temporal",
            at.temporal,
            "TEMPORAL__ADDRESS",
            lambda: check_temporal(at.temporal, temporal.namespace),
        ),
        one(
            "schedules",
            "schedules",
            at.temporal if at.services else "",
            "TEMPORAL__ADDRESS",
            lambda: check_schedules(at.temporal, settings),
        ),
        one("kafka", "Kafka", at.kafka, "KAFKA__BOOTSTRAP", lambda: check_kafka(at.kafka)),
        one("topics", "topics", at.kafka if at.services else "", "KAFKA__BOOTSTRAP", lambda: check_topics(kafka)),
        one("mongo", "MongoDB", at.mongo, "MONGO__URL", lambda: check_mongo(at.mongo, mongo.database_prefix)),
        one("outboxes", "outboxes", at.mongo if at.services else "", "MONGO__URL", lambda: check_outboxes(stored)),
        one("lanes", "lanes", at.mongo if at.services else "", "MONGO__URL", lambda: check_lanes(stored)),
        one("redis", "Redis", at.redis, "REDIS__URL", lambda: check_redis(at.redis)),
        one("mail", "mail", at.smtp, "SMTP__URL", lambda: check_mail(settings.smtp.at(at.smtp), senders)),
        one(
            "paymentSandbox", "payment sandbox", at.payment_sandbox, "PAYMENTS__PROVIDER_URL", lambda: check_sandbox(at)
        ),
        one("services", "services", at.services, "SERVICES__PORT", lambda: check_http(f"{at.services}/readyz")),
        one("consumers", "consumers", at.services, "SERVICES__PORT", lambda: check_consumers(at.services)),
        one("letters", "dead letters", at.services, "SERVICES__PORT", lambda: check_dead_letters(at.services)),
        one("gateway", "gateway", at.gateway, "GATEWAY__PORT", lambda: check_http(f"{at.gateway}/readyz")),
    )
    return [patient for patient in everything if patient.address]


async def check_sandbox(at: Addresses) -> str:
    """The sandbox's ledger answers."""
    return await check_http(f"{at.payment_sandbox}/ledger?order=none")


async def diagnose(patient: Patient, at: Addresses) -> Diagnosis:
    """Tries it; what it or its driver raises becomes the finding."""
    pid = at.pids.get(patient.name)
    try:
        said = await asyncio.wait_for(patient.probe(), ANSWER_WITHIN)
    except Waits as waiting:
        return Diagnosis(patient=patient, well=False, said=f"{reason(waiting)}.", waits_for=waiting.missing)
    except SetOtherwise as finding:
        return Diagnosis(patient=patient, well=False, said=f"{finding}.")
    except Exception as failure:  # noqa: BLE001 (whatever a driver raises is the finding)
        return Diagnosis(patient=patient, well=False, said=f"{reason(failure)}. {advice(patient, at, pid)}")
    return Diagnosis(patient=patient, well=True, said=said)


def without_blame(found: Sequence[Diagnosis], at: Addresses) -> Sequence[Diagnosis]:
    """Advice about one that waits only if all that it waits for is well: otherwise mending that mends it as well."""
    ill = {each.patient.name for each in found if not each.well}

    def judged(each: Diagnosis) -> Diagnosis:
        others = {"services" if name in CONTEXTS else name for name in each.waits_for} - {each.patient.name}
        if not each.waits_for or others & ill:
            return each
        return replace(each, said=f"{each.said} {advice(each.patient, at, at.pids.get(each.patient.name))}")

    return [judged(each) for each in found]


def advice(patient: Patient, at: Addresses, pid: int | None) -> str:
    """What a person can do about it."""
    if pid is None:
        return f"Start it there, or correct CARAVAN_{patient.variable}; `caravan up` starts one here."
    log = f"{at.logs}/{patient.name}.log"
    if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        return f"Its process {pid} does not work: look at {log}, or kill it, and `caravan up` starts it again."
    return (
        f"Its process {pid} is gone: a `caravan up` that still runs starts it again; otherwise start `caravan up`."
        f" Its log: {log}"
    )


def without_password(address: str) -> str:
    """The address as it may be shown."""
    url = urlsplit(address)
    if url.password is None:
        return address
    return urlunsplit(url._replace(netloc=url.netloc.rpartition("@")[2]))
