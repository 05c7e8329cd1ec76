"""A data query of SDMX-REST 1.5, read: flow, key, periods, detail. Every fault is named at once."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final, Literal, cast

from services.accounting.publish.sdmx.agency import AGENCY, VERSION
from services.accounting.publish.sdmx.periods import EXPECTED, asked_span
from services.accounting.publish.sdmx.refusals import BadQuery, NothingFound, QueryFault
from services.accounting.rules.figures.dataflows import FLOWS, Dimension, Flow, codes_of
from services.accounting.rules.figures.figures import Figure, Query
from shared import clock

Detail = Literal["full", "dataonly", "serieskeysonly", "nodata"]

DETAILS: Final = ("full", "dataonly", "serieskeysonly", "nodata")
TIME: Final = "TIME_PERIOD"
FLAT: Final = "AllDimensions"
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT_LIKE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T")
_MOMENT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{5,8}(\.[0-9]{1,6})?(Z|[+ -][0-9]{2}:[0-9]{2})")
_NOTHING_ASKED: Final = ("false", "", "0")
"""How clients write a parameter that they do not mean to use: Python's say False."""
_ASKED: Final = ("true", "1")
_KNOWN: Final = frozenset(
    {"startPeriod", "endPeriod", "firstNObservations", "lastNObservations", "dimensionAtObservation", "detail"}
    | {"asOf", "updatedAfter", "includeHistory", "format", "labels"}
)


@dataclass(frozen=True, slots=True)
class DataQuery:
    """What to read, and how much of it to write. `first` and `last` count observations per series; `keep` says which
    of the figures read are meant, None for all of them; `only` names the attributes to write, None for every one."""

    query: Query
    detail: Detail = "full"
    first: int | None = None
    last: int | None = None
    flat: bool = False
    keep: Callable[[Figure], bool] | None = None
    only: frozenset[str] | None = None

    @property
    def narrows(self) -> bool:
        """Whether less may be written than is read."""
        return bool(self.first or self.last or self.keep or self.detail in ("serieskeysonly", "nodata"))


def parse(flow_reference: str, key: str, parameters: Mapping[str, str]) -> DataQuery:
    """The query of `/data/{flow}/{key}?{parameters}`. Raises NothingFound for an unknown flow,
    BadQuery for everything that is wrong with the rest."""
    flow = find_flow(flow_reference)
    faults: list[QueryFault] = []
    query = Query(
        flow,
        _codes(flow, key, faults),
        *_periods(parameters, faults),
        _moment("asOf", parameters, faults, time.max),
        _moment("updatedAfter", parameters, faults, time.min),
        _one_of("includeHistory", (*_NOTHING_ASKED, *_ASKED), parameters, faults) in _ASKED,
    )
    asked = DataQuery(
        query,
        cast(Detail, _one_of("detail", DETAILS, parameters, faults)),
        _count("firstNObservations", parameters, faults),
        _count("lastNObservations", parameters, faults),
        _one_of("dimensionAtObservation", (TIME, FLAT), parameters, faults) == FLAT,
    )
    faults += [QueryFault(name, "is not a parameter of a data query.") for name in parameters if name not in _KNOWN]
    if faults:
        raise BadQuery("The query cannot be answered; correct what is named and ask again.", faults)
    return asked


def find_flow(reference: str) -> Flow:
    """The flow of `DF_FLOW`, `KOSH,DF_FLOW` or `KOSH,DF_FLOW,1.0`. Raises NothingFound."""
    parts = reference.split(",")
    agency, id, version = {1: ("all", *parts, "latest"), 2: (*parts, "latest"), 3: tuple(parts)}.get(
        len(parts), ("", "", "")
    )
    if agency in (AGENCY, "all") and version in (VERSION, "latest", "all") and id in FLOWS:
        return FLOWS[id]
    raise NothingFound(f"There is no such dataflow; /sdmx/v1/dataflow lists those of agency {AGENCY}.")


def _codes(flow: Flow, key: str, faults: list[QueryFault]) -> tuple[frozenset[str] | None, ...]:
    everything = (None,) * len(flow.dimensions)
    if key in ("", "all"):
        return everything
    parts = key.split(".")
    if len(parts) != len(flow.dimensions):
        order = ".".join(dimension.id for dimension in flow.dimensions)
        faults.append(QueryFault("key", f"has {len(parts)} parts; a key of {flow.id} has {len(everything)}: {order}."))
        return everything
    return tuple(_wanted(dimension, part, faults) for dimension, part in zip(flow.dimensions, parts, strict=True))


def _wanted(dimension: Dimension, part: str, faults: list[QueryFault]) -> frozenset[str] | None:
    if not part:
        return None
    # An un-encoded + arrives as a space from clients that treat the path like a form.
    wanted = frozenset(part.replace(" ", "+").split("+"))
    known = codes_of(dimension.enumeration)
    for code in sorted(wanted - known.keys()):
        faults.append(QueryFault("key", f"{dimension.id} has no code {shown(code)}; see {dimension.enumeration.id}."))
    return wanted


def shown(code: str) -> str:
    return f"'{code}'" if code.isascii() and code.replace("_", "").isalnum() and len(code) <= 20 else "like this"


def _periods(parameters: Mapping[str, str], faults: list[QueryFault]) -> tuple[date | None, date | None]:
    start, _ = _period("startPeriod", parameters, faults)
    _, end = _period("endPeriod", parameters, faults)
    if start and end and end <= start:
        faults.append(QueryFault("endPeriod", "lies before startPeriod."))
    return start, end


def _period(name: str, parameters: Mapping[str, str], faults: list[QueryFault]) -> tuple[date | None, date | None]:
    """`[start, end)` of a parameter; without an end is what says so by the calendar's last day, 9999-12-31."""
    text = parameters.get(name)
    if not text:
        return None, None
    day = text.partition("T")[0] if _MOMENT_LIKE.match(text) else text
    try:
        return (date.max, None) if day == date.max.isoformat() else asked_span(day)
    except ValueError:
        faults.append(QueryFault(name, f"is not a period: {EXPECTED} is expected."))
        return None, None


def _moment(name: str, parameters: Mapping[str, str], faults: list[QueryFault], time_of_day: time) -> datetime | None:
    """A moment with its offset, or a day: then its first or last moment in Kazakhstan."""
    text = parameters.get(name, "")
    if text.lower() in _NOTHING_ASKED:
        return None
    try:
        if _DAY.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time_of_day, clock.ALMATY)
        if _MOMENT.fullmatch(text):
            # An un-encoded + arrives as a space.
            return datetime.fromisoformat(text.replace(" ", "+")).astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last moments of the calendar have no name elsewhere
        pass
    faults.append(QueryFault(name, "is neither a day nor a time with its offset, such as 2026-03-01T10:15:00Z."))
    return None


def _count(name: str, parameters: Mapping[str, str], faults: list[QueryFault]) -> int | None:
    text = parameters.get(name)
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) < 9 and int(text) > 0:
        return int(text)
    faults.append(QueryFault(name, "is not a whole number above 0."))
    return None


def _one_of(name: str, allowed: tuple[str, ...], parameters: Mapping[str, str], faults: list[QueryFault]) -> str:
    chosen = parameters.get(name, allowed[0])
    if name == "includeHistory":
        chosen = chosen.lower()
    if chosen not in allowed:
        faults.append(QueryFault(name, f"is none of {', '.join(filter(None, allowed))}."))
    return chosen
