"""What an event says, or that it cannot be understood.

An event may hold whatever bytes can. What is told of one that is set aside is therefore made of plain characters, and
of few: it must be possible to store it whatever the event was.
"""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeVar

from pydantic import ValidationError

from shared.events.envelope import Fact
from shared.events.wire import ON_FILE
from shared.inbox.source import LARGEST, Event, Unreadable

F = TypeVar("F", bound=Fact)

LONGEST_REASON = 500
LONGEST_SUBJECT = 255  # more than any register's; an index holds no key of any length
_TYPE = re.compile(r"[A-Za-z0-9._:/-]{1,200}")


class NotUnderstood(Exception):
    """The event cannot be taken; the message says why and holds nothing of its content."""

    def __init__(self, reason: str) -> None:
        super().__init__("".join(c if " " <= c <= "~" else "?" for c in reason[:LONGEST_REASON]))


class Version(NamedTuple):
    """Which version of which record an event tells of."""

    subject: str
    number: int
    withdrawn: bool


def readable(event: Event | Unreadable) -> Event:
    """The event, if it is one. Raises NotUnderstood."""
    if isinstance(event, Unreadable):
        raise NotUnderstood("cannot be decoded" if event.raw is None else "not a CloudEvent in JSON")
    return event


def type_of(event: Event | Unreadable) -> str | None:
    """The event's type, where it is written as types are."""
    found = event.get("type") if isinstance(event, dict) else None
    return found if isinstance(found, str) and _TYPE.fullmatch(found) else None


def position_of(event: Mapping[str, Any]) -> int:
    """The event's position in the register's outbox, 0 where it tells none. Raises NotUnderstood."""
    found = event.get("position", 0)
    if type(found) is not int or not 0 <= found <= LARGEST:
        raise NotUnderstood("position is not a positive integer of 63 bits")
    return found


def version_of(event: Event) -> Version:
    """Raises NotUnderstood where the envelope does not say it as agreed."""
    subject, number, withdrawn = event.get("subject"), event.get("recordversion"), event.get("recordwithdrawn", False)
    if not isinstance(subject, str) or not subject:
        raise NotUnderstood("no subject")
    if len(subject) > LONGEST_SUBJECT or not subject.isprintable():
        raise NotUnderstood(f"subject is not one line of at most {LONGEST_SUBJECT} characters")
    if type(number) is not int or not 1 <= number < 2**31:
        raise NotUnderstood("recordversion is not a positive integer")
    if type(withdrawn) is not bool:
        raise NotUnderstood("recordwithdrawn is not true or false")
    return Version(subject, number, withdrawn)


def fact_of(model: type[F], event: Event) -> F:
    """The event's data; members that a newer producer added are passed over. Raises NotUnderstood."""
    try:
        return model.model_validate(event.get("data"), extra="ignore", context=ON_FILE)
    except ValidationError as error:
        faults = error.errors(include_input=False, include_url=False, include_context=False)
        raise NotUnderstood("invalid data: " + ", ".join(sorted({_where(fault) for fault in faults}))) from None


def _where(fault: Mapping[str, object]) -> str:
    loc = fault["loc"]
    path = "/".join(map(str, loc)) if isinstance(loc, tuple) else ""
    return f"/{path} {fault['type']}"
