"""Which form of a message a reader gets: by `?format=` or by Accept (RFC 9110, 12.5.1; SDMX-REST 1.5 and 2.1, 4.8).

Both trees of addresses offer the same forms, each its own first: of what suits equally well, the first is sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from services.accounting.publish.preferences import Preference, by_preference, refused
from services.accounting.publish.sdmx.refusals import NotOffered

Writer = Literal["generic", "structure-specific", "csv", "json", "structure-xml", "structure-json"]

_PREFIX: Final = "application/vnd.sdmx."


@dataclass(frozen=True, slots=True)
class Form:
    """A form of message: its SDMX media type, and the general ones that mean it too. `labels` is SDMX-CSV's; `of_time`
    says that observations stand by time and no other way."""

    writer: Writer
    type: str
    version: str
    short: str
    also: tuple[str, ...] = ()
    labels: Literal["id", "both"] | None = None
    of_time: bool = False

    @property
    def media_type(self) -> str:
        labels = f"; labels={self.labels}; charset=utf-8" if self.labels else ""
        return f"{_PREFIX}{self.type}; version={self.version}{labels}"


_ANY: Final = ("application/*", "*/*")
_XML: Final = ("application/xml", "text/xml", "text/*", *_ANY)
_CSV: Final = ("text/csv", "application/csv", "text/*", *_ANY)
_JSON: Final = ("application/json", *_ANY)

GENERIC: Final = Form("generic", "genericdata+xml", "2.1", "xml", _XML)
SPECIFIC: Final = Form("structure-specific", "structurespecificdata+xml", "2.1", "-", _ANY)
SPECIFIC_3: Final = Form("structure-specific", "data+xml", "3.0.0", "-")
TIME_SERIES: Final = (
    Form("generic", "generictimeseriesdata+xml", "2.1", "-", of_time=True),
    Form("structure-specific", "structurespecifictimeseriesdata+xml", "2.1", "-", of_time=True),
)
"""Messages whose observations stand by time, of which the others are one kind."""
CSV_1: Final = Form("csv", "data+csv", "1.0.0", "csv", _CSV, "id")
CSV_2: Final = replace(CSV_1, version="2.0.0")
JSON_1: Final = Form("json", "data+json", "1.0.0", "json", _JSON)
JSON_2: Final = replace(JSON_1, version="2.0.0")
STRUCTURE_2: Final = Form("structure-xml", "structure+xml", "2.1", "xml", _XML)
STRUCTURE_3: Final = replace(STRUCTURE_2, version="3.0.0")
STRUCTURE_JSON: Final = Form("structure-json", "structure+json", "2.0.0", "json", _JSON)

DATA: Final = (GENERIC, SPECIFIC, CSV_1, JSON_1, CSV_2, JSON_2, SPECIFIC_3, *TIME_SERIES)
STRUCTURE: Final = (STRUCTURE_2, STRUCTURE_3, STRUCTURE_JSON)
"""As SDMX-REST 1.5 prefers them."""
DATA_2: Final = (CSV_2, JSON_2, GENERIC, SPECIFIC, CSV_1, JSON_1, SPECIFIC_3, *TIME_SERIES)
STRUCTURE_OF_2: Final = (STRUCTURE_JSON, STRUCTURE_3, STRUCTURE_2)
"""As SDMX-REST 2 prefers them."""


def choose(offered: tuple[Form, ...], accept: str | None, short: str | None = None, labels: str | None = None) -> Form:
    """The form that suits best; `short` is the value of `?format=` and wins, `labels` is that of `?labels=`. Raises
    NotOffered."""
    if short is not None:
        matching = iter([form for form in offered if form.short == short])
    else:
        matching = _matches(offered, by_preference(accept or "*/*"), refused(accept or ""))
    if labels in (None, "id", "both") and (chosen := next(matching, None)):
        return replace(chosen, labels="both") if chosen.labels and labels == "both" else chosen
    raise NotOffered("Offered are: " + ", ".join(form.media_type for form in offered) + ".")


def _matches(offered: tuple[Form, ...], wanted: list[Preference], unwanted: frozenset[str]) -> Iterator[Form]:
    for value, parameters in wanted:
        for form in offered:
            named = value.lower() == _PREFIX + form.type and parameters.get("version", form.version) == form.version
            if named or (value.lower() in form.also and not _is_refused(form, value, unwanted)):
                both = form.labels and parameters.get("labels") == "both"
                yield replace(form, labels="both") if both else form


def _is_refused(form: Form, value: str, unwanted: frozenset[str]) -> bool:
    """Whether a range of weight 0 that is at least as precise as `value` names the form (RFC 9110, 12.5.1)."""
    meant = {_PREFIX + form.type, *form.also} & unwanted
    return any(_precision(each) >= _precision(value) for each in meant)


def _precision(value: str) -> int:
    return 2 - value.count("*")
