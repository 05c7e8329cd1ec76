"""What registers publish of a simulated country's records, without them: events as an outbox tells accounting, with the
members that it is granted and no others."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

from deploy.simulation.written import Written
from services.accounting.rules.rows import CONSUMER
from shared.events.consular import AssistanceCase, ConsularRegistration
from shared.events.envelope import Event, Fact
from shared.events.grants import Grant, grants
from shared.events.kandas import KandasStatus
from shared.events.permits import BusinessImmigrant, EaeuWorker, ExemptWorker, WorkPermit
from shared.events.police import CitizenshipChange, Expulsion, ProtectionStatus, ResidencePermit, Violation
from shared.events.portal import BorderCrossing, HostNotification, ResidenceRegistration
from shared.events.study import Study

FACTS: Final[dict[str, type[Fact]]] = {
    "border-crossings": BorderCrossing,
    "residence-registrations": ResidenceRegistration,
    "residence-permits": ResidencePermit,
    "citizenship-changes": CitizenshipChange,
    "protection-statuses": ProtectionStatus,
    "violations": Violation,
    "expulsions": Expulsion,
    "host-notifications": HostNotification,
    "kandas-statuses": KandasStatus,
    "work-permits": WorkPermit,
    "business-immigrants": BusinessImmigrant,
    "eaeu-workers": EaeuWorker,
    "exempt-workers": ExemptWorker,
    "consular-registrations": ConsularRegistration,
    "assistance-cases": AssistanceCase,
    "studies": Study,
}
"""Route's stem -> what its records are published as."""


def event(each: Written) -> bytes:
    """The event of a record, or of what became of it, without its position."""
    fact = FACTS[each.path].model_validate(_PUBLISHED.get(each.path, _as_written)(each.record))
    subject = UUID(bytes=blake2b(each.source_id.encode(), digest_size=16).digest(), version=5)
    known = datetime(each.known_on.year, each.known_on.month, each.known_on.day, 12, tzinfo=UTC)
    whole = Event.of(fact, subject, each.version + 1, known, withdrawn=each.act == "withdraw")
    told = _grant(fact.PRODUCER).view(whole)
    assert told is not None, f"accounting is not granted {fact.TYPE}"
    return told.as_json()


@cache
def _grant(producer: str) -> Grant:
    """What accounting is told of the producer's facts."""
    return next(each for each in grants() if (each.producer, each.consumer) == (producer, CONSUMER))


def placed(told: bytes, position: int) -> bytes:
    """The event at a position of its feed."""
    return b'{"position":%d,%s' % (position, told[1:])


def _as_written(record: dict[str, Any]) -> dict[str, Any]:
    return record


def _of_stay(record: dict[str, Any]) -> dict[str, Any]:
    """What the portal tells of a host's notice: the host itself and the paper stay with it."""
    told = {member: record[member] for member in HostNotification.model_fields if member in record}
    place = {"host_kind": record["host"]["kind"], "region": record["address"]["kato"][:2]}
    return {"state": "notified"} | told | place


_PUBLISHED: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {"host-notifications": _of_stay}
