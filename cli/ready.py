"""The ready file: where a running system is, for scripts, tests and the other commands. Starts and checks nothing.

Its keys are part of the contract; they are the fields of `Addresses` in camel case.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.alias_generators import to_camel

from cli.errors import CommandFailed
from services.infra.settings import CONTEXTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where everything is. A part that was not started, and whose address nobody gave, is an empty text.

    Attributes:
        temporal: `host:port`, as are `kafka` and `smtp`; the others are URLs.
        mailbox: a folder of messages, or the URL of mailpit.
        services: the internal API's address.
        logs: the folder with one log file a child.
        pids: the processes that this stack started, by name.
    """

    graphql: str = ""
    gateway: str = ""
    temporal: str = ""
    temporal_ui: str = ""
    kafka: str = ""
    mongo: str = ""
    redis: str = ""
    smtp: str = ""
    mailbox: str = ""
    payment_sandbox: str = ""
    services: str = ""
    logs: str = ""
    pids: Mapping[str, int] = field(default_factory=dict)


def write_ready(path: Path, addresses: Addresses) -> None:
    """Writes the file whole, then renames it, so that a reader sees the old one or the new one, never a half.

    Readable by its owner alone: an address that was given may hold a password.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({to_camel(name): value for name, value in asdict(addresses).items()}, indent=2)
    half = path.with_name(path.name + ".part")
    half.touch(mode=0o600)
    half.write_text(text + "\n")
    half.replace(path)


def read_ready(path: Path) -> Addresses:
    """The addresses of a running system; raises CommandFailed when there is no such file or it is no ready file."""
    try:
        known = TypeAdapter(dict[str, Any]).validate_json(path.read_bytes())
        values = {name: known[to_camel(name)] for name in Addresses.__slots__ if to_camel(name) in known}
        return TypeAdapter(Addresses).validate_python(values)
    except FileNotFoundError as failure:
        raise CommandFailed(f"There is no ready file {path}: start `caravan up`, or give --ready FILE.") from failure
    except OSError as failure:
        raise CommandFailed(f"{path} is no ready file of `caravan up`: {failure.strerror or failure}.") from failure
    except ValidationError as failure:
        raise CommandFailed(f"{path} is no ready file of `caravan up`: it does not hold such addresses.") from failure


def environment_of(addresses: Addresses) -> dict[str, str]:
    """The addresses as the settings' environment variables, for a process that works on this system."""
    from services.infra.identity.jwks import JWKS_PATH
    from services.shared.contacts import UNSUBSCRIBE_PATH

    known = {
        "CARAVAN_TEMPORAL__ADDRESS": addresses.temporal,
        "CARAVAN_TEMPORAL__UI": addresses.temporal_ui,
        "CARAVAN_KAFKA__BOOTSTRAP": addresses.kafka,
        "CARAVAN_MONGO__URL": addresses.mongo,
        "CARAVAN_REDIS__URL": addresses.redis,
        "CARAVAN_SMTP__URL": addresses.smtp and f"smtp://{addresses.smtp}",
        "CARAVAN_PAYMENTS__PROVIDER_URL": addresses.payment_sandbox,
    }
    if addresses.gateway:
        known["CARAVAN_AUTH__JWKS_URL"] = f"{addresses.gateway}{JWKS_PATH}"
        known["CARAVAN_CONTACTS__UNSUBSCRIBE_URL"] = f"{addresses.gateway}{UNSUBSCRIBE_PATH}"
    known |= {f"CARAVAN_SERVICES__{context}".upper(): addresses.services for context in CONTEXTS}
    return {name: value for name, value in known.items() if value}
