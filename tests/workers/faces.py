"""Instances of the activities over services that nobody calls: only which steps there are is looked at."""

from inspect import signature
from typing import Any, cast

from workers.registry import QUEUES
from workflows.names import queue_of

UNCALLED = cast("Any", None)


def hosted(*services: str) -> dict[str, object]:
    return {service: _steps_of(QUEUES[queue_of(service)].activities) for service in services}


def _steps_of(kind: type | None) -> object:
    assert kind
    needs = list(signature(kind).parameters)
    return kind(*([UNCALLED] * len(needs)))
