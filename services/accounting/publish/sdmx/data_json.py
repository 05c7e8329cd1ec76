"""Data messages in SDMX-JSON 1.0 and 2.0: values by position, and lists that say what the positions mean, by name in
three languages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC
from functools import lru_cache, partial
from typing import Any, Final, Literal

import orjson

from services.accounting.publish.languages import in_order
from services.accounting.publish.sdmx.agency import AGENCY
from services.accounting.publish.sdmx.data_message import ATTRIBUTE_IDS, Attributes, DataMessage
from services.accounting.publish.sdmx.query import TIME
from services.accounting.rules.figures.dataflows import ATTRIBUTES, Enumeration, codes_of
from services.accounting.rules.figures.figures import Figure
from shared.kernel.codes import Code, Language, code_list

Version = Literal["1.0.0", "2.0.0"]
Item = dict[str, Any]

MEASURE: Final = "OBS_VALUE"
SCHEMAS: Final = "https://raw.githubusercontent.com/sdmx-twg/sdmx-json/master/data-message/tools/schemas"
SCHEMA_VERSIONS: Final[Mapping[Version, str]] = {"1.0.0": "1.0", "2.0.0": "2.0.0"}


class _Values:
    """The values of one component in the order of their first use."""

    def __init__(self) -> None:
        self.positions: dict[str, int] = {}

    def at(self, text: str) -> int:
        return self.positions.setdefault(text, len(self.positions))


class _Components:
    """The dimensions, time last, and the attributes of a message, with the values that its data use."""

    def __init__(self, message: DataMessage, version: Version, language: Language) -> None:
        self._version, self._language = version, language
        self.dimensions = [*((each.id, each.enumeration) for each in message.flow.dimensions), (TIME, None)]
        self.keys = [_Values() for _ in self.dimensions]
        self.beside = [_Values() for _ in ATTRIBUTE_IDS]

    def written_dimensions(self) -> list[Item]:
        named = zip(self.dimensions, self.keys, strict=True)
        return [
            self._component(id, codes, values) | {"keyPosition": position}
            for position, ((id, codes), values) in enumerate(named)
        ]

    def written_attributes(self) -> list[Item]:
        first = self._version == "1.0.0"
        relationship: Item = {"primaryMeasure": MEASURE} if first else {"observation": {}}
        named = zip(ATTRIBUTES.items(), self.beside, strict=True)
        written = [self._component(id, codes, values) | {"relationship": relationship} for (id, codes), values in named]
        # A component of version 2.0 has a list of values only where it has a value.
        return [each if first or each["values"] else _without_values(each) for each in written]

    def positions(self) -> Callable[[Attributes], list[int | None]]:
        """The positions of what stands beside a value; most figures of an answer have the same."""
        return lru_cache(1024)(partial(_positions, self.beside))

    def measure(self) -> Item:
        return {"id": MEASURE} | _named(code_list("concepts")[MEASURE], self._language)

    def _component(self, id: str, codes: Enumeration | None, values: _Values) -> Item:
        known = codes_of(codes) if codes else {}
        written = [self._value(id, text, known.get(text)) for text in values.positions]
        return {"id": id} | _named(code_list("concepts")[id], self._language) | {"values": written}

    def _value(self, component: str, text: str, code: Code | None) -> Item:
        if code:
            return {"id": text} | _named(code, self._language)
        if self._version == "2.0.0":
            return {"value": text}
        # An id has no slash there, which ISO 8601 then writes as two hyphens: 2014-01-01--P3Y.
        return {"id": text.replace("/", "--"), "name": text} if component == TIME else {"name": text}


def json_message(message: DataMessage, version: Version, language: Language) -> Iterator[str]:
    """The message, in one piece; `language` is the one of the names that stand alone."""
    components = _Components(message, version, language)
    flat = message.flat
    written = _flat if flat else _by_series
    data_sets: list[Item] = [
        {**part.described(), "links": [_link(message)], **written(part, components)} for part in message.parts()
    ]
    dimensions = components.written_dimensions()
    at_observation = [
        each for each in (dimensions if flat else dimensions[-1:]) if version == "1.0.0" or each["values"]
    ]
    structure = _named(code_list("dataflows")[message.flow.id], language) | {
        "dimensions": {"dataSet": [], "series": [] if flat else dimensions[:-1], "observation": at_observation},
        "attributes": {"dataSet": [], "series": [], "observation": components.written_attributes()},
    }
    if version == "1.0.0":
        data: Item = {"structure": structure, "dataSets": data_sets}
    else:
        numbers = list(range(len(data_sets)))
        structure |= {
            "dataSets": numbers,
            "links": [_link(message)],
            "measures": {"observation": [components.measure()]},
        }
        data = {"structures": [structure], "dataSets": [{"structure": 0} | each for each in data_sets]}
    yield orjson.dumps({"meta": _meta(message, version, language), "data": data, "errors": []}).decode()


def _without_values(component: Mapping[str, Any]) -> Item:
    return {name: content for name, content in component.items() if name != "values"}


def _named(code: Code, language: Language) -> Item:
    return {"name": code.label(language), "names": {each: code.label(each) for each in in_order(language)}}


def _meta(message: DataMessage, version: Version, language: Language) -> Item:
    return {
        "schema": f"{SCHEMAS}/{SCHEMA_VERSIONS[version]}/sdmx-json-data-schema.json",
        "id": message.flow.id,
        "prepared": message.prepared.astimezone(UTC).isoformat(timespec="seconds"),
        "test": message.test,
        "contentLanguages": in_order(language),
        "sender": {"id": AGENCY},
    }


def _link(message: DataMessage) -> Item:
    return {"rel": "dataflow", "urn": f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={message.reference}"}


def _by_series(message: DataMessage, components: _Components) -> Item:
    attributes = message.attributes()
    keys, positions = components.keys, components.positions()
    series: Item = {}
    for key, figures in message.series:
        observations = {
            str(keys[-1].at(figure.period)): [_number(figure), *positions(attributes(figure))]
            for figure in (figures if message.with_observations else ())
        }
        series[_joined(keys, key)] = {"observations": observations} if observations else {}
    return {"series": series}


def _flat(message: DataMessage, components: _Components) -> Item:
    attributes = message.attributes()
    keys, positions = components.keys, components.positions()
    observations = {
        _joined(keys, (*figure.key, figure.period)): [
            _number(figure),
            *positions(attributes(figure)),
        ]
        for figure in message.figures()
    }
    return {"observations": observations}


def _joined(keys: Sequence[_Values], codes: Sequence[str]) -> str:
    return ":".join(str(values.at(code)) for values, code in zip(keys, codes, strict=False))


def _positions(values: Sequence[_Values], texts: Sequence[str | None]) -> list[int | None]:
    return [None if text is None else each.at(text) for each, text in zip(values, texts, strict=True)]


def _number(figure: Figure) -> int | float | None:
    if figure.deleted:
        return None
    return figure.value if isinstance(figure.value, int) else float(figure.value)
