"""The records that are counted: which facts, on which days, in which places, by the members that they are stored with.

`cases.indicators` says which indicator counts which of them.
"""

from dataclasses import dataclass
from typing import Final

from services.accounting.rules.figures.axes import axis_of
from services.accounting.rules.kept import AGE_GROUP
from services.accounting.store.members import code, day, flag, number, one_of, text, text_within
from shared.events.centres import CentreStay
from shared.events.consular import AssistanceCase, ConsularRegistration
from shared.events.envelope import Fact
from shared.events.kandas import EmploymentRequest, KandasStatus, QuotaInclusion, SupportGrant
from shared.events.permits import BusinessImmigrant, EaeuWorker, ExemptWorker, WorkPermit
from shared.events.police import Expulsion, ProtectionStatus, Violation
from shared.events.portal import HostNotification, ResidenceRegistration
from shared.events.study import Study

Levels = tuple[str, ...]
"""SQL for the code of a dimension on each of its levels: several where groups lie within groups, as those of age do."""


@dataclass(frozen=True, slots=True)
class Records:
    """Records that are counted: their fact, SQL for the codes of a place, and for the days that matter. `aged` is the
    dimension of a place that is the age on the day of counting, whose levels then are SQL for the cohort.

    For acts `since` is the day of the act; for what stands, the first day, and `until` the first day no longer.
    """

    fact: type[Fact]
    place: tuple[Levels, ...]
    since: str
    until: str = "NULL::date"
    condition: str = "true"
    aged: int | None = None


def _codes(fact: type[Fact], *names: str) -> tuple[Levels, ...]:
    return tuple((code(fact, name),) for name in names)


def _qualified(fact: type[Fact]) -> Levels:
    return (f"CASE WHEN {flag(fact, 'qualified')} THEN 'qualified' ELSE 'unqualified' END",)


def sex(fact: type[Fact]) -> Levels:
    """The code of SEX: a travel document's X says "unspecified"."""
    return (f"coalesce(nullif({text(fact, 'sex')}, 'X'), '_X')",)


def _age(fact: type[Fact]) -> Levels:
    """The code of the group of age on the day of the act, from the number that is kept of it."""
    codes = ([level.names[group] for group in level.groups] for level in axis_of("AGE").levels)
    return tuple(f"(ARRAY{listed})[{number(fact, AGE_GROUP)} + 1]" for listed in codes)


_UNKNOWN: Final = ("'_X'",)

_PERMIT: Final = (
    *_codes(WorkPermit, "kind", "category", "activity", "region", "citizenship"),
    _qualified(WorkPermit),
)
_EAEU: Final = (
    ("'eaeu'",),
    _UNKNOWN,
    *_codes(EaeuWorker, "activity", "region", "citizenship"),
    _qualified(EaeuWorker),
)
PERMITS: Final = Records(WorkPermit, _PERMIT, day(WorkPermit, "issued_on"))
PERMITS_IN_FORCE: Final = Records(
    WorkPermit,
    _PERMIT,
    day(WorkPermit, "valid_from"),
    f"least({day(WorkPermit, 'valid_until')} + 1, {day(WorkPermit, 'ended_on')})",
)
"""Suspended ones too: by the procedure a suspended permit keeps its place of the quota, and its worker is counted."""
EAEU_WORKERS: Final = Records(EaeuWorker, _EAEU, day(EaeuWorker, "works_from"), f"{day(EaeuWorker, 'works_until')} + 1")
_EXEMPT: Final = (
    *_codes(ExemptWorker, "ground"),
    _UNKNOWN,
    *_codes(ExemptWorker, "activity", "region", "citizenship"),
    _qualified(ExemptWorker),
)
EXEMPT_WORKERS: Final = Records(
    ExemptWorker, _EXEMPT, day(ExemptWorker, "works_from"), f"{day(ExemptWorker, 'works_until')} + 1"
)
_BUSINESS: Final = (
    ("'business_immigrant'",),
    _UNKNOWN,
    *_codes(BusinessImmigrant, "activity", "region", "citizenship"),
    _UNKNOWN,
)
BUSINESS_IMMIGRANTS: Final = Records(
    BusinessImmigrant, _BUSINESS, day(BusinessImmigrant, "valid_from"), f"{day(BusinessImmigrant, 'valid_until')} + 1"
)


