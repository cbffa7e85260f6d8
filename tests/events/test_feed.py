"""The demo's feed: hears an order's events among records of anybody's making."""

from dataclasses import dataclass
from typing import Any

import pytest

from cli.demo.feed import EventFeed


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What the feed looks at of a record."""

    key: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]


OURS = (("ce_type", b"order.placed.v1"), ("ce_sequence", b"1"))


def record(key: bytes | None, *headers: tuple[str, bytes | None]) -> Any:  # noqa: ANN401 (stands for aiokafka's record)
    return Record(key=key, headers=headers)


@pytest.mark.parametrize(
    "foreign", [record(b"\xff", ("b3", b"\xff\x00")), record(None), record(b"o1", *OURS[:1], ("ce_odd", None))]
)
async def test_what_is_no_event_passes_unheard(foreign: Any) -> None:  # noqa: ANN401 (aiokafka's record)
    feed = EventFeed()
    await feed.hear(foreign)
    await feed.hear(record(b"o1", *OURS, ("b3", b"\xff\x00"), ("ce_odd", None)))
    await feed.wait_for("o1", ["order.placed.v1"], within=1)
