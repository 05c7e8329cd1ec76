"""A data or availability query of SDMX-REST 2, read into the same question as one of 1.5: context, keys, filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.accounting.publish.sdmx.agency import AGENCY, VERSION
from services.accounting.publish.sdmx.data_message import ATTRIBUTE_IDS
from services.accounting.publish.sdmx.filters import (
    COMPONENT,
    Keep,
    NoFilter,
    both,
    codes,
    conditions,
    fault,
    of_attribute,
    of_time,
    of_value,
)
from services.accounting.publish.sdmx.query import TIME, DataQuery, Detail, parse, shown
from services.accounting.publish.sdmx.refusals import BadQuery, NothingFound, NotImplementedHere, QueryFault
from services.accounting.publish.sdmx.structures import structure_id
from services.accounting.rules.figures.dataflows import FLOWS, Dimension, Flow, codes_of
from services.accounting.rules.figures.figures import Figure, Query

ANY: Final = "*"
VERSIONS: Final = frozenset({ANY, "~", "+", VERSION, f"{VERSION}+"})
"""How a query of version 2 names the one version that there is: `~` the latest, `+` the latest stable one."""
MEASURE: Final = "OBS_VALUE"
KEYS: Final = 100
"""Keys in one query: every figure is held against each."""

_PAGES: Final = ("offset", "limit", "sort")
_OF_VERSION_1: Final[Mapping[str, str]] = {
    "startPeriod": "c[TIME_PERIOD]=ge:2023",
    "endPeriod": "c[TIME_PERIOD]=le:2025",
    "detail": "attributes=none",
}
_WITH_OBSERVATIONS: Final = frozenset({"dsd", "all", "obs"})
_WITHOUT: Final = frozenset({"none", "msd", "dataset", "series"})
"""Every attribute here stands at the observation."""

Codes = tuple[frozenset[str] | None, ...]
Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Context:
    """Of what data are asked for: by a dataflow, a data structure, or either."""

    kind: str = ANY
    agency: str = ANY
    id: str = ANY
    version: str = ANY

    def flow(self) -> Flow:
        """Raises NothingFound, and NotImplementedHere for more than one."""
        if any("," in part for part in (self.agency, self.id, self.version)) or self.id == ANY:
            raise NotImplementedHere("One answer holds the figures of one dataflow: name it.")
        named = {flow.id: flow for flow in FLOWS.values()} if self.kind in ("dataflow", ANY) else {}
        if self.kind in ("datastructure", ANY):
            named |= {structure_id(flow): flow for flow in FLOWS.values()}
        if self.agency in (AGENCY, ANY) and self.version in VERSIONS and self.id in named:
            return named[self.id]
        raise NothingFound(
            f"There is no such {'structure' if self.kind == ANY else 'context'}; /sdmx/v2/structure/dataflow lists the "
            f"dataflows of agency {AGENCY}."
        )


def parse_2(context: Context, key: str, parameters: Parameters) -> DataQuery:
    """The query of `/data/{context}/{key}?{parameters}`. Raises NothingFound, NotImplementedHere, BadQuery."""
    flow = context.flow()
    faults: list[QueryFault] = []
    filters = [(found[1], text) for name, text in parameters if (found := COMPONENT.fullmatch(name))]
    others = {name: text for name, text in parameters if not COMPONENT.fullmatch(name)}
    if paged := [name for name in _PAGES if others.get(name, "") not in ("", "0")]:
        raise NotImplementedHere(f"{paged[0]} is not offered: an answer is whole, in the order of key and time.")
    detail, only = _written(others, faults)
    faults += [
        QueryFault(name, f"is of version 1; write {new}.") for name, new in _OF_VERSION_1.items() if name in others
    ]
    taken = {"attributes", "measures", *_PAGES, *_OF_VERSION_1}
    try:
        asked = parse(flow.id, "all", {name: text for name, text in others.items() if name not in taken})
    except BadQuery as bad:
        raise BadQuery(bad.detail, [*faults, *bad.faults]) from None
    query, by_key = _of_key(asked.query, key, faults)
    query, by_filter = _filtered(query, filters, faults)
    if faults:
        raise BadQuery("The query cannot be answered; correct what is named and ask again.", faults)
    return replace(asked, query=query, detail=detail, keep=both([by_key, *by_filter]), only=only)


def _written(parameters: Mapping[str, str], faults: list[QueryFault]) -> tuple[Detail, frozenset[str] | None]:
    """How much to write of each figure, and which attributes where not every one."""
    attributes = frozenset(parameters.get("attributes", "dsd").split(","))
    measures = frozenset(parameters.get("measures", "all").split(","))
    if unknown := attributes - _WITH_OBSERVATIONS - _WITHOUT - frozenset(ATTRIBUTE_IDS):
        known = ", ".join([*sorted(_WITH_OBSERVATIONS | _WITHOUT), *ATTRIBUTE_IDS])
        faults.append(QueryFault("attributes", f"has no attribute {shown(min(unknown))}: {known} are offered."))
    if measures - {"all", "none", MEASURE}:
        faults.append(QueryFault("measures", f"is none of all, none, {MEASURE}."))
    named = attributes & frozenset(ATTRIBUTE_IDS)
    everything = bool(attributes & _WITH_OBSERVATIONS)
    if measures == {"none"}:
        return "nodata" if everything or named else "serieskeysonly", None
    return "full" if everything or named else "dataonly", None if everything or not named else named


def _of_key(query: Query, key: str, faults: list[QueryFault]) -> tuple[Query, Keep | None]:
    """The query of one or several keys; of several, what keeps the figures that one of them means."""
    if key in ("", ANY, "all"):
        return query, None
    if key.count(",") >= KEYS:
        faults.append(QueryFault("key", f"holds more than {KEYS} keys; filters by component say the same shorter."))
        return query, None
    keys = [read for each in key.split(",") if (read := _codes(query.flow, each, faults))]
    if not keys or faults:
        return query, None
    together = tuple(_union(codes) for codes in zip(*keys, strict=True))
    if len(keys) == 1:
        return replace(query, codes=together), None
    meant = [replace(query, codes=each) for each in keys]

    def wanted(figure: Figure) -> bool:
        return any(each.wants(figure.key) for each in meant)

    return replace(query, codes=together), wanted


def _union(codes: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    named = [each for each in codes if each is not None]
    return frozenset().union(*named) if len(named) == len(codes) else None


def _codes(flow: Flow, key: str, faults: list[QueryFault]) -> Codes | None:
    parts = key.split(".")
    if len(parts) != len(flow.dimensions):
        order = ".".join(dimension.id for dimension in flow.dimensions)
        faults.append(
            QueryFault("key", f"has {len(parts)} parts; a key of {flow.id} has {len(flow.dimensions)}: {order}.")
        )
        return None
    return tuple(_place(dimension, part, faults) for dimension, part in zip(flow.dimensions, parts, strict=True))


def _place(dimension: Dimension, part: str, faults: list[QueryFault]) -> frozenset[str] | None:
    if part in ("", ANY):
        return None
    wanted = frozenset(part.replace(" ", "+").split("+"))
    for code in sorted(wanted - codes_of(dimension.enumeration).keys()):
        faults.append(QueryFault("key", f"{dimension.id} has no code {shown(code)}; see {dimension.enumeration.id}."))
    return wanted


def _filtered(
    query: Query, filters: Sequence[tuple[str, str]], faults: list[QueryFault]
) -> tuple[Query, list[Keep | None]]:
    """The query narrowed by the filters of its dimensions and time, and what the others keep."""
    dimensions = {each.id: each for each in query.flow.dimensions}
    keep: list[Keep | None] = []
    for component, text in filters:
        try:
            found = conditions(text)
            if component in dimensions:
                query = _narrowed(query, dimensions[component], codes(dimensions[component], found))
            elif component == TIME:
                query, wanted = of_time(query, found)
                keep.append(wanted)
            elif component in ATTRIBUTE_IDS:
                keep.append(of_attribute(component, found))
            elif component == MEASURE:
                keep.append(of_value(found))
            else:
                raise NoFilter(f"is no component of {query.flow.id}.")
        except NoFilter as unreadable:
            faults.append(fault(component, unreadable))
    return query, keep


def _narrowed(query: Query, dimension: Dimension, passing: frozenset[str]) -> Query:
    before = query.of(dimension.id)
    return query.narrowed(**{dimension.id: passing if before is None else passing & before})
