"""The indicators: what is published, in which dataflow and by which method, and what each of them counts.

The one table of them. One code is several indicators where it is counted by several methods or in several dataflows.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal, NamedTuple, get_args

from services.accounting.rules.estimates.series import ESTIMATED, Adjusted
from services.accounting.rules.figures.evidence import EVIDENCE, Evidenced
from services.accounting.rules.figures.figures import Query
from services.accounting.rules.figures.flow_figures import Crossings, Estimated, Formula, Indexed, Stock
from services.accounting.rules.figures.movements import CellKind as Cell
from services.accounting.rules.residence.joined_stays import U98
from services.accounting.rules.residence.majority import M12
from services.accounting.store.register_records import (
    ASSISTED,
    BUSINESS_IMMIGRANTS,
    CITIZENS_ABROAD,
    EAEU_WORKERS,
    EXEMPT_WORKERS,
    EXPULSIONS,
    IRREGULAR_ABROAD,
    KANDAS_ASKED_WORK,
    KANDAS_FOUND_WORK,
    KANDAS_LEFT_COUNTRY,
    MOVES,
    MOVES_BETWEEN,
    MOVES_WITHIN,
    NOT_STATED,
    OVERSTAY_FINDINGS,
    OVERSTAYS,
    PERMITS,
    PERMITS_IN_FORCE,
    STUDENTS_ABROAD,
    STUDENTS_HERE,
    VIOLATIONS,
    WORK_GUESTS,
    WORKERS_ABROAD,
    Records,
    housed,
    included,
    kandas,
    kandas_educated,
    protected,
    settled,
    supported,
)
from services.accounting.store.register_stocks import REGISTER_STOCKS
from shared.events.kandas import Education, SettlerKind
from shared.events.permits import Category


@dataclass(frozen=True, slots=True)
class Acts:
    """Records of a register, each counted in the period of its day; with `persons`, each person once in every total."""

    records: tuple[Records, ...]
    persons: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Persons who have a record that holds at the end of a period, or on its first day."""

    records: tuple[Records, ...]
    on_first_day: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """Acts that one indicator counts less those of another."""

    plus: str
    minus: str


@dataclass(frozen=True, slots=True)
class QuotaPlaces:
    """Places of the quota of foreign labour (shared.events.permits.QuotaPool)."""

    what: Literal["set", "moved", "reserved", "used", "left"]


@dataclass(frozen=True, slots=True)
class RegionalPlaces:
    """Places of the regional quotas of kandas or of resettlers (shared.events.kandas.RegionalQuotaPool)."""

    kind: SettlerKind


@dataclass(frozen=True, slots=True)
class Reported:
    """What host countries report of a concept with so much reliability (shared.events.consular.HostCountryFigure)."""

    concept: str
    reliability: str


@dataclass(frozen=True, slots=True)
class Transferred:
    """What sources report of personal transfers in a direction (shared.events.consular.Remittance)."""

    direction: str


@dataclass(frozen=True, slots=True)
class Share:
    """What share some figures are of others, in per cent. Each side is the sum of the figures that a query wants, as
    dataflow and key, with `+` between codes."""

    part: str
    whole: str


@dataclass(frozen=True, slots=True)
class StaffShare:
    """What share foreigners are of enterprises' staff of some categories, in per cent (indicator 1): holders of permits
    beside the citizens whom the enterprise reported (shared.events.permits.EmployerStaff)."""

    categories: tuple[Category, ...]


@dataclass(frozen=True, slots=True)
class Carried:
    """The yearly figure of another dataflow: what others have published under `key`, or else what is counted by it."""

    flow: str
    key: str


class Residual(NamedTuple):
    """What population growth leaves unexplained by births, deaths and the net migration of the indicator's method."""


class Loaded(NamedTuple):
    """Figures of other bodies alone, from loaded files: nothing is counted here."""


Quotas = QuotaPlaces | RegionalPlaces
Balanced = Carried | Residual
Counted = Formula | Acts | Standing | Difference | StaffShare | Share
Source = Counted | Reported | Transferred | Quotas | Balanced | Evidenced | Adjusted | Indexed | Loaded


