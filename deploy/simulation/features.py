"""What a life tells along the dimensions of the targets: the report and the tests hold simulated to published by it."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from deploy.simulation import calibration
from deploy.simulation.life import Act, Deed, Kind, Life, Stay
from deploy.simulation.lives.students import LATER

_COUNTED_BY_ACT: Final[dict[Kind, Deed]] = {
    "seasonal_worker": "work_permit", "labour_immigrant": "labour_immigrant_permit", "permit_worker": "work_permit",
    "eaeu_worker": "eaeu_work", "exempt_worker": "exempt_work", "foreign_student": "studies",
    "student_abroad": "studies", "kandas": "kandas_granted", "refugee": "asylum", "resettler": "included_in_quota",
}  # fmt: skip
"""Kind -> the act that its published figure counts; of the others it counts the lives that begin."""
_BY_ACT: Final[dict[str, tuple[Deed, ...]]] = {
    "category": ("work_permit",), "level": ("studies",), "legality": ("work_abroad",), "ground": ("exempt_work",),
    "activity": ("work_permit", "labour_immigrant_permit", "eaeu_work", "exempt_work", "work_abroad"),
    "outcome": ("asylum",), "penalty": ("violation",),
}  # fmt: skip
_CITIZENS: Final = {
    "resident", "internal_mover", "resettler", "emigrant", "worker_in_russia", "worker_in_korea", "student_abroad",
}  # fmt: skip
OF_ALL: Final = {"youth", "working_age"}
"""Dimensions whose shares are of all members; those of the others are of the heads of households."""
_MOVED: Final = {"internal_mover", "resettler"}


def is_whole(life: Life) -> bool:
    """Whether the life is known from before its story begins: not yet away from home on the first known day."""
    return (life.kind in _CITIZENS) == (life.stays[0].country == "KAZ")


def begins(life: Life) -> Stay:
    """The stay with which the life's story begins: the first journey, the first move, the arrival to stay."""
    later = life.stays[1:] or life.stays
    return (
        next((stay for stay in later if stay.purpose == "permanent"), later[0]) if life.kind == "kandas" else later[0]
    )


def counted(life: Life) -> Iterator[date]:
    """The days on which the life adds to the figure that is published of its kind."""
    deed = _COUNTED_BY_ACT.get(life.kind)
    if deed:
        yield from (act.day for act in life.acts if act.deed == deed)
    elif len(life.stays) > 1:
        yield begins(life).since


def feature(life: Life, dimension: str) -> str | None:
    """The code that a life has along a dimension of its kind's targets; None where it does not tell."""
    if dimension in _BY_ACT:
        return _of_act(life, dimension)
    told = _READ.get(dimension)
    return told(life) if told else None


def told(life: Life, dimension: str) -> tuple[str | None, dict[str, float]]:
    """The code that a life has along a dimension, None where it does not tell, and the published share of each."""
    shares = calibration.mix(life.kind, dimension, begins(life).since.year).shares()
    ages = age_group(life, tuple(shares)) if dimension == "age" else None
    return ages or feature(life, dimension), shares


def age_group(life: Life, groups: tuple[str, ...]) -> str | None:
    """The group (`18-24`) into which the age falls that a life reaches in the year in which its story begins; of
    students as if it were for a first degree."""
    age = begins(life).since.year - life.born.year - LATER.get(feature(life, "level") or "", 0)
    for group in groups:
        low, high = map(int, group.split("-"))
        if low <= age <= high:
            return group
    return None


def _of_act(life: Life, dimension: str) -> str | None:
    act = next((act for act in life.acts if act.deed in _BY_ACT[dimension]), None)
    if act is None:
        return None
    return act.details.get(dimension) or (act.details.get("kind") if dimension == "category" else None)


def _region(life: Life) -> str | None:
    if life.kind in _CITIZENS - _MOVED:
        return life.region_of_origin
    return None if life.kind == "kandas" and _quota(life) else begins(life).region


def _quota(life: Life) -> Act | None:
    return next((act for act in life.acts if act.deed == "included_in_quota"), None)


def _destination(life: Life) -> str | None:
    return next((stay.country for stay in life.stays if stay.country != "KAZ"), None)


def _yes(told: object) -> str:
    return "yes" if told else "no"


def is_in_stock(life: Life, day: date) -> bool:
    """Whether the life is counted on a day in its kind's published stock: at its studies, or at work abroad."""
    purpose = "study" if life.kind in ("foreign_student", "student_abroad") else "work"
    stay = next((stay for stay in life.stays if stay.since <= day and (stay.until is None or day < stay.until)), None)
    return stay is not None and stay.purpose == purpose and (stay.country == "KAZ") != (life.kind in _CITIZENS)


def entries(life: Life) -> Iterator[date]:
    """The days on which a foreigner enters."""
    for before, after in life.moves():
        if before.country != "KAZ" == after.country and life.citizenship_on(after.since) != "KAZ":
            yield after.since


def _found(life: Life) -> str | None:
    """Of the first spell without right only: whether an officer found it."""
    without = next((stay for stay in life.stays if stay.ground == "none"), None)
    if without is None or without.until is None:
        return None
    return "yes" if any(act.deed == "violation" and act.day < without.until for act in life.acts) else "no"


_READ: Final = {
    "origin": lambda life: life.citizenships[0][1],
    "sex": lambda life: life.sex,
    "people": lambda life: life.names[0][1].people,
    "education": lambda life: life.education,
    "from": lambda life: life.region_of_origin,
    "purpose": lambda life: begins(life).purpose,
    "region": _region,
    "destination": _destination,
    "youth": lambda life: _yes(age_group(life, ("15-34",))),
    "head_youth": lambda life: _yes(age_group(life, ("18-34",))),
    "working_age": lambda life: _yes(age_group(life, ("16-62",))),
    "quota": lambda life: _yes(_quota(life)),
    "quota_region": lambda life: begins(life).region if _quota(life) else None,
    "business": lambda life: _yes(any(act.details.get("kind") == "business_immigrant" for act in life.acts)),
    "found": _found,
}


def dimensions(kind: str) -> list[str]:
    """Along which dimensions the file has shares of a kind, without the months."""
    told = dict.fromkeys(each.dimension for each in calibration.targets() if each.kind == kind and each.code)
    return [each for each in told if each != "month"]
