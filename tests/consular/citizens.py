"""Invented citizens abroad."""

from itertools import count
from typing import Any

from shared.kernel.iin import check_digit
from shared.testing.people import person

PATH = "/v1/consular-registrations"
MINE = "/v1/me/consular-registrations"
_numbers = count(1)


def iin() -> str:
    """A number that nobody else has."""
    while True:
        eleven = str(90_050_130_000 + next(_numbers))  # a long run needs more than four digits hold
        if (digit := check_digit(eleven)) is not None:
            return f"{eleven}{digit}"


def citizen(**changes: Any) -> dict[str, Any]:
    return person(iin=iin(), citizenship="KAZ", document=None) | changes


def registration(**changes: Any) -> dict[str, Any]:
    """A worker in Korea who registered in March 2026."""
    return {
        "source_id": f"C-{next(_numbers):05d}",
        "mission": "Embassy in Seoul",
        "person": citizen(),
        "country": "KOR",
        "city": "Ansan",
        "purpose": "work",
        "occupation": "8",
        "employer": None,
        "legal_basis": "E-9",
        "legality": None,
        "region_of_origin": None,
        "registered_on": "2026-03-02",
        "renewed_on": None,
        "abroad_since": "2026-01-15",
        "expected_until": "2028-01-15",
        "ended_on": None,
        "end_reason": None,
    } | changes


def figure(**changes: Any) -> dict[str, Any]:
    """What Korea reports about workers."""
    return {
        "source_id": f"F-{next(_numbers):05d}",
        "country": "KOR",
        "concept": "irregular",
        "period": "2019",
        "value": 12_000,
        "source": "Ministry of Justice of the host country",
        "reliability": "official",
        "reported_on": "2020-02-10",
    } | changes
