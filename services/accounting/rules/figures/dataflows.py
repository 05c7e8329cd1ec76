"""The dataflows: which dimensions a figure of each has, in their order, and which codes each dimension takes.

The codes and their names are data in `contracts/codes/`. A dimension's `total` is the code that stands for all
of it: a key whose dimensions are all at their totals is a national total.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from shared.kernel.codes import Code, code_list

NOT_SPECIFIED: Final = "_X"

PUBLISHED_ONLY: Final = frozenset({"KZ_U", "KZ_R", "quota", "_O"})
"""Codes that stand in figures of other bodies alone: nothing is counted under them here."""


@dataclass(frozen=True, slots=True)
class Enumeration:
    """The codes that a dimension or an attribute takes: lists of `contracts/codes`, one after the other."""

    id: str
    lists: tuple[str, ...]
    total: str | None = None
    specials: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Dimension:
    id: str
    enumeration: Enumeration

    @property
    def total(self) -> str | None:
        return self.enumeration.total


@dataclass(frozen=True, slots=True)
class Flow:
    """A dataflow. Every one begins with FREQ, INDICATOR and METHOD, and its figures have a TIME_PERIOD."""

    id: str
    dimensions: tuple[Dimension, ...]

    def position(self, dimension: str) -> int:
        """Where a dimension stands in the key. Raises KeyError."""
        return {each.id: number for number, each in enumerate(self.dimensions)}[dimension]


@cache
def codes_of(enumeration: Enumeration) -> Mapping[str, Code]:
    """Every code of an enumeration with its names, the total first, "other" and "not specified" last."""
    specials = code_list("special_codes")
    first = [specials[code] for code in enumeration.specials if code == enumeration.total]
    last = [specials[code] for code in enumeration.specials if code != enumeration.total]
    listed = [code for name in enumeration.lists for code in code_list(name).values()]
    return {code.code: code for code in (*first, *listed, *last) if code.code not in enumeration.without}


_ALL_OR_UNKNOWN: Final = ("_T", NOT_SPECIFIED)

FREQUENCIES: Final = Enumeration("CL_FREQ", ("frequencies",))
INDICATORS: Final = Enumeration("CL_INDICATOR", ("indicators",))
METHODS: Final = Enumeration("CL_METHOD", ("methods",))
AREAS: Final = Enumeration("CL_AREA", ("regions", "settlements"), "KZ", (NOT_SPECIFIED,))
COUNTRIES: Final = Enumeration("CL_COUNTRY", ("countries",), "_T", ("_T", "_O", NOT_SPECIFIED))
# A travel document's X says "unspecified", which is _X in statistics.
SEXES: Final = Enumeration("CL_SEX", ("sexes",), "_T", _ALL_OR_UNKNOWN, frozenset("X"))
AGES: Final = Enumeration("CL_AGE", ("age_groups",), "_T", (NOT_SPECIFIED,))
PURPOSES: Final = Enumeration("CL_PURPOSE", ("purposes",), "_T", _ALL_OR_UNKNOWN)
PERMIT_KINDS: Final = Enumeration(
    "CL_PERMIT_KIND", ("permit_kinds", "labour_kinds", "exempt_grounds"), "_T", _ALL_OR_UNKNOWN
)
CATEGORIES: Final = Enumeration("CL_CATEGORY", ("permit_categories",), "_T", _ALL_OR_UNKNOWN)
ACTIVITIES: Final = Enumeration("CL_ACTIVITY", ("activities",), "_T", _ALL_OR_UNKNOWN)
QUALIFICATIONS: Final = Enumeration("CL_QUALIFICATION", ("qualifications",), "_T", _ALL_OR_UNKNOWN)
STUDY_LEVELS: Final = Enumeration("CL_STUDY_LEVEL", ("study_levels",), "_T", _ALL_OR_UNKNOWN)
QUOTA_KINDS: Final = Enumeration("CL_QUOTA_KIND", ("quota_kinds",), "_T", ("_T",))
QUOTA_VERSIONS: Final = Enumeration("CL_QUOTA_VERSION", ("quota_versions",), "_T", ("_T",))
EVIDENCE: Final = Enumeration(
    "CL_EVIDENCE", ("permit_kinds", "labour_kinds", "exempt_grounds", "evidence"), "_T", _ALL_OR_UNKNOWN
)
REVISED_FLOWS: Final = Enumeration("CL_DATAFLOW", ("dataflows",))
REVISIONS: Final = Enumeration("CL_REVISION", ("revisions",))
LAGS: Final = Enumeration("CL_LAG", ("revision_lags",))
MODELS: Final = Enumeration("CL_MODEL", ("forecast_models",), "_T", ("_T",))
FORECASTS: Final = Enumeration("CL_FORECAST", ("forecasts",))
CURRENCIES: Final = Enumeration("CL_CURRENCY", ("currencies",))
STATUSES: Final = Enumeration("CL_OBS_STATUS", ("observation_status",))
CONFIDENTIALITY: Final = Enumeration("CL_CONF_STATUS", ("confidentiality",))
UNITS: Final = Enumeration("CL_UNIT_MEASURE", ("units",))

ATTRIBUTES: Final[Mapping[str, Enumeration | None]] = {
    "OBS_STATUS": STATUSES,
    "CONF_STATUS": CONFIDENTIALITY,
    "UNIT_MEASURE": UNITS,
    "STD_ERROR": None,
    "RELEASE": None,
    "SOURCE": None,
    "COMMENT_OBS": None,
}
"""What an observation carries beside its value; None is free text or a number."""


def _flow(id: str, **dimensions: Enumeration) -> Flow:
    common = {"FREQ": FREQUENCIES, "INDICATOR": INDICATORS, "METHOD": METHODS}
    return Flow(id, tuple(Dimension(name, codes) for name, codes in (common | dimensions).items()))


_FLOWS: Final = (
    _flow("DF_FLOW", REF_AREA=AREAS, PARTNER=COUNTRIES, CITIZEN=COUNTRIES, SEX=SEXES, AGE=AGES, PURPOSE=PURPOSES),
    _flow("DF_STOCK", REF_AREA=AREAS, CITIZEN=COUNTRIES, SEX=SEXES, PURPOSE=PURPOSES),
    _flow("DF_STOCK_AGE", REF_AREA=AREAS, CITIZEN=COUNTRIES, SEX=SEXES, AGE=AGES),
    _flow("DF_BORDER", REF_AREA=AREAS, CITIZEN=COUNTRIES, PURPOSE=PURPOSES),
    _flow(
        "DF_LABOUR",
        PERMIT_KIND=PERMIT_KINDS,
        CATEGORY=CATEGORIES,
        ACTIVITY=ACTIVITIES,
        REF_AREA=AREAS,
        CITIZEN=COUNTRIES,
        QUALIFICATION=QUALIFICATIONS,
    ),
    _flow(
        "DF_QUOTA",
        QUOTA_VERSION=QUOTA_VERSIONS,
        PERMIT_KIND=QUOTA_KINDS,
        CATEGORY=CATEGORIES,
        ACTIVITY=ACTIVITIES,
        REF_AREA=AREAS,
        CITIZEN=COUNTRIES,
    ),
    _flow("DF_KANDAS", REF_AREA=AREAS, PARTNER=COUNTRIES),
    _flow("DF_ABROAD", REF_AREA=AREAS, PARTNER=COUNTRIES, PURPOSE=PURPOSES, SEX=SEXES, AGE=AGES),
    _flow("DF_MIRROR", REF_AREA=COUNTRIES, PARTNER=COUNTRIES, REPORTER=COUNTRIES),
    _flow("DF_REMITTANCE", PARTNER=COUNTRIES, CURRENCY=CURRENCIES),
    _flow("DF_STUDY", REF_AREA=AREAS, PARTNER=COUNTRIES, STUDY_LEVEL=STUDY_LEVELS),
    _flow("DF_PROTECTION", CITIZEN=COUNTRIES),
    _flow("DF_INTERNAL", REF_AREA=AREAS, COUNTERPART_AREA=AREAS),
    _flow("DF_STAY", REF_AREA=AREAS, CITIZEN=COUNTRIES),
    _flow("DF_INDICATOR", REF_AREA=AREAS),
    _flow("DF_BALANCE", REF_AREA=AREAS),
    _flow("DF_REVISION", REF_AREA=AREAS, REVISED_FLOW=REVISED_FLOWS, REVISION=REVISIONS, LAG=LAGS),
    _flow("DF_FORECAST", REF_AREA=AREAS, CITIZEN=COUNTRIES, MODEL=MODELS, FORECAST=FORECASTS),
    _flow("DF_EMIGRATION", PARTNER=COUNTRIES),
    _flow("DF_EVIDENCE", REF_AREA=AREAS, PARTNER=COUNTRIES, EVIDENCE=EVIDENCE),
)

FLOWS: Final[Mapping[str, Flow]] = {flow.id: flow for flow in _FLOWS}
OF_RELEASES: Final = frozenset({"DF_REVISION", "DF_FORECAST"})
"""What is reckoned from releases alone, and so as free as they are: no cube of it is frozen with one."""
