"""Which form of a message a reader gets: by `?format=` or by Accept (RFC 9110, 12.5.1; SDMX-REST 1.5, 4.8)."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from services.accounting.publish.preferences import Preference, by_preference, refused
from services.accounting.publish.sdmx.refusals import NotOffered

Writer = Literal["generic", "structure-specific", "csv", "json", "structure"]

_PREFIX: Final = "application/vnd.sdmx."


@dataclass(frozen=True, slots=True)
class Form:
    """A form of message: its SDMX media type, and the general ones that mean it too. `labels` is SDMX-CSV's."""

    writer: Writer
    type: str
    version: str
    short: str
    also: tuple[str, ...] = ()
    labels: Literal["id", "both"] | None = None

    @property
    def media_type(self) -> str:
        labels = f"; labels={self.labels}" if self.labels else ""
        return f"{_PREFIX}{self.type}; version={self.version}{labels}"


_XML: Final = ("application/xml", "text/xml", "application/*", "text/*", "*/*")

DATA: Final = (
    Form("generic", "genericdata+xml", "2.1", "xml", _XML),
    Form("structure-specific", "structurespecificdata+xml", "2.1", "-", ("application/*", "*/*")),
    Form("csv", "data+csv", "1.0.0", "csv", ("text/csv", "application/csv", "text/*", "*/*"), "id"),
    Form("json", "data+json", "1.0.0", "json", ("application/json", "application/*", "*/*")),
)
STRUCTURE: Final = (Form("structure", "structure+xml", "2.1", "xml", _XML),)


def choose(offered: tuple[Form, ...], accept: str | None, short: str | None = None) -> Form:
    """The form that suits best; `short` is the value of `?format=` and wins. Raises NotOffered."""
    if short is not None:
        chosen = next((form for form in offered if form.short == short), None)
        if chosen:
            return chosen
    else:
        chosen = next(_matches(offered, by_preference(accept or "*/*"), refused(accept or "")), None)
        if chosen:
            return chosen
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
