"""The AsyncAPI 3 document: topics, messages, who tells and who listens, from the tables of the code. Writes no file."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Protocol

from services.infra.consuming.collector import GROUP as LETTERS_GROUP
from services.infra.consuming.consumer import GROUP_PREFIX
from services.infra.kafka.records import CONTENT, source_of
from services.infra.kafka.topics import Topic, letters_topic
from services.shared.schemas.known import EventType, KnownTypes
from workers.contract.headers import event_headers, letter_headers

KAFKA_BINDING: Final = "0.5.0"
LETTER: Final = "dead-letter"
TOPIC_PREFIX: Final = "caravan."

KEYS: Final[Mapping[str, str]] = {
    "caravan.users": "the user's id",
    "caravan.catalog": "the product's id",
    "caravan.inventory": "the SKU",
    "caravan.orders": "the order's id",
    "caravan.payments": "the order's id",
    "caravan.notifications": "the user's id",
    "caravan.recommendations": "the user's id",
}
"""What the records' key is; a topic's events of one key stay in order."""

Part = dict[str, Any]


class Listener(Protocol):
    """A row of the table of consumers."""

    @property
    def service(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def consumer(self) -> str: ...


def asyncapi(known: KnownTypes, topics: Sequence[Topic], listeners: Iterable[Listener]) -> Part:
    """The whole document; schemas of data are files beside it."""
    listed = tuple(listeners)
    letters = {row.consumer: letters_topic(row.topic, row.consumer) for row in listed}
    return {
        "asyncapi": "3.0.0",
        "info": _info(),
        "defaultContentType": CONTENT,
        "servers": {
            "development": {
                "host": "localhost:9092",
                "protocol": "kafka",
                "description": "as `caravan up` starts it; elsewhere, the operator says where it is",
            }
        },
        "channels": {
            **{topic.name: _event_channel(topic, known) for topic in topics},
            **{topic.name: _letter_channel(topic, consumer) for consumer, topic in letters.items()},
        },
        "operations": {
            **{f"{_service(topic.name)}.tells": _telling(topic.name) for topic in topics},
            **{f"{row.consumer}.listens": _listening(row) for row in listed},
            **{f"{consumer}.gives-up": _giving_up(topic, consumer) for consumer, topic in letters.items()},
            **{f"{consumer}.is-kept": _keeping(topic, consumer) for consumer, topic in letters.items()},
        },
        "components": {
            "messages": {**{each.name: _message(each) for each in known}, LETTER: _letter()},
            "schemas": {"headers": event_headers(), "dead-letter-headers": letter_headers()},
        },
    }


def _info() -> Part:
    return {
        "title": "Events of Caravan",
        "version": "1.0.0",
        "description": (
            "What has happened in the shop: CloudEvents 1.0 in Kafka's binary mode, at least once, in order within a"
            " key. A consumer keeps `ce_id` with its effect, so that a repetition has none. Within a version of a type"
            " only optional fields are added: pass over those that you do not know."
        ),
        "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
    }


def _service(topic: str) -> str:
    return topic.removeprefix(TOPIC_PREFIX)


def _topic_binding(topic: Topic) -> Part:
    return {
        "kafka": {
            "topic": topic.name,
            "partitions": topic.partitions,
            "topicConfiguration": {
                "cleanup.policy": ["delete"],
                "retention.ms": topic.retention_ms,
                "max.message.bytes": topic.largest_record,
            },
            "bindingVersion": KAFKA_BINDING,
        }
    }


def _event_channel(topic: Topic, known: KnownTypes) -> Part:
    return {
        "address": topic.name,
        "description": f"What the service `{_service(topic.name)}` tells. The key is {KEYS[topic.name]}.",
        "messages": {
            each.name: {"$ref": f"#/components/messages/{each.name}"} for each in known if each.topic == topic.name
        },
        "bindings": _topic_binding(topic),
    }


def _letter_channel(topic: Topic, consumer: str) -> Part:
    return {
        "address": topic.name,
        "description": f"What the consumer `{consumer}` gave up: raw key, value and headers, and why.",
        "messages": {LETTER: {"$ref": f"#/components/messages/{LETTER}"}},
        "bindings": _topic_binding(topic),
    }


def _operation(action: str, topic: str, summary: str, group: str = "") -> Part:
    joined = {"kafka": {"groupId": {"type": "string", "const": group}, "bindingVersion": KAFKA_BINDING}}
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic}"},
        "summary": summary,
        **({"bindings": joined} if group else {}),
    }


def _telling(topic: str) -> Part:
    return _operation("send", topic, f"The service `{_service(topic)}` tells what has happened to what it owns.")


def _listening(row: Listener) -> Part:
    summary = f"The service `{row.service}` acts on it, as the consumer `{row.consumer}`."
    return _operation("receive", row.topic, summary, GROUP_PREFIX + row.consumer)


def _giving_up(topic: Topic, consumer: str) -> Part:
    return _operation("send", topic.name, f"The consumer `{consumer}` gives a record up.")


def _keeping(topic: Topic, consumer: str) -> Part:
    return _operation(
        "receive", topic.name, f"What `{consumer}` gave up is kept, to be looked at and replayed.", LETTERS_GROUP
    )


def _message(known: EventType) -> Part:
    own = {"ce_type": {"const": known.name}, "ce_source": {"const": source_of(_service(known.topic))}}
    return {
        "name": known.name,
        "title": known.name,
        "summary": known.told,
        "contentType": CONTENT,
        "headers": {"allOf": [{"$ref": "#/components/schemas/headers"}, {"type": "object", "properties": own}]},
        "payload": {"$ref": f"./schemas/{known.name}.json"},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": _key_binding(KEYS[known.topic]),
    }


def _letter() -> Part:
    return {
        "name": LETTER,
        "title": LETTER,
        "summary": "A record that a consumer gave up, with all headers that it came with. Its value may be anything.",
        "headers": {"$ref": "#/components/schemas/dead-letter-headers"},
        "bindings": _key_binding("the original's"),
    }


def _key_binding(description: str) -> Part:
    return {"kafka": {"key": {"type": "string", "description": description}, "bindingVersion": KAFKA_BINDING}}
