"""The AsyncAPI 3 description of the topics: for each consumer what it is granted by topics.yaml, member by member."""

from typing import Any

from shared.events.catalogue import FACTS
from shared.events.envelope import CONTENT_TYPE, Fact
from shared.events.epochs import HEADER
from shared.events.grants import Grant, grants, promised

_BINDING = "0.5.0"
_STRING = {"type": "string"}
_EPOCH = {**_STRING, "format": "uuid", "description": "the outbox's epoch when this was published: decision 0034"}
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
    return {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Kosh events",
            "version": "1.0.0",
            "description": "Facts of the four registers, as each consumer is granted them. Additive changes keep the "
            "version in a type's name.",
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": CONTENT_TYPE,
        "channels": {_name(grant): _channel(grant) for grant in grants()},
        "operations": {
            name: operation
            for grant in grants()
            for name, operation in (
                (f"publish-{_name(grant)}", _operation(grant, "send")),
                (f"read-{_name(grant)}", _operation(grant, "receive")),
            )
        },
        "components": {
            "messages": {
                _message_name(grant, FACTS[type]): _message(grant, FACTS[type])
                for grant in grants()
                for type in grant.facts
            },
            "schemas": {"envelope": _ENVELOPE},
        },
    }


def view_name(grant: Grant, fact: type[Fact]) -> str:
    """Where the schema of a fact lies as a consumer sees it."""
    return f"views/{grant.consumer}/{fact.PRODUCER}/{fact.NAME}.schema.json"


def _name(grant: Grant) -> str:
    return grant.topic.replace(".", "-")


def _message_name(grant: Grant, fact: type[Fact]) -> str:
    return f"{grant.consumer}-{fact.PRODUCER}-{fact.NAME.replace('.', '-')}"


def _channel(grant: Grant) -> dict[str, Any]:
    promise = next(each for each in promised().values() if each["producer"] == grant.producer)
    names = [_message_name(grant, FACTS[type]) for type in grant.facts]
    return {
        "address": grant.topic,
        "description": f"For {grant.consumer} since {grant.since}: {grant.purpose}. {_promise(promise)}",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": {"topic": grant.topic, "partitions": promise["partitions"], "bindingVersion": _BINDING}},
    }


def _promise(promise: dict[str, Any]) -> str:
    said = f"Key: {promise['key']}. Partitions: {promise['partitions']}. Retention: {promise['retention']}."
    return f"{said} Compression: lz4, unless the operator has set another (KOSH_KAFKA_COMPRESSION)."


def _operation(grant: Grant, action: str) -> dict[str, Any]:
    who = grant.producer if action == "send" else grant.consumer
    return {"action": action, "summary": f"By {who}.", "channel": {"$ref": f"#/channels/{_name(grant)}"}}


def _message(grant: Grant, fact: type[Fact]) -> dict[str, Any]:
    data = {"$ref": view_name(grant, fact)}
    return {
        "name": fact.TYPE,
        "summary": (fact.__doc__ or "").strip().splitlines()[0],
        "contentType": CONTENT_TYPE,
        "headers": {"type": "object", "properties": {HEADER: _EPOCH}},
        "bindings": {"kafka": {"key": {**_STRING, "description": "the subject"}, "bindingVersion": _BINDING}},
        "payload": {
            "allOf": [
                {"$ref": "#/components/schemas/envelope"},
                {"type": "object", "properties": {"type": {"const": fact.TYPE}, "data": data}},
            ]
        },
    }
