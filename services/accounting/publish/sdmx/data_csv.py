"""Data messages in SDMX-CSV 1.0 and 2.0: one row per observation, with codes, or with codes and names (`labels=both`).

Version 2.0 begins each row with what the data are of, STRUCTURE and STRUCTURE_ID, and with an ACTION.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from io import StringIO
from typing import Final, Literal

from services.accounting.publish.sdmx.data_message import ATTRIBUTE_IDS, Attributes, DataMessage
from services.accounting.publish.sdmx.query import TIME
from services.accounting.rules.figures.dataflows import ATTRIBUTES, Enumeration, codes_of
from shared.kernel.codes import Language, code_list

Version = Literal["1.0.0", "2.0.0"]

MEASURE: Final = "OBS_VALUE"
_HEADERS: Final[Mapping[Version, list[str]]] = {
    "1.0.0": ["DATAFLOW"],
    "2.0.0": ["STRUCTURE", "STRUCTURE_ID", "ACTION"],
}


def codes_only(message: DataMessage, version: Version) -> Iterator[str]:
    """The message in pieces, codes alone."""
    header = [*_HEADERS[version], *_components(message)]
    return _written(message, header, partial(_beginning, version, message.reference), lambda _, code: code)


def with_names(message: DataMessage, version: Version, language: Language) -> Iterator[str]:
    """The message in pieces, each code followed by its name in one language: `UZB: Uzbekistan`."""
    concepts = code_list("concepts")
    header = [*_HEADERS[version], *(f"{id}: {concepts[id].label(language)}" for id in _components(message))]
    dataflow = f"{message.reference}: {code_list('dataflows')[message.flow.id].label(language)}"

    @lru_cache(4096)
    def named(enumeration: Enumeration, code: str) -> str:
        return f"{code}: {codes_of(enumeration)[code].label(language)}"

    return _written(message, header, partial(_beginning, version, dataflow), named)


def _components(message: DataMessage) -> list[str]:
    return [*(each.id for each in message.flow.dimensions), TIME, MEASURE, *ATTRIBUTE_IDS]


def _beginning(version: Version, dataflow: str, action: str) -> list[str]:
    return [dataflow] if version == "1.0.0" else ["dataflow", dataflow, action[0]]


def _written(
    message: DataMessage,
    header: list[str],
    beginning: Callable[[str], list[str]],
    show: Callable[[Enumeration, str], str],
) -> Iterator[str]:
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    attributes = message.attributes()
    enumerations = [each.enumeration for each in message.flow.dimensions]

    @lru_cache(1024)
    def beside(texts: Attributes) -> list[str | None]:
        """What stands after the value; most figures of an answer have the same."""
        named = zip(ATTRIBUTES.values(), texts, strict=True)
        return [show(codes, text) if codes and text else text for codes, text in named]

    for part in message.parts():
        begins = beginning(part.described()["action"])
        for key, figures in part.series:
            shown = [*begins, *map(show, enumerations, key)]
            if not message.with_observations:
                writer.writerow(shown + [""] * (len(header) - len(shown)))
                continue
            writer.writerows(
                [*shown, figure.period, "" if figure.deleted else figure.value, *beside(attributes(figure))]
                for figure in figures
            )
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()
