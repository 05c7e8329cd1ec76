"""What a register writes down: one record, or what becomes of it, on the day on which it became known."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Service = Literal["portal", "permits", "kandas", "consular"]


@dataclass(frozen=True, slots=True)
class Written:
    """`path` is the route's stem (`border-crossings`), `role` who sends it. `life` and `day` are the truth behind the
    record and never leave for a service: whose it is, and when what it tells truly happened."""

    service: Service
    path: str
    role: str
    known_on: date
    source_id: str
    act: Literal["create", "correct", "withdraw"]
    record: dict[str, Any]
    life: int
    day: date