def kandas(on: str, *states: str) -> Records:
    """Records of the kandas register in some states, by the day that a member holds."""
    place = _codes(KandasStatus, "region", "country_of_origin")
    condition = one_of(KandasStatus, "state", *states) if states else "true"
    return Records(KandasStatus, place, day(KandasStatus, on), condition=condition)


NOT_STATED: Final = "not_stated"


def kandas_educated(education: str) -> Records:
    """Of the kandas `included`, those of a level of education, as stated (NOT_STATED: of whom none is)."""
    places = included("kandas", "included_on", "country_of_origin")
    level = f"coalesce({text_within(QuotaInclusion, 'competence', 'education')}, '{NOT_STATED}')"
    condition = f"{places.condition} AND {level} = '{education}'"
    return Records(QuotaInclusion, places.place, places.since, condition=condition)


def included(kind: str, on: str, origin: str, left: str | None = None) -> Records:
    """Places in the regional quotas, by the day that a member holds: of all who did not decline, or who left so."""
    of_kind = one_of(QuotaInclusion, "kind", kind)
    reason = text(QuotaInclusion, "end_reason")
    condition = f"coalesce({reason}, '') <> 'declined'" if left is None else f"{reason} = '{left}'"
    place = _codes(QuotaInclusion, "region", origin)
    return Records(QuotaInclusion, place, day(QuotaInclusion, on), condition=f"{of_kind} AND {condition}")


def supported(kind: str, origin: str) -> Records:
    """Of the `included` by the day of inclusion, those who were granted support in that region, by any of their places
    and on any day: support is a matter of the person. Regions are those of the year's quotas, which name them."""
    places = included(kind, "included_on", origin)
    granted = f"SELECT person, {text(SupportGrant, 'region')} FROM derived.record WHERE kind = '{SupportGrant.NAME}'"  # noqa: S608  (our own names)
    condition = f"{places.condition} AND (person, {text(QuotaInclusion, 'region')}) IN ({granted})"
    return Records(QuotaInclusion, places.place, places.since, condition=condition)


def _asked_work(*states: str) -> Records:
    """Requests of kandas for work, by the day on which they asked."""
    place = _codes(EmploymentRequest, "region", "country_of_origin")
    of_kandas = one_of(EmploymentRequest, "kind", "kandas")
    condition = f"{of_kandas} AND {one_of(EmploymentRequest, 'state', *states)}" if states else of_kandas
    return Records(EmploymentRequest, place, day(EmploymentRequest, "asked_on"), condition=condition)


KANDAS_ASKED_WORK: Final = _asked_work()
KANDAS_FOUND_WORK: Final = _asked_work("found")


def housed(*kinds: str) -> Records:
    """Stays in centres by their first day, but for those that ended before it was over. They know no country of
    origin."""
    place = (*_codes(CentreStay, "region"), _UNKNOWN)
    since = day(CentreStay, "since")
    there = f"{day(CentreStay, 'ended_on')} IS DISTINCT FROM {since}"
    condition = f"{one_of(CentreStay, 'kind', *kinds)} AND {there}"
    return Records(CentreStay, place, since, condition=condition)


def settled(act: str) -> Records:
    """(De)registrations for permanent residence from or to another country; they know no purpose to be counted."""
    moved = ResidenceRegistration
    on = day(moved, "date")
    place = (
        *_codes(moved, "region", "counterpart_country", "citizenship"), sex(moved), _age(moved), _UNKNOWN,
    )  # fmt: skip
    abroad = f"coalesce({text(moved, 'counterpart_country')}, 'KAZ') <> 'KAZ'"
    condition = f"{one_of(moved, 'act', act)} AND {one_of(moved, 'residence', 'permanent')} AND {abroad}"
    return Records(moved, place, on, condition=condition)


