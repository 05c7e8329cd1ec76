"""What an event says, or that it cannot be understood."""

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from pydantic import ValidationError

from shared.events.envelope import Fact
from shared.events.wire import ON_FILE
from shared.inbox.source import Event, Unreadable

F = TypeVar("F", bound=Fact)


class NotUnderstood(Exception):
    """The event cannot be taken; the message says why and holds nothing of its content."""


class Version(NamedTuple):
    """Which version of which record an event tells of."""

    subject: str
    number: int
    withdrawn: bool


def readable(event: Event | Unreadable) -> Event:
    """The event, if it is one. Raises NotUnderstood."""
    if isinstance(event, Unreadable):
        raise NotUnderstood("not a CloudEvent in JSON")
    return event


def version_of(event: Event) -> Version:
    """Raises NotUnderstood where the envelope does not say it as agreed."""
    subject, number, withdrawn = event.get("subject"), event.get("recordversion"), event.get("recordwithdrawn", False)
    if not isinstance(subject, str) or not subject:
        raise NotUnderstood("no subject")
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
