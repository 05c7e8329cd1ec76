"""Who is in force in the registers on a reference date: the records of which DF_STOCK counts persons, method REGISTER.

DF_STOCK_AGE counts the same by age, on the first days of years: what is kept of a birth date is the year.

A register knows who holds something, not who is in the country: its stock is one more count beside those of the
residence rules, and no part of them. The purpose is the one that the record shows (rules.residence.purpose).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, get_args

from services.accounting.rules.figures.axes import axis_of
from services.accounting.rules.kept import COHORT
from services.accounting.store.members import code, day, number, one_of, text
from services.accounting.store.register_records import Levels, Records, sex
from shared.events.consular import ConsularRegistration
from shared.events.envelope import Fact
from shared.events.kandas import KandasStatus
from shared.events.permits import PermitKind, WorkPermit
from shared.events.police import ProtectionStatus, ResidencePermit
from shared.events.study import Study

LABOUR_IMMIGRANT: Final = "labour_immigrant"


def _place(fact: type[Fact], purpose: str, region: str = "region", citizen: str | None = None) -> tuple[Levels, ...]:
    """The codes of REF_AREA, CITIZEN, SEX and PURPOSE, the last in SQL."""
    return (code(fact, region),), (citizen or code(fact, "citizenship"),), sex(fact), (purpose,)


def _until(fact: type[Fact]) -> str:
    """The first day on which it no longer holds: by its term, or by the day on which it ended before."""
    return f"least({day(fact, 'valid_until')} + 1, {day(fact, 'ended_on')})"


def _work_permits(*kinds: str) -> Records:
    return Records(
        WorkPermit,
        _place(WorkPermit, "'work'"),
        day(WorkPermit, "valid_from"),
        _until(WorkPermit),
        one_of(WorkPermit, "kind", *kinds),
    )


def _protected(kind: str) -> Records:
    status = ProtectionStatus
    place = _place(status, "'other'")
    return Records(status, place, day(status, "granted_on"), day(status, "ended_on"), one_of(status, "kind", kind))


_RESIDENCE: Final = f"CASE {text(ResidencePermit, 'residence')} WHEN 'permanent' THEN 'permanent' ELSE '_X' END"

IN_FORCE: Final[Mapping[str, Records]] = {
    "PERMITS_IN_FORCE": _work_permits(*(each for each in get_args(PermitKind) if each != LABOUR_IMMIGRANT)),
    "LABOUR_IMMIGRANTS": _work_permits(LABOUR_IMMIGRANT),
    "RESIDENCE_PERMITS": Records(
        ResidencePermit,
        _place(ResidencePermit, _RESIDENCE),
        day(ResidencePermit, "granted_on"),
        _until(ResidencePermit),
    ),
    "KANDAS": Records(
        KandasStatus,
        _place(KandasStatus, "'permanent'"),
        day(KandasStatus, "decided_on"),
        _until(KandasStatus),
        one_of(KandasStatus, "state", "granted", "ended"),
    ),
    "STUDENTS_HERE": Records(
        Study,
        _place(Study, "'study'"),
        day(Study, "since"),
        f"{day(Study, 'until')} + 1",
        f"{text(Study, 'country')} = 'KAZ'",
    ),
    "REFUGEES": _protected("refugee"),
    "STATELESS": _protected("stateless"),
    "ASYLUM_SEEKERS": _protected("asylum_seeker"),
    "REGISTERED": Records(
        ConsularRegistration,
        _place(ConsularRegistration, code(ConsularRegistration, "purpose"), "region_of_origin", "'KAZ'"),
        day(ConsularRegistration, "registered_on"),
        day(ConsularRegistration, "ended_on"),
    ),
}
"""By indicator. Suspended permits too, whose workers keep their place (store.register_records.PERMITS_IN_FORCE); the
region of a citizen in the consular register is the one of origin."""


def _by_age(records: Records) -> Records:
    """The same by REF_AREA, CITIZEN, SEX and AGE."""
    region, citizen, of_sex, _ = records.place
    born = number(records.fact, COHORT)
    place = (region, citizen, of_sex, tuple(born for _ in axis_of("AGE").levels))
    return replace(records, place=place, aged=len(place) - 1)


REGISTER_STOCKS: Final = (
    *(("DF_STOCK", code, records) for code, records in IN_FORCE.items()),
    *(("DF_STOCK_AGE", code, _by_age(records)) for code, records in IN_FORCE.items()),
)
"""By dataflow and indicator."""
