"""The AsyncAPI document is one to its official schema, points to nothing that is not there, and leaves nothing out.

`asyncapi-3.0.0.json` is the schema that its authors publish (npm `@asyncapi/specs`, Apache-2.0), as it is.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator

from services.infra.kafka.topics import TOPICS
from services.shared.dead_letters import dead_letter_topic
from services.shared.events import EVENT_TOPICS
from workers.consumers import CONSUMERS
from workers.contract.asyncapi import LETTER
from workers.contract.documents import FOLDER
from workers.event_types import KNOWN_TYPES

OFFICIAL = Path(__file__).with_name("asyncapi-3.0.0.json")


@cache
def document() -> Any:  # noqa: ANN401 - any JSON value
    return json.loads((FOLDER / "asyncapi.json").read_text(encoding="utf-8"))


@cache
def official() -> Draft7Validator:
    return Draft7Validator(json.loads(OFFICIAL.read_text(encoding="utf-8")))


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (part["$ref"],) if "$ref" in part else ()
        yield from (found for value in part.values() for found in references(value))
    elif isinstance(part, list):
        yield from (found for value in part for found in references(value))


def test_it_is_valid() -> None:
    assert [f"{list(error.absolute_path)}: {error.message}" for error in official().iter_errors(document())] == []


def test_what_is_not_valid_is_seen() -> None:
    broken = json.loads(json.dumps(document()))
    broken["operations"]["orders.tells"]["action"] = "shout"
    broken["channels"]["caravan.orders"]["bindings"]["kafka"]["partitions"] = "six"
    places = {str(error.absolute_path[0]) for error in official().iter_errors(broken)}
    assert places == {"operations", "channels"}


def test_every_reference_leads_somewhere() -> None:
    found = set(references(document()))
    assert len(found) > len(list(KNOWN_TYPES))
    for reference in found:
        if reference.startswith("./"):
            assert (FOLDER / reference).is_file(), reference
            continue
        place = document()
        for name in reference.removeprefix("#/").split("/"):
            place = place[name]


def test_every_type_is_on_the_one_topic_that_is_its_own() -> None:
    told = {name: set(channel["messages"]) for name, channel in document()["channels"].items()}
    expected: dict[str, set[str]] = {topic: set() for topic in EVENT_TOPICS.values()}
    for each in KNOWN_TYPES:
        expected[each.topic].add(each.name)
    letters = {dead_letter_topic(row.topic, row.consumer): {LETTER} for row in CONSUMERS}
    assert told == expected | letters


def test_topics_are_told_as_they_are_made() -> None:
    for topic in TOPICS:
        binding = document()["channels"][topic.name]["bindings"]["kafka"]
        assert binding["partitions"] == topic.partitions
        assert binding["topicConfiguration"]["retention.ms"] == topic.retention_ms


def test_every_consumer_is_told_with_its_group() -> None:
    operations = document()["operations"]
    for row in CONSUMERS:
        listening = operations[f"{row.consumer}.listens"]
        assert listening["channel"]["$ref"] == f"#/channels/{row.topic}"
        assert listening["bindings"]["kafka"]["groupId"]["const"] == f"caravan.{row.consumer}"


def test_headers_are_those_of_the_contract() -> None:
    headers = document()["components"]["schemas"]["headers"]
    names = ["specversion", "id", "source", "type", "time", "subject", "traceparent", "correlationid", "causationid"]
    assert set(headers["properties"]) == {"content-type", "ce_sequence", *(f"ce_{name}" for name in names)}
    assert set(headers["properties"]) - set(headers["required"]) == {"ce_traceparent"}