@dataclass(frozen=True, slots=True)
class Indicator:
    """A code of CL_INDICATOR in a dataflow and by a method. `source`: what its figures are made of."""

    code: str
    flow: str
    method: str
    source: Source


KANDAS_EDUCATION: Final = {level: f"KANDAS_INCLUDED_{level.upper()}" for level in (*get_args(Education), NOT_STATED)}
"""Level of education -> the indicator that counts it: together they are KANDAS_INCLUDED."""


def _acts(flow: str, code: str, *records: Records, method: str = "REGISTER") -> Indicator:
    return Indicator(code, flow, method, Acts(records))


def _persons(flow: str, code: str, *records: Records) -> Indicator:
    return Indicator(code, flow, "REGISTER", Acts(records, persons=True))


def _standing(flow: str, code: str, *records: Records) -> Indicator:
    return Indicator(code, flow, "REGISTER", Standing(records))


def _by_rule(code: str, plus: set[Cell], minus: Iterable[Cell] = (), *, open: Iterable[Cell] = ()) -> Indicator:
    return Indicator(code, "DF_FLOW", "M1216", Formula(frozenset(plus), frozenset(minus), frozenset(open)))


def _resolved(
    code: str, plus: set[Cell], minus: Iterable[Cell] = (), *, open: Iterable[Cell] = (), made: type[Formula] = Formula
) -> Indicator:
    """By M1216R: what M1216 counts, and what it leaves undetermined where both possible first statuses agree."""
    return Indicator(code, "DF_FLOW", "M1216R", made(frozenset(plus), frozenset(minus), frozenset(open)))


def _by_stays(code: str, plus: set[Cell], minus: Iterable[Cell] = (), *, settles: int) -> Indicator:
    """By U98, in the periods of the starts and ends of stays."""
    return Indicator(code, "DF_FLOW", "U98", Formula(frozenset(plus), frozenset(minus), settles=settles))


def _by_majority(code: str, plus: set[Cell], minus: Iterable[Cell] = ()) -> Indicator:
    """By M12: between the first reference date of a period and that of the next one."""
    return Indicator(code, "DF_FLOW", "M12", Formula(frozenset(plus), frozenset(minus), since=M12.window))


def _population(
    code: str, by: str, plus: set[Cell], minus: set[Cell], open: Iterable[Cell] = (), settles: int = 0, since: int = 0
) -> Indicator:
    return Indicator(code, "DF_STOCK", by, Stock(frozenset(plus), frozenset(minus), frozenset(open), settles, since))


def _border(code: str, cell: Cell) -> Indicator:
    return Indicator(code, "DF_BORDER", "REGISTER", Crossings(frozenset({cell})))


def _reported(*codes: str) -> Iterator[Indicator]:
    """Each by a method for each reliability: what is less reliable stands beside what is more, never in its place."""
    methods = {"official": "HOST", "estimate": "HOST_ESTIMATE", "press": "HOST_PRESS"}
    return (
        Indicator(code, "DF_MIRROR", method, Reported(code.lower(), reliability))
        for code in codes
        for reliability, method in methods.items()
    )


def _loaded(flow: str, *codes: str, method: str = "PUBLISHED") -> Iterator[Indicator]:
    return (Indicator(code, flow, method, Loaded()) for code in codes)


def _balanced(*methods: str) -> Iterator[Indicator]:
    for method in methods:
        yield Indicator("NET", "DF_BALANCE", method, Carried("DF_FLOW", f"A.NET.{method}.KZ._T._T._T._T._T"))
        yield Indicator("RESIDUAL", "DF_BALANCE", method, Residual())


IMMIGRATED, EMIGRATED = {Cell.IMM_FINAL, Cell.IMM_RESOLVED}, {Cell.EMI_FINAL, Cell.EMI_RESOLVED}
IMMIGRATING, EMIGRATING = {Cell.IMM_OPEN, Cell.IMM_RESOLVED_OPEN}, {Cell.EMI_OPEN, Cell.EMI_RESOLVED_OPEN}

