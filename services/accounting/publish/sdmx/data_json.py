"""Data messages in SDMX-JSON 1.0: values by position, and lists that say what the positions mean, in one language."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from typing import Any

import orjson

from services.accounting.publish.sdmx.data_message import ATTRIBUTE_IDS, DataMessage
from services.accounting.publish.sdmx.query import TIME
from services.accounting.publish.sdmx.structures import AGENCY
from services.accounting.rules.figures.dataflows import ATTRIBUTES, Enumeration, codes_of
from services.accounting.rules.figures.figures import Figure
from shared.kernel.codes import Language, code_list


class _Values:
    """The values of one component in the order of their first use."""

    def __init__(self) -> None:
        self.positions: dict[str, int] = {}

    def at(self, text: str) -> int:
        return self.positions.setdefault(text, len(self.positions))


def json_message(message: DataMessage, language: Language) -> Iterator[str]:
    """The message, in one piece."""
    components = [*(each.id for each in message.flow.dimensions), TIME]
    keys = [_Values() for _ in components]
    beside = [_Values() for _ in ATTRIBUTE_IDS]
    written = _flat if message.asked.flat else _by_series
    data_sets = [
        {**part.described(), "links": [_link(message)], **written(part, keys, beside)} for part in message.parts()
    ]
    enumerations = [*(each.enumeration for each in message.flow.dimensions), None]
    dimensions = [
        _component(id, codes, values, language) | {"keyPosition": position}
        for position, (id, codes, values) in enumerate(zip(components, enumerations, keys, strict=True))
    ]
    at_observation = dimensions if message.asked.flat else dimensions[-1:]
    attributes = [
        _component(id, ATTRIBUTES[id], values, language) | {"relationship": {"primaryMeasure": "OBS_VALUE"}}
        for id, values in zip(ATTRIBUTE_IDS, beside, strict=True)
    ]
    structure = {
        "name": code_list("dataflows")[message.flow.id].label(language),
        "dimensions": {"dataSet": [], "series": dimensions[: -len(at_observation)], "observation": at_observation},
        "attributes": {"dataSet": [], "series": [], "observation": attributes},
    }
    yield orjson.dumps(
        {"meta": _meta(message, language), "data": {"structure": structure, "dataSets": data_sets}, "errors": []}
    ).decode()


def _meta(message: DataMessage, language: Language) -> dict[str, Any]:
    return {
        "id": message.flow.id,
        "prepared": message.prepared.astimezone(UTC).isoformat(timespec="seconds"),
        "test": False,
        "contentLanguages": [language],
        "sender": {"id": AGENCY},
    }


def _link(message: DataMessage) -> dict[str, str]:
    return {"rel": "dataflow", "urn": f"urn:sdmx:org.sdmx.infomodel.datastructure.Dataflow={message.reference}"}


def _by_series(message: DataMessage, keys: Sequence[_Values], beside: Sequence[_Values]) -> dict[str, Any]:
    attributes = message.attributes()
    series: dict[str, Any] = {}
    for key, figures in message.series:
        observations = {
            str(keys[-1].at(figure.period)): [_number(figure), *_positions(beside, attributes(figure))]
            for figure in (figures if message.with_observations else ())
        }
        series[_joined(keys, key)] = {"observations": observations} if observations else {}
    return {"series": series}


def _flat(message: DataMessage, keys: Sequence[_Values], beside: Sequence[_Values]) -> dict[str, Any]:
    attributes = message.attributes()
    observations = {
        _joined(keys, (*figure.key, figure.period)): [
            _number(figure),
            *_positions(beside, attributes(figure)),
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


def _component(id: str, codes: Enumeration | None, values: _Values, language: Language) -> dict[str, Any]:
    named = codes_of(codes) if codes else {}
    return {
        "id": id,
        "name": code_list("concepts")[id].label(language),
        "values": [
            {"id": text, "name": named[text].label(language)} if text in named else _free(id, text)
            for text in values.positions
        ],
    }


def _free(id: str, text: str) -> dict[str, str]:
    return {"id": text, "name": text} if id == TIME else {"name": text}
