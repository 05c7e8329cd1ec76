"""What data there are for a query: the codes of each dimension, the time, and how many series and figures.

Written as the standard's actual constraint of the dataflow: in SDMX-ML 2.1 as a content constraint, in SDMX-JSON 2.0
as a data constraint.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from xml.sax.saxutils import escape

from services.accounting.publish.sdmx.agency import AGENCY, VERSION
from services.accounting.publish.sdmx.data_message import DataMessage
from services.accounting.publish.sdmx.query import TIME
from services.accounting.publish.sdmx.selection import Selection
from services.accounting.publish.sdmx.structure_json import contents, document
from services.accounting.publish.sdmx.structure_message import structure_message
from services.accounting.publish.sdmx.structures import urn
from services.accounting.rules.figures.dataflows import Flow, codes_of
from services.accounting.rules.spans import span
from shared.kernel.calendar import add_days
from shared.kernel.codes import Language, code_list

SCHEMAS: Final = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
COUNTS: Final = "sdmx_metrics"
"""The type of the annotations that hold the numbers of series and observations, as the registries write them."""


@dataclass(frozen=True, slots=True)
class Availability:
    """`codes` are those with data, in the order of their lists, of the components asked for."""

    flow: Flow
    codes: tuple[tuple[str, tuple[str, ...]], ...]
    first: date | None
    last: date | None
    series: int
    observations: int

    @classmethod
    def of(cls, message: DataMessage, components: frozenset[str] | None) -> "Availability":
        """Of `components`, or of every dimension and the time."""
        flow = message.flow
        used = [set(each) for each in zip(*(key for key, _ in message.series), strict=True)]
        spans = list(_spans({figure.period for figure in message.figures()}))
        timed = components is None or TIME in components
        return cls(
            flow,
            tuple(
                (each.id, tuple(code for code in codes_of(each.enumeration) if code in codes))
                for each, codes in zip(flow.dimensions, used, strict=True)
                if components is None or each.id in components
            ),
            min((start for start, _ in spans), default=None) if timed else None,
            max((add_days(end, -1) for _, end in spans), default=None) if timed else None,
            len(message.series),
            sum(len(figures) for _, figures in message.series),
        )

    @property
    def id(self) -> str:
        return self.flow.id.replace("DF_", "CR_", 1)

    def counts(self) -> Iterable[tuple[str, int]]:
        return (("series_count", self.series), ("obs_count", self.observations))


def _spans(periods: Iterable[str]) -> Iterator[tuple[date, date]]:
    """Of one that cannot be read, stored before intake refused it, none."""
    for period in periods:
        with suppress(ValueError):
            yield span(period)


def availability_json(availability: Availability, selection: Selection, language: Language) -> bytes:
    """The constraint in SDMX-JSON 2.0, and the chosen structures beside it."""
    values: list[dict[str, Any]] = [
        {"id": id, "include": True, "values": [{"value": code} for code in codes]} for id, codes in availability.codes
    ]
    if availability.first and availability.last:
        ends = {"startPeriod": availability.first, "endPeriod": availability.last}
        bounds = {name: {"period": day.isoformat(), "isInclusive": True} for name, day in ends.items()}
        values.append({"id": TIME, "include": True, "timeRange": bounds})
    named = code_list("dataflows")[availability.flow.id]
    constraint = {
        "id": availability.id,
        "version": VERSION,
        "agencyID": AGENCY,
        "name": named.label(language),
        "names": {"kk": named.kk, "ru": named.ru, "en": named.en},
        "role": "Actual",
        "annotations": [{"id": id, "type": COUNTS, "title": str(count)} for id, count in availability.counts()],
        "constraintAttachment": {"dataflows": [urn("dataflow", availability.flow.id)]},
        "cubeRegions": [{"include": True, "keyValues": values}],
    }
    return document({"dataConstraints": [constraint]} | contents(selection, language), language)


def availability_xml(availability: Availability, selection: Selection) -> bytes:
    """The constraint in SDMX-ML 2.1, and the chosen structures before it."""
    text = structure_message(selection).decode()
    namespaces = f'xmlns:str="{SCHEMAS}/structure" xmlns:com="{SCHEMAS}/common"'
    constraint = f"<str:Constraints {namespaces}>{_content_constraint(availability)}</str:Constraints>"
    if "</mes:Structures>" in text:
        return text.replace("</mes:Structures>", f"{constraint}</mes:Structures>").encode()
    return text.replace("<mes:Structures />", f"<mes:Structures>{constraint}</mes:Structures>").encode()


def _content_constraint(availability: Availability) -> str:
    annotations = "".join(
        f'<com:Annotation id="{id}"><com:AnnotationTitle>{count}</com:AnnotationTitle>'
        f"<com:AnnotationType>{COUNTS}</com:AnnotationType></com:Annotation>"
        for id, count in availability.counts()
    )
    named = code_list("dataflows")[availability.flow.id]
    names = "".join(
        f'<com:Name xml:lang="{language}">{escape(label)}</com:Name>'
        for language, label in (("en", named.en), ("ru", named.ru), ("kk", named.kk))
    )
    values = "".join(
        f'<com:KeyValue id="{id}">{"".join(f"<com:Value>{code}</com:Value>" for code in codes)}</com:KeyValue>'
        for id, codes in availability.codes
    )
    if availability.first and availability.last:
        values += (
            f'<com:KeyValue id="{TIME}"><com:TimeRange><com:StartPeriod isInclusive="true">{availability.first}'
            f'</com:StartPeriod><com:EndPeriod isInclusive="true">{availability.last}</com:EndPeriod></com:TimeRange>'
            "</com:KeyValue>"
        )
    return (
        f'<str:ContentConstraint id="{availability.id}" agencyID="{AGENCY}" version="{VERSION}" type="Actual">'
        f"<com:Annotations>{annotations}</com:Annotations>{names}<str:ConstraintAttachment><str:Dataflow>"
        f'<Ref id="{availability.flow.id}" agencyID="{AGENCY}" version="{VERSION}" class="Dataflow"/></str:Dataflow>'
        f'</str:ConstraintAttachment><str:CubeRegion include="true">{values}</str:CubeRegion></str:ContentConstraint>'
    )
