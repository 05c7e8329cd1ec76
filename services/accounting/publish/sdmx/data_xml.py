"""Data messages in SDMX-ML 2.1: generic, which says everything by itself, and structure-specific, which is shorter and
stands in SDMX-ML 3.0, too.

The header names the data structure, which older clients look up (pandasdmx, rsdmx), and beside it the dataflow: the
schema takes one reference in each `Structure`, and as many of these as there are, but for generic time series. The data
are of the first one. The dataflow's reference has no `class`: pandasdmx takes one that has for something left over.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC
from functools import lru_cache
from xml.sax.saxutils import quoteattr

from services.accounting.publish.sdmx.agency import AGENCY, VERSION
from services.accounting.publish.sdmx.data_message import ATTRIBUTE_IDS, Attributes, DataMessage
from services.accounting.publish.sdmx.query import FLAT, TIME
from services.accounting.publish.sdmx.structures import structure_id
from services.accounting.rules.figures.figures import Figure, Key

_ONE_STRUCTURE = "GenericTimeSeriesData"
_SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
_SCHEMAS_3 = "http://www.sdmx.org/resources/sdmxml/schemas/v3_0"
_STRUCTURE = "urn:sdmx:org.sdmx.infomodel.datastructure.DataStructure"


def generic(message: DataMessage, of_time: bool = False) -> Iterator[str]:
    """A GenericData message in pieces, or a GenericTimeSeriesData message, which differs in its name."""
    root = "GenericTimeSeriesData" if of_time else "GenericData"
    yield _opening(message, root, f'xmlns:g="{_SCHEMAS}/data/generic"', "")
    for part in message.parts():
        yield f'<m:DataSet structureRef="{structure_id(message.flow)}"{_described(part, "")}>'
        yield from _generic_flat(part) if message.flat else _generic_series(part)
        yield "</m:DataSet>"
    yield f"</m:{root}>"


def structure_specific_3(message: DataMessage) -> Iterator[str]:
    """A StructureSpecificData message of SDMX-ML 3.0 in pieces: as in 2.1, but that a structure is named by its URN."""
    at_observation = FLAT if message.flat else TIME
    urn = f"{_STRUCTURE}={AGENCY}:{structure_id(message.flow)}({VERSION})"
    namespaces = f'xmlns:s="{_SCHEMAS_3}/data/structurespecific" xmlns:k="{urn}:ObsLevelDim:{at_observation}"'
    yield (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<m:StructureSpecificData xmlns:m="{_SCHEMAS_3}/message" '
        f'xmlns:c="{_SCHEMAS_3}/common" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {namespaces}>'
        f"<m:Header>{_header(message)}"
        f'<m:Structure structureID="{structure_id(message.flow)}" namespace="{urn}" '
        f'dimensionAtObservation="{at_observation}"><c:Structure>{urn}</c:Structure></m:Structure></m:Header>'
    )
    yield from _specific_sets(message)
    yield "</m:StructureSpecificData>"


def structure_specific(message: DataMessage, of_time: bool = False) -> Iterator[str]:
    """A StructureSpecificData message in pieces, or a StructureSpecificTimeSeriesData message."""
    root = "StructureSpecificTimeSeriesData" if of_time else "StructureSpecificData"
    at_observation = FLAT if message.flat else TIME
    structure = f"{AGENCY}:{structure_id(message.flow)}({VERSION})"
    urn = f"{_STRUCTURE}={structure}:ObsLevelDim:{at_observation}"
    namespaces = f'xmlns:s="{_SCHEMAS}/data/structurespecific" xmlns:k="{urn}"'
    yield _opening(message, root, namespaces, f' namespace="{urn}"')
    yield from _specific_sets(message)
    yield f"</m:{root}>"


def _specific_sets(message: DataMessage) -> Iterator[str]:
    for part in message.parts():
        yield '<m:DataSet s:dataScope="DataStructure" xsi:type="k:DataSetType"'
        yield f' s:structureRef="{structure_id(message.flow)}"{_described(part, "s:")}>'
        yield from _specific_flat(part) if message.flat else _specific_series(part)
        yield "</m:DataSet>"


def _described(message: DataMessage, prefix: str) -> str:
    """Attributes of a data set: XML names what JSON calls validFrom validFromDate."""
    return "".join(
        f' {prefix}{name}{"" if name == "action" else "Date"}="{text}"' for name, text in message.described().items()
    )


def _header(message: DataMessage) -> str:
    prepared = message.prepared.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return (
        f"<m:ID>{message.flow.id}</m:ID><m:Test>{str(message.test).lower()}</m:Test><m:Prepared>{prepared}</m:Prepared>"
        f'<m:Sender id="{AGENCY}"/>'
    )


def _opening(message: DataMessage, root: str, namespaces: str, structure: str) -> str:
    at_observation = FLAT if message.flat else TIME
    flow = (
        f'<m:Structure structureID="{message.flow.id}"{structure} dimensionAtObservation="{at_observation}">'
        f'<c:StructureUsage><Ref agencyID="{AGENCY}" id="{message.flow.id}" version="{VERSION}"/>'
        "</c:StructureUsage></m:Structure>"
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<m:{root} xmlns:m="{_SCHEMAS}/message" xmlns:c="{_SCHEMAS}/common" '
        f'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {namespaces}><m:Header>{_header(message)}'
        f'<m:Structure structureID="{structure_id(message.flow)}"{structure} dimensionAtObservation="{at_observation}">'
        f'<c:Structure><Ref agencyID="{AGENCY}" id="{structure_id(message.flow)}" version="{VERSION}" '
        'class="DataStructure"/></c:Structure></m:Structure>'
        f"{'' if root == _ONE_STRUCTURE else flow}</m:Header>"
    )


def _generic_series(message: DataMessage) -> Iterator[str]:
    attributes = message.attributes()
    for key, figures in message.series:
        yield f"<g:Series><g:SeriesKey>{_generic_key(message, key)}</g:SeriesKey>"
        if message.with_observations:
            yield from (
                f'<g:Obs><g:ObsDimension value="{figure.period}"/>{_generic_value(figure)}'
                f"{_generic_attributes(attributes(figure))}</g:Obs>"
                for figure in figures
            )
        yield "</g:Series>"


def _generic_flat(message: DataMessage) -> Iterator[str]:
    attributes = message.attributes()
    for figure in message.figures():
        key = _generic_key(message, figure.key) + f'<g:Value id="{TIME}" value="{figure.period}"/>'
        yield (
            f"<g:Obs><g:ObsKey>{key}</g:ObsKey>{_generic_value(figure)}"
            f"{_generic_attributes(attributes(figure))}</g:Obs>"
        )


def _generic_value(figure: Figure) -> str:
    return "" if figure.deleted else f'<g:ObsValue value="{figure.value}"/>'


def _generic_key(message: DataMessage, key: Key) -> str:
    return "".join(
        f'<g:Value id="{dimension.id}" value="{code}"/>'
        for dimension, code in zip(message.flow.dimensions, key, strict=True)
    )


@lru_cache(1024)
def _generic_attributes(attributes: Attributes) -> str:
    values = "".join(f'<g:Value id="{id}" value={quoteattr(text)}/>' for id, text in _said(attributes))
    return f"<g:Attributes>{values}</g:Attributes>" if values else ""


def _specific_series(message: DataMessage) -> Iterator[str]:
    attributes = message.attributes()
    for key, figures in message.series:
        yield f"<Series{_specific_key(message, key)}>"
        if message.with_observations:
            yield from (
                f'<Obs {TIME}="{figure.period}"{_specific_value(figure)}{_specific_attributes(attributes(figure))}/>'
                for figure in figures
            )
        yield "</Series>"


def _specific_flat(message: DataMessage) -> Iterator[str]:
    attributes = message.attributes()
    for figure in message.figures():
        yield (
            f'<Obs{_specific_key(message, figure.key)} {TIME}="{figure.period}"{_specific_value(figure)}'
            f"{_specific_attributes(attributes(figure))}/>"
        )


def _specific_value(figure: Figure) -> str:
    return "" if figure.deleted else f' OBS_VALUE="{figure.value}"'


def _specific_key(message: DataMessage, key: Key) -> str:
    return "".join(f' {dimension.id}="{code}"' for dimension, code in zip(message.flow.dimensions, key, strict=True))


@lru_cache(1024)
def _specific_attributes(attributes: Attributes) -> str:
    return "".join(f" {id}={quoteattr(text)}" for id, text in _said(attributes))


def _said(attributes: Attributes) -> Iterable[tuple[str, str]]:
    return ((id, text) for id, text in zip(ATTRIBUTE_IDS, attributes, strict=True) if text is not None)
