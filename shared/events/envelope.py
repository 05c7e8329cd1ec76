"""CloudEvents 1.0 envelope of every fact, with the three attributes that make consumption order-free.

`recordversion` grows by one with each correction; every event carries the record's full state, so the newest
version wins whatever the order of arrival. `recordwithdrawn` says that the record no longer counts: a withdrawal is
a version too. `traceparent` (W3C) joins the trace of the HTTP request with that of the consumer.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Self
from uuid import UUID

import orjson

from shared.events.wire import WireModel

TYPE_PREFIX = "kz.kosh"
CONTENT_TYPE = "application/cloudevents+json"


class Fact(WireModel):
    """What a record says: the `data` of its events. One model per fact and major version."""

    PRODUCER: ClassVar[str]
    NAME: ClassVar[str]
    TYPE: ClassVar[str]

    def __init_subclass__(cls, *, producer: str, name: str, version: int, **_: Any) -> None:
        super().__init_subclass__()
        cls.PRODUCER, cls.NAME = producer, f"{name}.v{version}"
        cls.TYPE = f"{TYPE_PREFIX}.{producer}.{cls.NAME}"


@dataclass(frozen=True, slots=True)
class Event:
    """One version of one record, ready for the outbox. `data` is the fact as JSON text."""

    type: str
    subject: str
    recordversion: int
    time: datetime
    data: str
    recordwithdrawn: bool = False
    traceparent: str | None = None

    @classmethod
    def of(
        cls, fact: Fact, subject: UUID | str, recordversion: int, time: datetime, *, withdrawn: bool = False
    ) -> Self:
        """The event that says `fact`. `time` is when it happened, not when it was recorded."""
        return cls(fact.TYPE, str(subject), recordversion, time, fact.model_dump_json(), withdrawn)

    @property
    def id(self) -> str:
        """Unique and stable: the same version of the same record is the same event."""
        return f"{self.type.removeprefix(TYPE_PREFIX + '.')}:{self.subject}:{self.recordversion}"

    @property
    def source(self) -> str:
        return f"/kosh/{self.type.split('.')[2]}"

    def as_json(self, **extension: int | str) -> bytes:
        """Structured mode of the CloudEvents JSON format, with further extension attributes of the transport."""
        return orjson.dumps(self.attributes() | extension | {"data": orjson.Fragment(self.data)})

    def attributes(self) -> dict[str, Any]:
        """The context attributes, optional ones only where they say something."""
        attributes: dict[str, Any] = {
            "specversion": "1.0",
            "id": self.id,
            "type": self.type,
            "source": self.source,
            "subject": self.subject,
            "time": self.time.isoformat(),
            "datacontenttype": "application/json",
            "recordversion": self.recordversion,
            "recordwithdrawn": self.recordwithdrawn,
        }
        if self.traceparent:
            attributes["traceparent"] = self.traceparent
        return attributes
