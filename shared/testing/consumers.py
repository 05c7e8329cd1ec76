"""Events as a consumer sees them."""

from datetime import datetime
from typing import Any

import orjson

from shared.events.envelope import Event
from shared.events.grants import grants


def seen_by(consumer: str, event: dict[str, Any]) -> dict[str, Any] | None:
    """The event, a CloudEvent in JSON, with what the consumer is granted of it; None where it is granted nothing."""
    written = Event(
        event["type"],
        event["subject"],
        event["recordversion"],
        datetime.fromisoformat(event["time"]),
        orjson.dumps(event["data"]).decode(),
    )
    views = [grant.view(written) for grant in grants() if grant.consumer == consumer]
    return next((event | {"data": orjson.loads(seen.data)} for seen in views if seen), None)
