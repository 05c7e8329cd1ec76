"""Points assessment of who looks for work without an employer, and the decision on the certificate.

Source: decree 602 of 29.09.2017, concept of migration policy, section 4.1: certificates of self-employment by points,
from a list of demanded professions; joint order of 24.11.2016 (V1600014531), visa C4: at most three years. Parts,
points and threshold are assumed, because no table of Kazakhstan was read; nor was the list (order 236 of 22.06.2023).
NOT modelled: the expected wage, the recognition of foreign diplomas, a state duty, of which no text was read; nor a
quota: the orders on the quota name no places for these certificates.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.permits.rules import entry_ban
from services.permits.rules.citizenship import works_freely
from services.permits.rules.entry_ban import Barred
from shared.kernel.calendar import add_days, add_months
from shared.kernel.decisions import Check, Decision
from shared.kernel.norms import Norm, NormsInForce
from shared.kernel.periods import PartialDate

Level = Literal["A1", "A2", "B1", "B2", "C1", "C2"]
"""Level of a language by the Common European Framework (CEFR)."""

PARTS: Mapping[str, str] = {
    "education": "highest completed education, by levels of ISCED 2011",
    "experience": "whole years of work in the occupation",
    "age": "age in whole years on the day of the decision; of a birth date known in part, the age that gives more",
    "kk": "Kazakh, by levels of the CEFR",
    "ru": "Russian, by levels of the CEFR",
}
"""The parts of the assessment, and what each is measured by."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """What the rules see of who asks for a certificate. `birth_date` may be known in part (ISO 8601)."""

    citizenship: str
    birth_date: str
    occupation: str
    education: int
    experience_years: int
    valid_from: date
    valid_until: date
    kk: Level | None = None
    ru: Level | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Points of a part from this number or level on, until the next step."""

    at_least: str
    points: int


@dataclass(frozen=True, slots=True)
class PartPoints:
    """What one part contributes, of at most how many points; `best` is the first step that gives the most."""

    part: str
    points: int
    most: int
    best: str


def steps(part: str, norm: Norm) -> list[Step]:
    """The steps of a part, the lowest first."""
    table = norm.table()[part]
    return [Step(key, table[key]) for key in sorted(table, key=_place)]


def points(applicant: Applicant, norms: NormsInForce) -> list[PartPoints]:
    """The points of every part, by the table of the day."""
    norm = norms["self_employment_points"]
    values: Mapping[str, Sequence[str | None]] = {
        "education": [str(applicant.education)],
        "experience": [str(applicant.experience_years)],
        "age": [str(age) for age in ages(applicant.birth_date, norms.day)],
        "kk": [applicant.kk],
        "ru": [applicant.ru],
    }
    return [_part(part, values[part], steps(part, norm)) for part in PARTS]


def ages(birth_date: str, day: date) -> tuple[int, int]:
    """The least and the most whole years that a person of this birth date can be on a day; not below 0."""
    born = PartialDate.parse(birth_date)
    youngest, oldest = (born.month or 12, born.day or 31), (born.month or 1, born.day or 1)
    least, most = (day.year - born.year - ((day.month, day.day) < birthday) for birthday in (youngest, oldest))
    return max(least, 0), max(most, 0)


def decide(applicant: Applicant, barred: Sequence[Barred], norms: NormsInForce) -> Decision:
    """Every check of a certificate, by the norms of the day of the decision."""
    return Decision.by(norms, _checks(applicant, barred, norms))


def demanded(applicant: Applicant, norm: Norm) -> Check:
    """Whether the occupation lies in a group of the list; unknown where the list was not read."""
    if not norm.value:
        return Check.unknown(norm, "the list was not read: whether the occupation is on it an officer looks up")
    if applicant.occupation.startswith(norm.codes()):
        return Check.passed(norm, "the occupation is on the list")
    return Check.failed(norm, "the occupation is not on the list", "apply for an occupation of the list")


def _checks(applicant: Applicant, barred: Sequence[Barred], norms: NormsInForce) -> Iterator[Check]:
    yield _needs_permit(applicant, norms)
    yield entry_ban.check(barred, norms)
    yield _term(applicant, norms)
    yield demanded(applicant, norms["demanded_occupations"])
    found = points(applicant, norms)
    for each in found:
        why = f"{each.part}: {each.points} of at most {each.most} points"
        yield Check.passed(norms["self_employment_points"], why)
    yield _threshold(found, norms)


def _threshold(found: Sequence[PartPoints], norms: NormsInForce) -> Check:
    norm = norms["self_employment_threshold"]
    total, least = sum(each.points for each in found), norm.whole()
    explanation = f"{total} points, {least} are asked"
    if total >= least:
        return Check.passed(norm, explanation)
    # nobody can change their age: tests/permits/test_self_employment_rules.py holds that the rest suffices
    more = [
        f"{each.part} up to {each.most - each.points} (from {each.best} on)"
        for each in found
        if each.points < each.most and each.part != "age"
    ]
    return Check.failed(norm, explanation, f"gain {least - total} more points: {', '.join(more)}")


def _needs_permit(applicant: Applicant, norms: NormsInForce) -> Check:
    norm = norms["free_of_permit"]
    if not works_freely(applicant.citizenship, norms):
        return Check.passed(norm, "the applicant is no citizen of the Union")
    return Check.failed(norm, "a citizen of the Union needs no certificate", "work without a certificate")


def _term(applicant: Applicant, norms: NormsInForce) -> Check:
    norm = norms["self_employment_term"]
    first = max(applicant.valid_from, norms.day)
    last = add_days(add_months(first, norm.whole()), -1)
    faults = []
    if applicant.valid_from < norms.day:
        faults.append((f"begins before {norms.day}", f"let the certificate begin on {norms.day} or later"))
    if applicant.valid_until < first:
        faults.append((f"ends before {first}", f"let the certificate end on {first} or later"))
    if applicant.valid_until > last:
        faults.append((f"ends after {last}", f"let the certificate end on {last} or before"))
    if not faults:
        return Check.passed(norm, f"at most {norm.whole()} months")
    return Check.failed(norm, "; ".join(found for found, _ in faults), "; ".join(remedy for _, remedy in faults))


def _part(part: str, values: Sequence[str | None], table: Sequence[Step]) -> PartPoints:
    most = max(step.points for step in table)
    best = next(step.at_least for step in table if step.points == most)
    return PartPoints(part, max(_points(value, table) for value in values), most, best)


def _points(value: str | None, table: Sequence[Step]) -> int:
    """Those of the highest step that is reached; 0 below the first."""
    reached = [step.points for step in table if value is not None and _place(step.at_least) <= _place(value)]
    return reached[-1] if reached else 0


def _place(key: str) -> tuple[int, str]:
    """Numbers by size, levels by their letters."""
    return (int(key), "") if key.isdecimal() else (0, key)
