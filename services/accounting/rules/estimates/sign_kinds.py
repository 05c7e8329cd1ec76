"""Which sign of life each register's record of a person is: crossings, evidence of the rule, other facts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.estimates.signs import SIGN, FirstSide, Group, SignKind, Signs
from services.accounting.rules.figures.dimensions import country_code, day_number, purpose_code, region_code
from services.accounting.rules.persons.people import People
from services.accounting.rules.residence.history import Crossings, Evidence, Kind
from services.accounting.rules.residence.purpose import declared_purpose

Ints = npt.NDArray[np.int64]

_OF_EVIDENCE: Final = {
    Kind.REGISTERED: SignKind.REGISTERED,
    Kind.DEPARTED: SignKind.DEPARTED,
    Kind.DEREGISTERED: SignKind.DEREGISTERED,
    Kind.RESIDENCE_PERMIT: SignKind.RESIDENCE_PERMIT,
    Kind.TEMPORARY: SignKind.TEMPORARY,
    Kind.PROTECTION: SignKind.TEMPORARY,
    Kind.SETTLEMENT: SignKind.KANDAS,
    Kind.KANDAS: SignKind.KANDAS,
    **dict.fromkeys(
        (Kind.WORK_PLACE, Kind.WORK_PERMIT, Kind.EAEU_WORKER, Kind.EXEMPT_WORKER, Kind.BUSINESS), SignKind.WORK_PERMIT
    ),
}
"""Visas, courses and being abroad are none: of the last two their own facts tell (TOLD)."""
_SETTLING, _WORKING = ("permanent", "family"), ("work", "study")


class Told(NamedTuple):
    """What a fact's body tells: the sign, the members of its day and region, and which values the member it `needs`
    has to have."""

    kind: SignKind
    day: str
    region: str | None = None
    needs: str | None = None
    values: tuple[str, ...] = ()
    otherwise: bool = False
    """Whether the member must have another value than these."""


TOLD: Final[Mapping[str, tuple[Told, ...]]] = {
    "host_notification.v1": (
        Told(SignKind.NOTICE, "stay_from", "region", "state", ("notified", "checked_out")),
        Told(SignKind.CHECKED_OUT, "checked_out_on", None, "state", ("checked_out",)),
    ),
    "violation.v1": (Told(SignKind.VIOLATION, "found_on", "region"),),
    "expulsion.v1": (Told(SignKind.EXPELLED, "executed_on"),),
    "citizenship_change.v1": (
        Told(SignKind.NATURALISED, "date", None, "act", ("acquired",)),
        Told(SignKind.CITIZENSHIP_LOST, "date", None, "act", ("lost",)),
    ),
    "consular_registration.v1": (Told(SignKind.CONSULAR, "registered_on"),),
    "study.v1": (
        Told(SignKind.STUDY_HERE, "since", "region", "country", ("KAZ",)),
        Told(SignKind.STUDY_ABROAD, "since", None, "country", ("KAZ",), otherwise=True),
    ),
    "sign_of_life.v1": tuple(
        Told(kind, "seen_on", "region", "kind", (kind.name.lower(),))
        for kind in (SignKind.HEALTH, SignKind.SCHOOL, SignKind.PENSION, SignKind.TELECOM)
    ),
}
"""By fact that is no evidence of the rule."""

_OF_FOREIGNERS: Final = (
    SignKind.TEMPORARY, SignKind.RESIDENCE_PERMIT, SignKind.WORK_PERMIT, SignKind.KANDAS, SignKind.NOTICE,
    SignKind.CHECKED_OUT, SignKind.STUDY_HERE, SignKind.VIOLATION, SignKind.EXPELLED,
)  # fmt: skip


def told_by(fact: str, body: Mapping[str, Any]) -> Iterator[tuple[SignKind, str, str | None]]:
    """Sign, day (ISO 8601) and region that a fact's kept body tells."""
    for told in TOLD.get(fact, ()):
        fits = told.needs is None or (body.get(told.needs) in told.values) != told.otherwise
        if fits and (day := body.get(told.day)):
            yield told.kind, day, body.get(told.region) if told.region else None


