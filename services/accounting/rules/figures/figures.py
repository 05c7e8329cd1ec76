"""What a reader may ask of a dataflow, and what a figure is."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Final, Literal, NamedTuple, Protocol

from services.accounting.rules.disclosure.cubes import Margin, cubes, margin_of
from services.accounting.rules.figures.dataflows import Flow
from services.accounting.rules.spans import span

Key = tuple[str, ...]
"""One code per dimension of the flow, in its order."""

OPEN_METHODS: Final = frozenset({"COUPON", "PUBLISHED", "TARGET"})
"""Figures that other bodies have published already: free for everybody, to the last detail."""


UNASKED_FREQUENCIES: Final = frozenset({"A", "Q"})
"""What of the released cubes stands for an open frequency: months are there for whoever names them."""


class Figure(NamedTuple):
    """One observation. `status` is a code of CL_OBS_STATUS, `unit` of CL_UNIT_MEASURE; `released` is the day on
    which the figure became known in this form, in a history the moment. One that is `deleted` was shown and is no
    longer: its value is nobody's to read. While a release is cut, `record_keys` is the sum of the record keys of what
    it counts (rules.disclosure.cell_key)."""

    key: Key
    period: str
    value: Decimal | int
    status: str
    unit: str = "PS"
    public: bool = True
    released: date | None = None
    std_error: Decimal | None = None
    source: str | None = None
    comment: str | None = None
    deleted: bool = False
    record_keys: int = 0

    def known_since(self, day: date) -> "Figure":
        """The same figure, known since a day where it does not say itself since when; three times faster than
        `_replace`, for answers of 100,000 figures."""
        return self if self.released is not None else Figure._make((*self[:_RELEASED], day, *self[_RELEASED + 1 :]))


_RELEASED: Final = Figure._fields.index("released")


@dataclass(frozen=True, slots=True)
class Query:
    """Which series of a flow: per dimension the wanted codes, None for every code; and which periods: those that
    lie wholly in `[start, end)`. `as_of` asks for the figures that everybody could read at that moment,
    `updated_after` for what of them a release changed after that moment, `history` for every release's."""

    flow: Flow
    codes: tuple[frozenset[str] | None, ...]
    start: date | None = None
    end: date | None = None
    as_of: datetime | None = None
    updated_after: datetime | None = None
    history: bool = False

    @property
    def is_of_releases(self) -> bool:
        """Whether it asks for vintages: only released figures have any."""
        return self.as_of is not None or self.updated_after is not None or self.history

    def wants(self, key: Key) -> bool:
        return all(wanted is None or code in wanted for wanted, code in zip(self.codes, key, strict=True))

    def of(self, dimension: str) -> frozenset[str] | None:
        """The wanted codes of one dimension, None for every code."""
        return self.codes[self.flow.position(dimension)]

    def covers_named(self, period: str) -> bool:
        """`covers` of a period as it is written. One that cannot be read, stored before intake refused it, lies
        nowhere: it must not break all others."""
        try:
            start, end = span(period)
        except ValueError:
            return False
        return self.covers(start, end)

    def covers(self, start: date, end: date) -> bool:
        """Whether a period `[start, end)` lies wholly in what is asked."""
        return (self.start is None or start >= self.start) and (self.end is None or end <= self.end)

    def narrowed(self, **codes: Iterable[str]) -> "Query":
        """The same query with other codes for some dimensions."""
        wanted = list(self.codes)
        for dimension, chosen in codes.items():
            wanted[self.flow.position(dimension)] = frozenset(chosen)
        return replace(self, codes=tuple(wanted))

    @property
    def margin(self) -> Margin:
        """The dimensions of which it names a code that is not their total."""
        return frozenset(
            dimension.id
            for dimension, wanted in zip(self.flow.dimensions, self.codes, strict=True)
            if wanted is not None and dimension.total is not None and wanted != {dimension.total}
        )


@dataclass(frozen=True, slots=True)
class Vintage:
    """A data set of an answer: figures in the order of key and time, from when until when everybody could read them,
    and what to do with them (SDMX, ActionType)."""

    figures: tuple[Figure, ...]
    action: Literal["Information", "Replace", "Delete"] = "Information"
    valid_from: datetime | None = None
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """Figures in the order of key and time, and when they last changed. Where vintages or changes were asked, they are
    those of the `vintages` one after the other."""

    figures: tuple[Figure, ...]
    changed_at: datetime
    vintages: tuple[Vintage, ...] = ()


class FigureSource(Protocol):
    """Where publication reads figures."""

    async def __call__(self, query: Query, *, exact: bool, limit: int) -> Reading:
        """`exact` is True for callers who may see every series exactly. Raises shared.errors.Forbidden, and TooMany
        for more than `limit` figures."""
        ...

    async def covered(self) -> tuple[date, date] | None:
        """The first and last day that the figures computed from border crossings cover."""
        ...


class TooMany(Exception):
    """More figures match than were asked for at most, or finding them takes too long."""


class NotPublic(Exception):
    """A series of none of the released cubes was named, and the caller may read only those."""


def public_part(query: Query) -> Query | None:
    """What of the computed figures a caller without the role may read: what lies in the fixed public cubes
    (rules.disclosure.cubes), or None.

    A dimension of which codes are named is read by these, an open one at its total; an open frequency is years and
    quarters, as far as they are released. Raises NotPublic where a series of a computed method is named outright that
    lies in no cube.
    """
    methods, frequencies = query.of("METHOD"), query.of("FREQ")
    released = cubes(query.flow.id).get(query.margin, frozenset())
    chosen = released & UNASKED_FREQUENCIES if frequencies is None else frequencies
    if not (chosen and released and chosen <= released | _NEVER_COMPUTED):
        if methods is not None and not methods <= OPEN_METHODS:
            raise NotPublic
        return None
    totals = {
        each.id: [each.total]
        for each, wanted in zip(query.flow.dimensions, query.codes, strict=True)
        if wanted is None and each.total
    }
    return query.narrowed(FREQ=chosen, **totals)


_NEVER_COMPUTED: Final = frozenset({"D", "_X"})


def is_national(flow: Flow, key: Key) -> bool:
    """True if every dimension that has a total is at it."""
    return not margin_of(flow, key)
