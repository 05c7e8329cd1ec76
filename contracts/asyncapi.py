"""The AsyncAPI 3 description of the topics, from topics.yaml and the facts."""

from pathlib import Path
from typing import Any

import yaml

from shared.events.catalogue import FACTS
from shared.events.envelope import CONTENT_TYPE, TYPE_PREFIX, Fact

TOPICS = Path(__file__).with_name("topics.yaml")

_BINDING = "0.5.0"
_STRING = {"type": "string"}
_ENVELOPE: dict[str, Any] = {
    "type": "object",
    "description": "CloudEvents 1.0, structured mode. The newest recordversion of a subject wins, whatever the order.",
    "required": ["specversion", "id", "type", "source", "subject", "time", "recordversion", "recordwithdrawn", "data"],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": {**_STRING, "description": "unique and stable: a redelivery carries the same id"},
        "type": _STRING,
        "source": {"type": "string", "format": "uri-reference"},
        "subject": {**_STRING, "description": "record id; the message key"},
        "time": {"type": "string", "format": "date-time", "description": "when it happened"},
        "datacontenttype": {"const": "application/json"},
        "recordversion": {"type": "integer", "minimum": 1, "description": "grows by one with each correction"},
        "recordwithdrawn": {"type": "boolean", "description": "the record no longer counts"},
        "position": {"type": "integer", "description": "place in the producer's outbox"},
        "traceparent": {**_STRING, "description": "W3C Trace Context"},
    },
}


def asyncapi() -> dict[str, Any]:
    """The whole document."""
    topics: dict[str, Any] = yaml.safe_load(TOPICS.read_text(encoding="utf-8"))
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Kosh events",
            "version": "1.0.0",
            "description": "Facts of the four registers. Additive changes keep the version in a type's name.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {_name(topic): _channel(topic, promise) for topic, promise in topics.items()},
        "operations": {f"publish-{_name(topic)}": _operation(topic) for topic in topics},
        "components": {
            "messages": {_message_name(fact): _message(fact) for fact in FACTS.values()},
            "schemas": {"envelope": _ENVELOPE},
        },
    }


def _name(topic: str) -> str:
    return topic.replace(".", "-")


def _message_name(fact: type[Fact]) -> str:
    return f"{fact.PRODUCER}-{fact.NAME.replace('.', '-')}"


def _channel(topic: str, promise: dict[str, Any]) -> dict[str, Any]:
    facts = [FACTS[f"{TYPE_PREFIX}.{promise['producer']}.{name}"] for name in promise["facts"]]
    names = [_message_name(fact) for fact in facts]
    return {
        "address": topic,
        "description": _promise(promise),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": {"topic": topic, "partitions": promise["partitions"], "bindingVersion": _BINDING}},
    }


def _promise(promise: dict[str, Any]) -> str:
    return f"Key: {promise['key']}. Partitions: {promise['partitions']}. Retention: {promise['retention']}."


def _operation(topic: str) -> dict[str, Any]:
    return {"action": "send", "channel": {"$ref": f"#/channels/{_name(topic)}"}}


def _message(fact: type[Fact]) -> dict[str, Any]:
    data = {"$ref": f"events/{fact.PRODUCER}/{fact.NAME}.schema.json"}
    return {
        "name": fact.TYPE,
        "summary": (fact.__doc__ or "").strip().splitlines()[0],
        "contentType": CONTENT_TYPE,
        "bindings": {"kafka": {"key": {**_STRING, "description": "the subject"}, "bindingVersion": _BINDING}},
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/envelope"},
                {"type": "object", "properties": {"type": {"const": fact.TYPE}, "data": data}},
            ]
        },
    }