def _left_the_country() -> Records:
    """De-registrations for abroad that the police marks as of former kandas, by the country they left for (plan 22)."""
    left = settled("deregistration")
    place = _codes(ResidenceRegistration, "region", "counterpart_country")
    condition = f"{left.condition} AND {flag(ResidenceRegistration, 'former_kandas')}"
    return Records(ResidenceRegistration, place, left.since, condition=condition)


KANDAS_LEFT_COUNTRY: Final = _left_the_country()


def _moved(condition: str = "true") -> Records:
    moved = ResidenceRegistration
    place = _codes(moved, "region", "counterpart_region")
    within = f"{one_of(moved, 'act', 'registration')} AND {text(moved, 'counterpart_region')} IS NOT NULL"
    return Records(moved, place, day(moved, "date"), condition=f"{within} AND {condition}")


_BETWEEN: Final = f"{text(ResidenceRegistration, 'counterpart_region')} <> {text(ResidenceRegistration, 'region')}"
MOVES: Final = _moved()
MOVES_BETWEEN: Final = _moved(_BETWEEN)
MOVES_WITHIN: Final = _moved(f"NOT {_BETWEEN}")


def protected(kind: str) -> Records:
    """Those under one kind of protection."""
    status = ProtectionStatus
    place = _codes(status, "country_of_origin")
    return Records(status, place, day(status, "granted_on"), day(status, "ended_on"), one_of(status, "kind", kind))


_STAY: Final = _codes(Violation, "region", "citizenship")
_OVERSTAY: Final = one_of(Violation, "violation", "overstay")
_FINDING: Final = f"{one_of(Violation, 'found_by', 'overstay_run')} AND {text(Violation, 'confirmed_on')} IS NULL"


def _violations(condition: str) -> Records:
    return Records(Violation, _STAY, day(Violation, "found_on"), condition=condition)


VIOLATIONS: Final = _violations(f"NOT ({_FINDING})")
OVERSTAYS: Final = _violations(f"{_OVERSTAY} AND NOT ({_FINDING})")
OVERSTAY_FINDINGS: Final = _violations(f"{_OVERSTAY} AND {_FINDING}")
EXPULSIONS: Final = Records(Expulsion, (_UNKNOWN, *_codes(Expulsion, "citizenship")), day(Expulsion, "executed_on"))

WORK_GUESTS: Final = Records(
    HostNotification,
    _codes(HostNotification, "region", "citizenship"),
    day(HostNotification, "stay_from"),
    condition=f"{one_of(HostNotification, 'purpose', 'work')}"
    f" AND {one_of(HostNotification, 'state', 'notified', 'checked_out')}",
)
"""Stays of guests who work, as their hosts say; a notice that another one joins is of the same person and stay."""


def _abroad(condition: str = "true") -> Records:
    entry = ConsularRegistration
    place = (*_codes(entry, "region_of_origin", "country", "purpose"), sex(entry), _age(entry))
    return Records(entry, place, day(entry, "registered_on"), day(entry, "ended_on"), condition)


CITIZENS_ABROAD: Final = _abroad()
WORKERS_ABROAD: Final = _abroad(one_of(ConsularRegistration, "purpose", "work"))
IRREGULAR_ABROAD: Final = _abroad(one_of(ConsularRegistration, "legality", "irregular"))
ASSISTED: Final = Records(
    AssistanceCase,
    (_UNKNOWN, *_codes(AssistanceCase, "country"), _UNKNOWN, _UNKNOWN, _UNKNOWN),
    day(AssistanceCase, "opened_on"),
)


def _studying(place: str, condition: str) -> Records:
    """Courses by the region of the institution, the country whose name is `place`, and the level."""
    until = f"{day(Study, 'until')} + 1"
    return Records(Study, _codes(Study, "region", place, "level"), day(Study, "since"), until, condition)


STUDENTS_HERE: Final = _studying("citizenship", f"{text(Study, 'country')} = 'KAZ'")
STUDENTS_ABROAD: Final = _studying("country", f"{text(Study, 'country')} <> 'KAZ'")
