"""Instances of the activities over services that nobody calls: only which steps there are is looked at."""

from typing import Any, cast

from workers.registry import QUEUES

UNCALLED = cast("Any", None)


def hosted(*services: str) -> dict[str, object]:
    return {service: QUEUES[service].activities(UNCALLED) for service in services}