def owner_of(people: People) -> Ints:
    """The number of the person of each crossing, within these people."""
    return np.repeat(np.arange(len(people.ids)), people.lengths)


def signs_of(people: People, told: Iterable[tuple[int, str, Mapping[str, Any]]]) -> Signs:
    """Every sign of these people: of their crossings, their evidence, and what is `told` by facts that are none: the
    key that holds each, its kind and its kept body."""
    persons = np.arange(len(people.ids))
    holder = dict(zip(people.keys.tolist(), np.repeat(persons, people.key_lengths).tolist(), strict=True))
    rows = [
        (holder[key], int(month_of(np.array([day_number(date.fromisoformat(day))]))[0]), kind, region_code(region))
        for key, fact, body in told
        if key in holder
        for kind, day, region in told_by(fact, body)
    ]
    return np.concatenate(
        (
            signs_of_crossings(owner_of(people), people.crossings),
            signs_of_evidence(np.repeat(persons, people.evidence_lengths), people.evidence),
            np.array(rows, SIGN),
        )
    )


def signs_of_crossings(owner: Ints, crossings: Crossings) -> Signs:
    """A sign of each crossing, by direction and declared purpose."""
    stem = np.full(256, SignKind.ENTRY_VISIT)
    stem[[purpose_code(each) for each in _SETTLING]] = SignKind.ENTRY_SETTLING
    stem[[purpose_code(each) for each in _WORKING]] = SignKind.ENTRY_WORK
    found = _rows(owner, crossings["day"])
    out = SignKind.EXIT_VISIT - SignKind.ENTRY_VISIT
    found["kind"] = stem[declared_purpose(crossings)] + np.where(crossings["arrival"], 0, out)
    return found


def signs_of_evidence(owner: Ints, evidence: Evidence) -> Signs:
    """A sign of each piece of evidence that is one, and of its end."""
    kinds = np.zeros(256, np.uint8)
    kinds[list(_OF_EVIDENCE)] = list(_OF_EVIDENCE.values())
    kind = kinds[evidence["kind"]]
    ends = (evidence["kind"] == Kind.ENDED) & np.isin(evidence["fact"], evidence["fact"][kind != 0])
    found = _rows(owner, evidence["day"])
    found["kind"], found["region"] = np.where(ends, SignKind.ENDED, kind), evidence["region"]
    signs: Signs = found[found["kind"] != 0]
    return signs


def sides(lengths: Ints, crossings: Crossings) -> Ints:
    """What each person's first crossing tells of the time before it."""
    found = np.full(len(lengths), FirstSide.NEVER_CROSSED, np.int64)
    travels = np.flatnonzero(lengths)
    first = (np.cumsum(lengths) - lengths)[travels]
    found[travels] = np.where(crossings["arrival"][first], FirstSide.CAME_FIRST, FirstSide.LEFT_FIRST)
    return found


def groups(lengths: Ints, crossings: Crossings, signs: Signs) -> Ints:
    """Each person's group: by the citizenship of the last crossing; of who never crossed, a foreigner's where a record
    is one that only foreigners have."""
    found = np.full(len(lengths), Group.CITIZEN, np.int64)
    found[signs["person"][np.isin(signs["kind"], _OF_FOREIGNERS)]] = Group.FOREIGNER
    travels = np.flatnonzero(lengths)
    last = (np.cumsum(lengths) - 1)[travels]
    home = crossings["citizen"][last] == country_code("KAZ")
    found[travels] = np.where(home, Group.CITIZEN, Group.FOREIGNER)
    return found


def month_of(days: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
    """Months since January 1970 of days since then."""
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int32)


def _rows(owner: Ints, day: npt.NDArray[np.integer]) -> Signs:
    found = np.zeros(len(owner), SIGN)
    found["person"], found["month"] = owner, month_of(day)
    return found