STAY_KNOWN: Final = U98.long + U98.absence
"""Days after its start by which the term of every stay is known."""

_BY_QUOTA: Final = "DF_LABOUR/A.WORKERS.REGISTER.employer+seasonal._T._T.KZ._T"

INDICATORS: Final = (
    _by_rule("IMM", {Cell.IMM_FINAL}, open={Cell.IMM_OPEN}),
    _by_rule("EMI", {Cell.EMI_FINAL}, open={Cell.EMI_OPEN}),
    _by_rule("NET", {Cell.IMM_FINAL}, {Cell.EMI_FINAL}, open={Cell.IMM_OPEN, Cell.EMI_OPEN}),
    _by_rule("IMM_FINAL", {Cell.IMM_FINAL}, open={Cell.IMM_OPEN}),
    _by_rule("EMI_FINAL", {Cell.EMI_FINAL}, open={Cell.EMI_OPEN}),
    _by_rule("IMM_OPEN", {Cell.IMM_OPEN}, open={Cell.IMM_OPEN}),
    _by_rule("EMI_OPEN", {Cell.EMI_OPEN}, open={Cell.EMI_OPEN}),
    _by_rule("IMM_UNDETERMINED", {Cell.IMM_UNDETERMINED}),
    _by_rule("EMI_UNDETERMINED", {Cell.EMI_UNDETERMINED}),
    _resolved("IMM", IMMIGRATED, open=IMMIGRATING, made=Estimated),
    _resolved("EMI", EMIGRATED, open=EMIGRATING, made=Estimated),
    _resolved("NET", IMMIGRATED, EMIGRATED, open=IMMIGRATING | EMIGRATING, made=Estimated),
    _resolved("IMM_FINAL", IMMIGRATED, open=IMMIGRATING),
    _resolved("EMI_FINAL", EMIGRATED, open=EMIGRATING),
    _resolved("IMM_OPEN", IMMIGRATING, open=IMMIGRATING),
    _resolved("EMI_OPEN", EMIGRATING, open=EMIGRATING),
    _resolved("IMM_UNDETERMINED", {Cell.IMM_UNRESOLVED}),
    _resolved("EMI_UNDETERMINED", {Cell.EMI_UNRESOLVED}),
    # Residents whose status became known when both possible first ones agreed: nobody knows when they came.
    _resolved("RESIDENTS_KNOWN", {Cell.RESOLVED_GAIN}, {Cell.IMM_RESOLVED}, open=IMMIGRATING),
    _by_stays("IMM", {Cell.U98_IN_LONG}, settles=STAY_KNOWN),
    _by_stays("EMI", {Cell.U98_OUT_LONG}, settles=U98.absence),
    _by_stays("NET", {Cell.U98_IN_LONG}, {Cell.U98_OUT_LONG}, settles=STAY_KNOWN),
    _by_stays("IMM_SHORT", {Cell.U98_IN_SHORT}, settles=STAY_KNOWN),
    _by_stays("EMI_SHORT", {Cell.U98_OUT_SHORT}, settles=U98.absence),
    _by_stays("IMM_OPEN", {Cell.U98_IN_OPEN}, settles=STAY_KNOWN),
    _by_stays("EMI_OPEN", {Cell.U98_OUT_OPEN}, settles=U98.absence),
    _by_stays("EMI_UNDETERMINED", {Cell.U98_OUT_UNDETERMINED}, settles=U98.absence),
    _by_majority("IMM", {Cell.M12_IN}),
    _by_majority("EMI", {Cell.M12_OUT}),
    _by_majority("NET", {Cell.M12_IN}, {Cell.M12_OUT}),
    _population("RESIDENTS", "M1216", {Cell.RESIDENT_GAIN}, {Cell.RESIDENT_LOSS}, {Cell.IMM_OPEN, Cell.EMI_OPEN}),
    _population(
        "RESIDENTS",
        "M1216R",
        {Cell.RESIDENT_GAIN, Cell.RESOLVED_GAIN},
        {Cell.RESIDENT_LOSS, Cell.RESOLVED_LOSS},
        IMMIGRATING | EMIGRATING,
    ),
    _population("RESIDENTS", "U98", {Cell.U98_START, Cell.U98_IN_LONG}, {Cell.U98_OUT_LONG}, settles=STAY_KNOWN),
    _population("RESIDENTS_SHORT", "U98", {Cell.U98_IN_SHORT}, {Cell.U98_OUT_SHORT}, settles=STAY_KNOWN),
    _population("RESIDENTS", "M12", {Cell.M12_START, Cell.M12_IN}, {Cell.M12_OUT}, since=M12.window),
    Indicator("RESIDENTS", "DF_STOCK", "RINDEX", Indexed()),
    *(Indicator(code, flow, "REGISTER", Standing((each,), on_first_day=True)) for flow, code, each in REGISTER_STOCKS),
    Indicator("IMM_UNSUPPORTED", "DF_FLOW", "M1216R", Indexed(flow=True)),
    Indicator("EMI_UNSUPPORTED", "DF_FLOW", "M1216R", Indexed(flow=True)),
    _acts("DF_FLOW", "IMM", settled("registration"), method="COUPON"),
    _acts("DF_FLOW", "EMI", settled("deregistration"), method="COUPON"),
    Indicator("NET", "DF_FLOW", "COUPON", Difference("IMM", "EMI")),
    *_loaded("DF_FLOW", "EMI_SHARE", method="COUPON"),
    _border("ENTRIES", Cell.ARRIVALS),
    _border("EXITS", Cell.DEPARTURES),
    _border("ENTRIES_IMPUTED", Cell.ARRIVALS_IMPUTED),
    _border("EXITS_IMPUTED", Cell.DEPARTURES_IMPUTED),
    *_loaded("DF_BORDER", "ENTRIES", "E_VISAS"),
    _acts("DF_LABOUR", "PERMITS_ISSUED", PERMITS),
    _standing("DF_LABOUR", "WORKERS", PERMITS_IN_FORCE, EAEU_WORKERS, EXEMPT_WORKERS, BUSINESS_IMMIGRANTS),
    *_loaded("DF_LABOUR", "PERMITS_ISSUED", "PERMITS_SHARE", "WORKERS", "WORKERS_LOW", "WORKERS_HIGH", "WORKERS_SHARE"),
    *_loaded("DF_LABOUR", "EMPLOYERS", "LABOUR_FORCE_SHARE"),
    Indicator("QUOTA_SET", "DF_QUOTA", "REGISTER", QuotaPlaces("set")),
    Indicator("QUOTA_MOVED", "DF_QUOTA", "REGISTER", QuotaPlaces("moved")),
    Indicator("QUOTA_RESERVED", "DF_QUOTA", "REGISTER", QuotaPlaces("reserved")),
    Indicator("QUOTA_USED", "DF_QUOTA", "REGISTER", QuotaPlaces("used")),
    Indicator("QUOTA_LEFT", "DF_QUOTA", "REGISTER", QuotaPlaces("left")),
    _acts("DF_KANDAS", "KANDAS_APPLIED", kandas("applied_on")),
    _acts("DF_KANDAS", "KANDAS_GRANTED", kandas("decided_on", "granted", "ended")),
    _acts("DF_KANDAS", "KANDAS_REFUSED", kandas("decided_on", "refused")),
    _acts("DF_KANDAS", "KANDAS_ENDED", kandas("ended_on", "ended")),
    _acts("DF_KANDAS", "KANDAS_INCLUDED", included("kandas", "included_on", "country_of_origin")),
    *(_acts("DF_KANDAS", code, kandas_educated(level)) for level, code in KANDAS_EDUCATION.items()),
    _acts("DF_KANDAS", "KANDAS_LEFT_REGION", included("kandas", "ended_on", "country_of_origin", "left_region")),
    _acts("DF_KANDAS", "KANDAS_LEFT_COUNTRY", KANDAS_LEFT_COUNTRY),
    _persons("DF_KANDAS", "KANDAS_SUPPORTED", supported("kandas", "country_of_origin")),
    _persons("DF_KANDAS", "KANDAS_ASKED_WORK", KANDAS_ASKED_WORK),
    _persons("DF_KANDAS", "KANDAS_FOUND_WORK", KANDAS_FOUND_WORK),
    _persons("DF_KANDAS", "KANDAS_HOUSED", housed("placement", "adaptation")),
    _persons("DF_KANDAS", "KANDAS_PLACED", housed("placement")),
    _persons("DF_KANDAS", "KANDAS_ADAPTED", housed("adaptation")),
    Indicator("KANDAS_QUOTA", "DF_KANDAS", "REGISTER", RegionalPlaces("kandas")),
    *_loaded("DF_KANDAS", "KANDAS_ARRIVED", "KANDAS_SHARE", "KANDAS_SECONDARY_SHARE", "KANDAS_VOCATIONAL_SHARE"),
    *_loaded("DF_KANDAS", "KANDAS_GRANTED", "KANDAS_GRANTED_SHARE", "KANDAS_INCLUDED", "KANDAS_QUOTA"),
    _standing("DF_ABROAD", "REGISTERED", CITIZENS_ABROAD),
    _standing("DF_ABROAD", "WORKING", WORKERS_ABROAD),
    _standing("DF_ABROAD", "IRREGULAR", IRREGULAR_ABROAD),
    _acts("DF_ABROAD", "ASSISTED", ASSISTED),
    *_loaded("DF_ABROAD", "REGISTERED", "STUDYING", "IRREGULAR"),
    *_loaded("DF_ABROAD", "BOLASHAK_SENT", "BOLASHAK_RETURNED", "STUDYING_SHARE"),
    *_reported("REGISTERED", "WORKING", "STUDYING", "IRREGULAR"),
    *_loaded("DF_MIRROR", "WORKING", "IRREGULAR", "IMM", "NET"),
    *(Indicator(f"TRANSFERS_{way.upper()}", "DF_REMITTANCE", "REPORTED", Transferred(way)) for way in ("in", "out")),
    *_loaded("DF_REMITTANCE", "TRANSFERS_IN", "TRANSFERS_SHARE", "TRANSFERS_MAIN_SHARE"),
    _standing("DF_STUDY", "STUDENTS_HERE", STUDENTS_HERE),
    _standing("DF_STUDY", "STUDYING", STUDENTS_ABROAD),
    *_loaded("DF_STUDY", "STUDENTS_HERE"),
    _standing("DF_PROTECTION", "REFUGEES", protected("refugee")),
    _standing("DF_PROTECTION", "STATELESS", protected("stateless")),
    _standing("DF_PROTECTION", "ASYLUM_SEEKERS", protected("asylum_seeker")),
    *_loaded("DF_PROTECTION", "REFUGEES", "STATELESS"),
    _acts("DF_INTERNAL", "INTERNAL", MOVES),
    _acts("DF_INTERNAL", "INTERNAL_BETWEEN", MOVES_BETWEEN),
    _acts("DF_INTERNAL", "INTERNAL_WITHIN", MOVES_WITHIN),
    _acts("DF_INTERNAL", "RESETTLERS", included("resettler", "included_on", "region_of_origin")),
    _acts("DF_INTERNAL", "RESETTLERS_LEFT", included("resettler", "ended_on", "region_of_origin", "left_region")),
    _persons("DF_INTERNAL", "RESETTLERS_SETTLED", included("resettler", "included_on", "region_of_origin")),
    _persons("DF_INTERNAL", "RESETTLERS_SUPPORTED", supported("resettler", "region_of_origin")),
    Indicator("RESETTLERS_QUOTA", "DF_INTERNAL", "REGISTER", RegionalPlaces("resettler")),
    *_loaded("DF_INTERNAL", "INTERNAL", "INTERNAL_BETWEEN", "INTERNAL_WITHIN"),
    *_loaded("DF_INTERNAL", "RESETTLERS_QUOTA", "RESETTLERS_SUPPORTED", "SPECIALISTS_MOVED"),
    _acts("DF_STAY", "VIOLATIONS", VIOLATIONS),
    _acts("DF_STAY", "OVERSTAYS", OVERSTAYS),
    _acts("DF_STAY", "OVERSTAY_FINDINGS", OVERSTAY_FINDINGS),
    _acts("DF_STAY", "EXPELLED", EXPULSIONS),
    _persons("DF_STAY", "WORK_GUESTS", WORK_GUESTS),
    Indicator("HEADS_SHARE", "DF_INDICATOR", "REGISTER", StaffShare(("1", "2"))),
    Indicator("SPECIALISTS_SHARE", "DF_INDICATOR", "REGISTER", StaffShare(("3", "4"))),
    Indicator("QUALIFIED_SHARE", "DF_INDICATOR", "REGISTER", Share(f"{_BY_QUOTA}.qualified", f"{_BY_QUOTA}._T")),
    Indicator(
        "QUOTA_SHARE",
        "DF_INDICATOR",
        "REGISTER",
        Share(
            "DF_QUOTA/A.QUOTA_SET+QUOTA_MOVED.REGISTER._T.employer+seasonal+undistributed._T._T.KZ._T",
            "DF_INDICATOR/A.LABOUR_FORCE.PUBLISHED.KZ",
        ),
    ),
    # Of who asked or settled in a year, whenever work was found or support granted: the share never exceeds the whole.
    Indicator(
        "KANDAS_EMPLOYED_SHARE",
        "DF_INDICATOR",
        "REGISTER",
        Share("DF_KANDAS/A.KANDAS_FOUND_WORK.REGISTER.KZ._T", "DF_KANDAS/A.KANDAS_ASKED_WORK.REGISTER.KZ._T"),
    ),
    Indicator(
        "RESETTLERS_SUPPORTED_SHARE",
        "DF_INDICATOR",
        "REGISTER",
        Share("DF_INTERNAL/A.RESETTLERS_SUPPORTED.REGISTER.KZ.KZ", "DF_INTERNAL/A.RESETTLERS_SETTLED.REGISTER.KZ.KZ"),
    ),
    *_loaded("DF_INDICATOR", "LABOUR_FORCE"),
    *_loaded("DF_INDICATOR", "HEADS_SHARE", "SPECIALISTS_SHARE", "QUOTA_SHARE", "QUALIFIED_SHARE", method="TARGET"),
    *_loaded("DF_INDICATOR", "KANDAS_EMPLOYED_SHARE", "RESETTLERS_SUPPORTED_SHARE", method="TARGET"),
    *_balanced("COUPON", "M1216", "M1216R"),
    *_loaded("DF_BALANCE", "POPULATION", "NATURAL_GROWTH"),
    *(Indicator(code, flow, method, lines) for (flow, code, method), lines in EVIDENCE.items()),
    *(Indicator(code, flow, method, estimated) for (flow, code, method), estimated in ESTIMATED.items()),
    *_loaded("DF_EMIGRATION", "DEREGISTERED"),
    *_loaded("DF_STAY", "VIOLATORS", "EXPELLED", "FALSE_PAPERS", "EMPLOYERS_FINED", "IRREGULAR_LOW", "IRREGULAR_HIGH"),
)


def parts(indicator: Indicator) -> list[Indicator]:
    """The indicators of the same dataflow and method whose records make this one: itself, if it is no difference."""
    if not isinstance(indicator.source, Difference):
        return [indicator]
    beside = {each.code: each for each in INDICATORS if (each.flow, each.method) == (indicator.flow, indicator.method)}
    return [beside[indicator.source.plus], beside[indicator.source.minus]]


def wanted(query: Query) -> list[Indicator]:
    """The indicators of the query's dataflow that it wants, by code and method."""
    codes, methods = query.of("INDICATOR"), query.of("METHOD")
    return [
        each
        for each in INDICATORS
        if each.flow == query.flow.id
        and (codes is None or each.code in codes)
        and (methods is None or each.method in methods)
    ]
