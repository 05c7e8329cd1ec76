"""What the system has acknowledged: the other side of every proof."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Acknowledged:
    """A record as its last answer left it. `versions` are all that were answered for; what was sent and never answered
    makes the record `open`: both outcomes are right."""

    service: str
    fact: str
    source_id: str
    id: str
    version: int
    body: dict[str, Any]
    withdrawn: bool = False
    versions: set[int] = field(default_factory=set)


class Ledger:
    """Acknowledged records by register and source id, and what of each register never got an answer."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], Acknowledged] = {}
        self.unanswered: set[tuple[str, str]] = set()
        self.granted: set[str] = set()
        """Applications for permits that were answered with a place of the quota."""

    def acknowledge(self, service: str, fact: str, body: dict[str, Any], id: str, version: int) -> None:
        """A record's creation or correction was answered. Raises AssertionError where the same source id is answered
        with another record, or with an older version than before."""
        key = (service, body["source_id"])
        self.unanswered.discard(key)
        known = self.records.get(key)
        if known is None:
            self.records[key] = Acknowledged(service, fact, body["source_id"], id, version, body, versions={version})
            return
        assert known.id == id, "two records for one source id"
        assert version >= known.version, "a version went back"
        known.version, known.body = version, body
        known.versions.add(version)

    def withdraw(self, record: Acknowledged, version: int) -> None:
        """A record's withdrawal was answered."""
        self.unanswered.discard((record.service, record.source_id))
        assert version > record.version, "a withdrawal without a version of its own"
        record.version, record.withdrawn = version, True
        record.versions.add(version)

    def of(self, service: str, fact: str | None = None) -> list[Acknowledged]:
        return [a for a in self.records.values() if a.service == service and fact in (None, a.fact)]
