"""What a register writes down: one record, or what becomes of it, on the day on which it became known."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Service = Literal["portal", "permits", "kandas", "consular"]


@dataclass(frozen=True, slots=True)
class Written:
    """`path` is the route's stem (`border-crossings`), `role` who sends it. `life`, `day` and `faults` (by the names of
    rates.toml) are the truth behind the record and never leave for a service: whose it is, when what it tells truly
    happened, and what is wrong with it. `version` is the one that a correction or withdrawal changes; `record` is whole
    in each, and in a withdrawal the content that no longer counts."""

    service: Service
    path: str
    role: str
    known_on: date
    source_id: str
    act: Literal["create", "correct", "withdraw"]
    record: dict[str, Any]
    life: int
    day: date
    version: int = 0
    faults: tuple[str, ...] = ()
