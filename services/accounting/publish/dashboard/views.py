"""What the first page shows: each view with its figures, its charts, its key (which is its address in the API)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import takewhile
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
        return f"{self.address}?format=csv"


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
    """One period of the account; `open` are the crossings still undecided, `status` a code of CL_OBS_STATUS."""

    period: Period
    arrivals: int
    departures: int
    net: int
    open: int
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
    """How far the figures can be trusted: the days that they cover, the newest final month, and how many crossings
    count nowhere or were imputed."""

    covered: tuple[date, date] | None
    final_month: Period | None
    open: int
    undetermined: int
    imputed: int
    crossings: int


async def flows(reader: Reader, frequency: Frequency, words: Wording) -> FlowView:
    """Arrivals, departures, net and what is still open, oldest period first."""
    series = Series("DF_FLOW", f"{frequency}.IMM+EMI+NET+IMM_OPEN+EMI_OPEN.M1216.{NATION}")
    by_period = _by_period(await reader.read(series))
    rows = [_flow_row(period, figures) for period, figures in by_period.items()]
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
        ("computed", _points(each for each in ours.values() if each.status != "P")),
    ]
    drawn = [line for line in lines if line[1]]
    charts = (line_chart(drawn, WIDE, words.number), line_chart(drawn, NARROW, words.number)) if rows else None
    sources = dict.fromkeys(figure.source for figure in coupons.values() if figure.source)
    return OfficialView(series, rows, "; ".join(sources), charts)


async def sureness(reader: Reader) -> Sureness:
    """From the months of the account, and from all crossings of the border."""
    kinds = "NET+IMM_OPEN+EMI_OPEN+IMM_UNDETERMINED+EMI_UNDETERMINED"
    months = await reader.read(Series("DF_FLOW", f"M.{kinds}.M1216.{NATION}"))
    border = await reader.read(Series("DF_BORDER", "M.ENTRIES+EXITS+ENTRIES_IMPUTED+EXITS_IMPUTED.REGISTER.KZ._T._T"))
    of_kind = _sums([*months, *border])
    covered = await reader.source.covered()
    return Sureness(
        covered,
        final_month=_final_month(months),
        open=of_kind["IMM_OPEN"] + of_kind["EMI_OPEN"],
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
        values["IMM_OPEN"] + values["EMI_OPEN"],
        figures["NET"].status,
    )


def _shown(row: FlowRow) -> FlowShown:
    decided = bool(row.arrivals or row.departures or not row.open)
    return FlowShown(row.period, row.arrivals, row.departures, row.net, row.status == "P", decided)


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


def _final_month(months: Iterable[Figure]) -> Period | None:
    """The newest month that is final together with all before it."""
    status = {figure.period: figure.status for figure in months if figure.key[1] == "NET"}
    final = list(takewhile(lambda period: status[period] != "P", sorted(status)))
    return Period.parse(final[-1]) if final else None
