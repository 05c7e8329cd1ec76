"""Data messages in SDMX-CSV 1.0: one row per observation, with codes, or with codes and names (`labels=both`)."""

import csv
from collections.abc import Callable, Iterator
from functools import lru_cache
from io import StringIO

from services.accounting.publish.sdmx.data_message import ATTRIBUTE_IDS, DataMessage
from services.accounting.publish.sdmx.query import TIME
from services.accounting.rules.figures.dataflows import ATTRIBUTES, Enumeration, codes_of
from shared.kernel.codes import Language, code_list

MEASURE = "OBS_VALUE"


def codes_only(message: DataMessage) -> Iterator[str]:
    """The message in pieces, codes alone."""
    header = ["DATAFLOW", *(each.id for each in message.flow.dimensions), TIME, MEASURE, *ATTRIBUTE_IDS]
    return _written(message, header, message.reference, lambda _, code: code)


def with_names(message: DataMessage, language: Language) -> Iterator[str]:
    """The message in pieces, each code followed by its name in one language: `UZB: Uzbekistan`."""
    concepts = code_list("concepts")
    ids = [*(each.id for each in message.flow.dimensions), TIME, MEASURE, *ATTRIBUTE_IDS]
    header = ["DATAFLOW", *(f"{id}: {concepts[id].label(language)}" for id in ids)]
    dataflow = f"{message.reference}: {code_list('dataflows')[message.flow.id].label(language)}"

    @lru_cache(4096)
    def named(enumeration: Enumeration, code: str) -> str:
        return f"{code}: {codes_of(enumeration)[code].label(language)}"

    return _written(message, header, dataflow, named)


def _written(
    message: DataMessage, header: list[str], dataflow: str, show: Callable[[Enumeration, str], str]
) -> Iterator[str]:
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(header)
    attributes = message.attributes()
    enumerations = [each.enumeration for each in message.flow.dimensions]
    for key, figures in message.series:
        shown = [dataflow, *map(show, enumerations, key)]
        if not message.with_observations:
            writer.writerow(shown + [""] * (len(header) - len(shown)))
            continue
        for figure in figures:
            beside = [
                show(codes, text) if codes and text else text
                for codes, text in zip(ATTRIBUTES.values(), attributes(figure), strict=True)
            ]
            writer.writerow([*shown, figure.period, "" if figure.deleted else figure.value, *beside])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()
