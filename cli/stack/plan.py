"""Which parts a stack has, and where each will be. Finds and decides; starts nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cli.ready import Addresses, environment_of
from cli.stack.choices import Only
from cli.stack.own import Prepare, gateway, payment_sandbox, room, services
from cli.stack.part import HOST, Part
from cli.stack.servers.kafka import KafkaServer
from cli.stack.servers.mail import MailServer
from cli.stack.servers.mongo import MongoServer
from cli.stack.servers.redis import RedisServer
from cli.stack.servers.temporal import TemporalServer
from cli.stack.site import Site
from cli.stack.tools import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The parts in the order in which they start: `first` need nobody, `then` need all of those."""

    first: Sequence[Part]
    then: Sequence[Part]
    addresses: Addresses


def plan(site: Site, only: Only) -> Plan:
    """Finds every server and gives out the ports; raises CommandFailed for what is missing or taken."""
    temporal, kafka, mongo = TemporalServer.at(site), KafkaServer.at(site), MongoServer.at(site)
    redis, mail = RedisServer.at(site), MailServer.at(site)
    servers: list[Part] = [temporal, kafka, mongo, redis, mail]
    known = Addresses(
        temporal=temporal.address,
        temporal_ui=temporal.ui,
        kafka=kafka.address,
        mongo=mongo.address,
        redis=redis.address,
        smtp=mail.address,
        mailbox=mail.mailbox,
        logs=str(site.data / "logs"),
    )
    if only is Only.SERVERS:
        site.ports.refuse_taken()
        return Plan(first=servers, then=(), addresses=known)
    # A database that was given has other users: their transactions are not ours to end.
    own_database = mongo.source.kind is not Kind.ADDRESS
    return _with_our_own(site, servers, known, mongo.end_abandoned_transactions if own_database else None)


def _with_our_own(site: Site, servers: Sequence[Part], known: Addresses, prepare: Prepare | None) -> Plan:
    sandbox = payment_sandbox(site)
    internal = f"http://{HOST}:{site.ports.take('services', site.settings.services.port)}"
    edge = f"http://{HOST}:{site.ports.take('gateway', site.settings.gateway.port)}"
    site.ports.refuse_taken()
    addresses = replace(
        known, payment_sandbox=sandbox.address, services=internal, gateway=edge, graphql=f"{edge}/graphql"
    )
    given = [part for part in (*servers, sandbox) if part.source.kind is Kind.ADDRESS]
    environment = {
        name: value
        for name, value in environment_of(addresses).items()
        if not any(part.source.name == name for part in given)
    }
    return Plan(
        first=(*servers, sandbox),
        then=(
            services(internal, environment | member(site, given), prepare),
            gateway(edge, {**environment, **room(site.settings)}),
        ),
        addresses=addresses,
    )


def member(site: Site, given: Sequence[Part]) -> dict[str, str]:
    """What the services are called among those that consume: the same at every start, whatever their port is.

    A Kafka that was given has other stacks, too: there they go by their machine and port.
    """
    if site.settings.kafka.instance or any(part.name == "kafka" for part in given):
        return {}
    return {"CARAVAN_KAFKA__INSTANCE": "caravan-up"}
