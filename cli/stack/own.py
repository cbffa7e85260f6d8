"""Our own processes of a stack: payment sandbox, services, gateway. Each is told the addresses that it works on."""

import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cli.stack.checks import check_http
from cli.stack.part import HOST, Launch, Tell, Tier, python
from cli.stack.site import Site
from cli.stack.tools import Kind, Source, given
from services.infra.settings import Profile, Settings

Prepare = Callable[[], Awaitable[None]]

OURS = Source(kind=Kind.PACKAGE, name="caravan", program=Path(sys.executable))


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnProcess:
    """`python -m` one of our modules; ready when `probe` answers 200.

    Attributes:
        environment: its port and the addresses.
        prepare: done before each start.
    """

    name: str
    title: str
    tier: Tier
    address: str
    probe: str
    module: tuple[str, ...]
    source: Source = OURS
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    prepare: Prepare | None = None

    async def launch(self, tell: Tell) -> Launch:  # noqa: ARG002 (a Part)
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
        if self.prepare:
            await self.prepare()
        return python(*self.module, environment=self.environment)

    async def check(self) -> str:
        return await check_http(self.probe)


def payment_sandbox(site: Site) -> OwnProcess:
    """The provider of a development stack; not started when another provider's address was given."""
    if "provider_url" in site.settings.payments.model_fields_set:
        url, source = site.settings.payments.provider_url, given("CARAVAN_PAYMENTS__PROVIDER_URL")
    else:
        url, source = f"http://{HOST}:{site.ports.take('the payment sandbox', 8200)}", OURS
    folder = site.data / "payment-sandbox"
    port = url.rpartition(":")[2]
    return OwnProcess(
        name="paymentSandbox",
        title="payment sandbox",
        tier=Tier.SANDBOX,
        address=url,
        probe=f"{url}/ledger?order={PROBE_ORDER}",
        module=("cli.payment_sandbox", "--host", HOST, "--port", port, "--data", str(folder / "ledger.json")),
        source=source,
        folder=folder,
    )


PROBE_ORDER = "none"
"""An order that does not exist: the ledger answers with an empty list, however long it is."""


def services(address: str, environment: Mapping[str, str], prepare: Prepare | None) -> OwnProcess:
    """All services in one process."""
    port = address.rpartition(":")[2]
    return OwnProcess(
        name="services",
        title="services",
        tier=Tier.SERVICES,
        address=address,
        probe=f"{address}/readyz",
        module=("workers", "all"),
        environment={**environment, "CARAVAN_SERVICES__HOST": HOST, "CARAVAN_SERVICES__PORT": port},
        prepare=prepare,
    )


ROOM: Final = {
    "limits": {"budget": 20_000_000, "budget_refill": 1_000_000},
    "sign_ins": {"failures_an_hour": 10_000, "registrations_an_hour": 10_000, "refreshes_an_hour": 100_000},
}
"""For a stack on one machine all callers are one address, and a load on it would be a single caller's."""


def room(settings: Settings) -> dict[str, str]:
    """What the gateway of a development stack lets one caller do, unless the environment says so itself."""
    if settings.profile is not Profile.DEVELOPMENT:
        return {}
    return {
        f"CARAVAN_{section}__{name}".upper(): str(value)
        for section, values in ROOM.items()
        for name, value in values.items()
        if name not in getattr(settings, section).model_fields_set
    }


def gateway(address: str, environment: Mapping[str, str]) -> OwnProcess:
    """The GraphQL edge."""
    port = address.rpartition(":")[2]
    return OwnProcess(
        name="gateway",
        title="gateway",
        tier=Tier.GATEWAY,
        address=address,
        probe=f"{address}/readyz",
        module=("gateway",),
        environment={**environment, "CARAVAN_GATEWAY__HOST": HOST, "CARAVAN_GATEWAY__PORT": port},
    )
