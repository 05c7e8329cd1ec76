"""What the first page shows: each view with its figures, its charts, its key (which is its address in the API)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, NamedTuple

from services.accounting.publish.dashboard.charts import (
    NARROW,
    WIDE,
    BarChart,
    FlowShown,
    LineChart,
    bar_chart,
    line_chart,
)
from services.accounting.publish.dashboard.wording import Wording
from services.accounting.publish.sdmx.query import parse
from services.accounting.rules.figures.figures import Figure, FigureSource
from shared.kernel.periods import Frequency, Period

LIMIT: Final = 20_000
FLOWS_SHOWN: Final = ("IMM", "EMI", "NET")
BORDER_SHOWN: Final = ("ENTRIES", "EXITS", "ENTRIES_IMPUTED", "EXITS_IMPUTED")
NATION: Final = "KZ._T._T._T._T._T"
_PATH: Final = "/sdmx/v1/data"


class Series(NamedTuple):
    """What a view reads: a flow and a key of it."""

    flow: str
    key: str

    @property
    def address(self) -> str:
        return f"{_PATH}/{self.flow}/{self.key}"

    @property
    def csv(self) -> str:
        """The file for a spreadsheet: codes with their names."""
        return f"{self.address}?format=csv&labels=both"


@dataclass
class Reader:
    """Reads what everybody may see, and remembers when it last changed."""

    source: FigureSource
    changed: list[datetime] = field(default_factory=list)

    async def read(self, series: Series) -> tuple[Figure, ...]:
        reading = await self.source(parse(series.flow, series.key, {}).query, exact=False, limit=LIMIT)
        self.changed.append(reading.changed_at)
        return reading.figures


class FlowRow(NamedTuple):
    """One period of the account; `status` is a code of CL_OBS_STATUS."""

    period: Period
    arrivals: int
    departures: int
    net: int
    status: str


@dataclass(frozen=True)
class FlowView:
    series: Series
    rows: Sequence[FlowRow]
    headline: FlowRow | None
    charts: tuple[BarChart, BarChart] | None


class OfficialRow(NamedTuple):
    year: int
    official: int | None
    computed: int | None
    status: str | None


@dataclass(frozen=True)
class OfficialView:
    series: Series
    rows: Sequence[OfficialRow]
    source: str
    charts: tuple[LineChart, LineChart] | None


@dataclass(frozen=True)
class Sureness:
    """How far the figures can be trusted: the days that they cover, the newest final quarter, and how many crossings
    count nowhere or were imputed."""

    covered: tuple[date, date] | None
    final_quarter: Period | None
    undetermined: int
    imputed: int
    crossings: int


async def flows(reader: Reader, frequency: Frequency, words: Wording) -> FlowView:
    """Arrivals, departures and net, oldest period first; a period of which one is not final has no row."""
    series = Series("DF_FLOW", f"{frequency}.{'+'.join(FLOWS_SHOWN)}.M1216.{NATION}")
    by_period = _by_period(await reader.read(series))
    rows = [_flow_row(period, figures) for period, figures in by_period.items() if len(figures) == len(FLOWS_SHOWN)]
    shown = [_shown(row) for row in rows]
    charts = (bar_chart(shown, WIDE, words.number), bar_chart(shown, NARROW, words.number)) if rows else None
    return FlowView(series, rows, _headline(rows), charts)


async def official(reader: Reader, words: Wording) -> OfficialView:
    """Net migration by year: what the official coupons say beside what the border says. Our own count of coupons, which
    stands under their key until they are loaded, names no source and is left out."""
    series = Series("DF_FLOW", f"A.NET.COUPON+M1216.{NATION}")
    figures = await reader.read(series)
    by_method: dict[str, dict[int, Figure]] = defaultdict(dict)
    for figure in figures:
        if figure.source or figure.key[2] != "COUPON":
            by_method[figure.key[2]][int(figure.period)] = figure
    coupons, ours = by_method["COUPON"], by_method["M1216"]
    rows = [_official_row(year, coupons.get(year), ours.get(year)) for year in sorted({*coupons, *ours})]
    lines = [
        ("official", _points(coupons.values())),
        ("computed", _points(ours.values())),
    ]
    drawn = [line for line in lines if line[1]]
    charts = (line_chart(drawn, WIDE, words.number), line_chart(drawn, NARROW, words.number)) if rows else None
    sources = dict.fromkeys(figure.source for figure in coupons.values() if figure.source)
    return OfficialView(series, rows, "; ".join(sources), charts)


async def sureness(reader: Reader) -> Sureness:
    """From the quarters of the account, and from all crossings of the border where none of their counts is withheld."""
    quarters = await reader.read(Series("DF_FLOW", f"Q.NET+IMM_UNDETERMINED+EMI_UNDETERMINED.M1216.{NATION}"))
    border = await reader.read(Series("DF_BORDER", f"Q.{'+'.join(BORDER_SHOWN)}.REGISTER.KZ._T._T"))
    whole = [figures for figures in _by_period(border).values() if len(figures) == len(BORDER_SHOWN)]
    of_kind = _sums([*quarters, *(figure for figures in whole for figure in figures.values())])
    final = [figure.period for figure in quarters if figure.key[1] == "NET"]
    return Sureness(
        await reader.source.covered(),
        final_quarter=Period.parse(max(final)) if final else None,
        undetermined=of_kind["IMM_UNDETERMINED"] + of_kind["EMI_UNDETERMINED"],
        imputed=of_kind["ENTRIES_IMPUTED"] + of_kind["EXITS_IMPUTED"],
        crossings=of_kind["ENTRIES"] + of_kind["EXITS"],
    )


def _by_period(figures: Iterable[Figure]) -> Mapping[str, Mapping[str, Figure]]:
    """Period -> indicator -> figure, oldest first."""
    found: dict[str, dict[str, Figure]] = defaultdict(dict)
    for figure in sorted(figures, key=lambda figure: figure.period):
        found[figure.period][figure.key[1]] = figure
    return found


def _flow_row(period: str, figures: Mapping[str, Figure]) -> FlowRow:
    values = {indicator: int(figure.value) for indicator, figure in figures.items()}
    return FlowRow(
        Period.parse(period),
        values["IMM"],
        values["EMI"],
        values["NET"],
        figures["NET"].status,
    )


def _shown(row: FlowRow) -> FlowShown:
    return FlowShown(row.period, row.arrivals, row.departures, row.net, row.status == "P", True)


def _headline(rows: Sequence[FlowRow]) -> FlowRow | None:
    """The newest period that is final, else the newest."""
    final = [row for row in rows if row.status == "A"]
    return (final or list(rows))[-1] if rows else None


def _official_row(year: int, official: Figure | None, computed: Figure | None) -> OfficialRow:
    return OfficialRow(
        year,
        int(official.value) if official else None,
        int(computed.value) if computed else None,
        computed.status if computed else None,
    )


def _points(figures: Iterable[Figure]) -> list[tuple[int, int]]:
    return sorted((int(figure.period), int(figure.value)) for figure in figures)


def _sums(figures: Iterable[Figure]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for figure in figures:
        sums[figure.key[1]] += int(figure.value)
    return sums
