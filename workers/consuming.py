"""The consumers of a process: what they share, and their running. The table of them is `consumers`."""

import re
import socket
from typing import Final

from services.infra.consuming.breaker import FloodRules
from services.infra.consuming.consumer import Means
from services.infra.consuming.letters import Letters
from services.infra.settings import ConsumersSettings, Settings
from services.shared.clock import Clock

NO_NAME: Final = re.compile(r"[^A-Za-z0-9._-]")
"""What Kafka does not take in the name of a group's member."""


def means_of(settings: Settings, letters: Letters, clock: Clock) -> Means:
    """What the consumers of a process with these settings share."""
    return Means(
        kafka=settings.kafka,
        letters=letters,
        clock=clock,
        flood=_flood_rules(settings.consumers),
        instance=_instance(settings),
    )


def _flood_rules(consumers: ConsumersSettings) -> FloodRules:
    return FloodRules(
        share=consumers.flood_share,
        letters=consumers.flood_letters,
        window=consumers.flood_window,
        pause=consumers.flood_pause,
    )


def _instance(settings: Settings) -> str | None:
    """A name that the process has again after a restart, and no other has meanwhile; None where there is no such."""
    if settings.kafka.instance:
        return settings.kafka.instance
    if not settings.services.port:
        return None
    return NO_NAME.sub("-", f"{socket.gethostname()}-{settings.services.port}")
