"""What a data message says, whatever its form: series of figures, and what stands beside each value."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby, islice
from typing import Final

from services.accounting.publish.sdmx.agency import AGENCY, VERSION
from services.accounting.publish.sdmx.query import DataQuery
from services.accounting.rules.figures.dataflows import ATTRIBUTES, Flow
from services.accounting.rules.figures.figures import Figure, Key, Vintage

ATTRIBUTE_IDS: Final = tuple(ATTRIBUTES)

Attributes = tuple[str | None, ...]
"""The texts of ATTRIBUTE_IDS, None where there is nothing to say."""

NO_ATTRIBUTES: Final[Attributes] = (None,) * len(ATTRIBUTE_IDS)


@dataclass(frozen=True, slots=True)
class DataMessage:
    """`prepared` is when the figures last changed, so that equal figures make equal messages. Where vintages are
    asked, `series` are those of the `data_sets` one after the other. `test`, of the standard:
    what is for trial, not the figures of a country."""

    asked: DataQuery
    series: tuple[tuple[Key, tuple[Figure, ...]], ...]
    prepared: datetime
    vintage: Vintage | None = None
    data_sets: tuple["DataMessage", ...] = ()
    test: bool = False

    @classmethod
    def of(
        cls, asked: DataQuery, figures: Iterable[Figure], prepared: datetime, vintages: Iterable[Vintage] = ()
    ) -> "DataMessage":
        """From figures in the order of key and period, or from those of vintages, each of which is a data set."""
        parts = tuple(cls(asked, _series(each.figures, asked), prepared, each) for each in vintages)
        if parts:
            return cls(asked, tuple(series for part in parts for series in part.series), prepared, data_sets=parts)
        return cls(asked, _series(figures, asked), prepared)

    def parts(self) -> tuple["DataMessage", ...]:
        """Its data sets, each as the message of it alone."""
        return self.data_sets or (self,)

    def described(self) -> dict[str, str]:
        """What is to be done with the data set, and from when until when it held: names and texts of the standard."""
        vintage = self.vintage
        if vintage is None:
            return {"action": "Information"}
        validity = {"validFrom": vintage.valid_from, "validTo": vintage.valid_to}
        return {"action": vintage.action} | {
            name: moment.astimezone(UTC).isoformat() for name, moment in validity.items() if moment
        }

    @property
    def flow(self) -> Flow:
        return self.asked.query.flow

    @property
    def with_observations(self) -> bool:
        return self.asked.detail in ("full", "dataonly")

    @property
    def flat(self) -> bool:
        """Whether observations stand alone; series without observations are written as series."""
        return self.asked.flat and self.with_observations

    @property
    def reference(self) -> str:
        """The dataflow as CSV and URNs name it."""
        return f"{AGENCY}:{self.flow.id}({VERSION})"

    @property
    def size(self) -> int:
        """How much is written: observations, or series where they stand without any."""
        return sum(len(figures) for _, figures in self.series) if self.with_observations else len(self.series)

    def figures(self) -> Iterator[Figure]:
        return (figure for _, figures in self.series for figure in figures)

    def attributes(self) -> Callable[[Figure], Attributes]:
        """What to write beside a value: everything, what is named, or nothing where only data are asked."""
        if self.asked.detail != "full":
            return lambda _: NO_ATTRIBUTES
        if (only := self.asked.only) is None:
            return attributes_of
        asked = [id in only for id in ATTRIBUTE_IDS]
        return lambda figure: tuple(
            text if each else None for text, each in zip(attributes_of(figure), asked, strict=True)
        )


def attributes_of(figure: Figure) -> Attributes:
    if figure.deleted:
        return NO_ATTRIBUTES
    return (
        figure.status,
        "F" if figure.public else "N",
        figure.unit,
        None if figure.std_error is None else str(figure.std_error),
        None if figure.released is None else figure.released.isoformat(),
        figure.source,
        figure.comment,
    )


def _series(figures: Iterable[Figure], asked: DataQuery) -> tuple[tuple[Key, tuple[Figure, ...]], ...]:
    grouped = groupby(filter(asked.keep, figures) if asked.keep else figures, key=lambda figure: figure.key)
    return tuple((key, _cut(tuple(group), asked)) for key, group in grouped)


def _cut(figures: tuple[Figure, ...], asked: DataQuery) -> tuple[Figure, ...]:
    first = tuple(islice(figures, asked.first)) if asked.first else ()
    last = figures[-asked.last :] if asked.last else ()
    if asked.first and asked.last:
        return first + last[max(0, len(first) + len(last) - len(figures)) :]
    return first or last or figures
