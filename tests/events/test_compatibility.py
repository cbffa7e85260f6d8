"""A published schema gains optional fields and nothing else, and no careless regeneration gets round that."""

import copy
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.shared.schemas.known import KnownTypes
from workers.contract.compatibility import breaks
from workers.contract.documents import FOLDER, PROMISE, broken_promises, read_promise, stale, write
from workers.contract.schemas import schema_of
from workers.event_types import KNOWN_TYPES

Schema = dict[str, Any]

SHIPPED = next(schema_of(each) for each in KNOWN_TYPES if each.name == "order.shipped.v1")


def changed(change: Callable[[Schema], object], schema: Schema = SHIPPED) -> list[str]:
    """What is broken after the change."""
    current = copy.deepcopy(schema)
    change(current)
    return breaks(schema, current)


def line_of(schema: Schema) -> Schema:
    found: Schema = schema["$defs"]["LineData"]
    return found


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        lambda schema: schema["properties"].update(carrier={"type": "string"}),
        lambda schema: line_of(schema)["properties"].update(weight={"type": "integer"}),
        lambda schema: schema.update(title="other", description="said otherwise"),
        lambda schema: schema["properties"]["orderId"].update(description="said otherwise"),
        lambda schema: schema["$defs"].update(Unused={"type": "string"}),
        lambda schema: schema["required"].reverse(),
    ],
)
def test_what_breaks_nothing(change: Callable[[Schema], object]) -> None:
    assert changed(change) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda schema: schema["properties"].pop("trackingNumber"), "data.trackingNumber is gone"),
        (lambda schema: schema["required"].append("trackingNumber"), "data.trackingNumber is required now"),
        (lambda schema: schema["required"].remove("total"), "data.total is optional now"),
        (lambda schema: line_of(schema)["required"].remove("name"), "data.lines[].name is optional now"),
        (
            lambda schema: schema["$defs"]["MoneyData"]["properties"]["amount"].update(type="number"),
            "data.total.amount: type was 'string' and is 'number'",
        ),
        (
            lambda schema: line_of(schema)["properties"]["quantity"].update(minimum=1),
            "data.lines[].quantity: minimum was 0 and is 1",
        ),
        (
            lambda schema: schema["properties"]["orderId"].pop("maxLength"),
            "data.orderId: maxLength was 200 and is None",
        ),
        (lambda schema: schema["properties"]["status"].update(const="SENT"), "data.status: const was"),
        (lambda schema: schema.update(additionalProperties=False), "data: additionalProperties was None and is False"),
        (lambda schema: schema["properties"].update(lines={"type": "array"}), "data.lines: other items"),
    ],
)
def test_what_breaks_is_named(change: Callable[[Schema], object], said: str) -> None:
    assert [line for line in changed(change) if line.startswith(said)] != []


def test_a_new_field_that_is_required_breaks() -> None:
    def demand(schema: Schema) -> None:
        schema["properties"]["carrier"] = {"type": "string"}
        schema["required"].append("carrier")

    assert changed(demand) == ["data.carrier is required now"]


def test_no_promise_is_broken() -> None:
    assert list(broken_promises(read_promise())) == []


def test_a_type_that_is_gone_breaks_a_promise() -> None:
    fewer = KnownTypes(each for each in KNOWN_TYPES if each.name != "order.shipped.v1")
    assert list(broken_promises(read_promise(), fewer)) == ["order.shipped.v1: the type is gone"]


def test_what_is_checked_in_is_what_the_code_says() -> None:
    assert stale() == [], "run `make events`"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FOLDER, tmp_path / "events"))


def test_writing_repairs_what_is_stale_and_clears_what_is_left_over(folder: Path) -> None:
    (folder / "schemas" / "order.moved.v1.json").write_text("{}")
    (folder / "schemas" / "order.placed.v1.json").unlink()
    (folder / "asyncapi.json").write_text("{}")
    assert stale(folder) == ["asyncapi.json", "schemas/order.moved.v1.json", "schemas/order.placed.v1.json"]
    assert write(folder) == []
    assert stale(folder) == []


def test_neither_deleting_schemas_nor_writing_anew_gets_a_break_through(folder: Path) -> None:
    promise = read_promise(folder)
    promise["order.placed.v1"]["properties"]["voucher"] = {"type": "string"}
    (folder / PROMISE).write_text(json.dumps(promise))
    shutil.rmtree(folder / "schemas")
    assert write(folder) == ["order.placed.v1: data.voucher is gone"]
    assert not (folder / "schemas").exists()
    assert read_promise(folder) == promise


def test_a_promise_that_was_deleted_is_not_begun_anew(folder: Path) -> None:
    (folder / PROMISE).unlink()
    with pytest.raises(FileNotFoundError):
        write(folder)
