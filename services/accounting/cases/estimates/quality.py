"""How good provisional figures were at every month of the past, and from what they are learned."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from math import sqrt
from typing import Literal

from pydantic import BaseModel, Field

from services.accounting.cases.figures.read_figures import FigureReader
from services.accounting.rules.estimates.backtest import Judged, Quality, Span, quality, widening
from services.accounting.rules.estimates.breaks import Break
from services.accounting.rules.estimates.doubts import MonthDoubt
from services.accounting.rules.estimates.groups import OfSize
from services.accounting.rules.estimates.past import first_day
from services.accounting.rules.figures.dimensions import day_of
from services.accounting.store.estimates import provisional as store

Indicator = Literal["IMM", "EMI"]


class SpanQuality(BaseModel):
    """Of the nation's last month, quarter or twelve months before each end of observation."""

    indicator: Indicator
    span: Span
    vintages: int = Field(description="ends of observation that were judged, each by what was frozen then")
    bias: float = Field(description="mean relative error of the estimate against what became final; above 0: too high")
    revision: float = Field(description="mean absolute relative revision from the estimate to the final figure")
    naive_revision: float = Field(description="the same from the count of what was final then")
    covered_80: float = Field(description="share of 80 % intervals (1.28 standard errors) that held the final figure")
    covered_95: float = Field(description="share of 95 % intervals (1.96 standard errors) that did")


class PastEstimate(BaseModel):
    """What the estimate would have been at an end of observation, beside what it came to."""

    covered_through: date
    indicator: Indicator
    span: Span
    naive: int
    estimate: float
    std_error: float
    final: int


class GroupQuality(BaseModel):
    """Of citizenships and purposes, the last twelve months before each end of observation, by how many migrations were
    expected of their open crossings."""

    expected_from: float
    groups: int = Field(description="groups that were judged, over all ends of observation")
    bias: float = Field(description="mean error as a share of what was expected; above 0: too high")
    covered_80: float = Field(description="share of 80 % intervals that held what became final, widened")
    covered_95: float = Field(description="share of 95 % intervals that did")
    widening: float = Field(description="by how much standard errors of groups of this size are multiplied")


class YearDoubt(BaseModel):
    """What crossings that were lost, and months that break, make of a year's figure of the nation, final or not. No
    figure is corrected by it. Of a final figure it is apart from STD_ERROR, unless a register breaks."""

    indicator: Indicator
    year: int
    figure: int
    excess: float = Field(
        description="by how many it is expected to be too high: crossings are lost as often as histories show between "
        "two others of the same person, and each was left out once; below 0: too low"
    )
    missed_error: float = Field(description="root mean square error by crossings that were lost")
    broken_error: float = Field(description="how far months that break may move it, as a standard error")
    undetermined: int = Field(
        description="crossings of persons of whom nobody can know where they lived before: by so many at most it may "
        "be too low for that"
    )


class BrokenMonths(BaseModel):
    """Months in which a series of records lies beyond all that other years show."""

    series: str
    first: date
    last: date
    ratio: float = Field(description="what was seen, to what is usual")
    reason: str = Field(description="in words")


class ProvisionalQuality(BaseModel):
    """The newest run of the model."""

    made_at: datetime | None = Field(description="null: none was made yet")
    method_version: str | None = Field(description="of the way in which it is learned")
    covered_through: date | None = Field(description="the last day that the border feed covered")
    learned_from: date | None = Field(
        description="the first end of observation it was learned from; null: the register is too young, or has too few "
        "migrations, and nothing is estimated"
    )
    learned_through: date | None
    open_crossings: int
    quality: list[SpanQuality] = Field(description="the back-test; empty where there was no past to judge by")
    groups: list[GroupQuality] = Field(description="the back-test of groups; empty where too few were judged")
    years: list[YearDoubt] = Field(description="what else makes figures unsure; empty where nothing is estimated")
    breaks: list[BrokenMonths] = Field(description="where the past is no guide; figures they touch carry a comment")
    past: list[PastEstimate] | None = Field(description="null without the role statistician: it has months")


Said = Callable[[str, date, date, float], str]
"""A break in words: its series, first and last day, and the ratio of what was seen to what is usual."""


async def provisional_quality(reader: FigureReader, said: Said, *, exact: bool) -> ProvisionalQuality:
    """The newest run; with `exact` every estimate of the back-test."""
    async with reader.snapshot() as connection:
        run, judged = await store.newest(connection), await store.judged(connection)
        sizes, doubts = await store.of_sizes(connection), await store.doubts(connection)
        breaks = await store.breaks(connection)
    vintages = run.vintages if run else None
    learned = [_end(month) for month in vintages] if vintages else [None, None]
    factors = widening(judged)
    return ProvisionalQuality(
        made_at=run.made_at if run else None,
        method_version=run.version if run else None,
        covered_through=day_of(run.coverage.obs_end - 1) if run else None,
        learned_from=learned[0],
        learned_through=learned[1],
        open_crossings=run.open if run else 0,
        quality=[_span(each) for each in quality(judged, factors)],
        groups=[_group(each) for each in sizes],
        years=list(_years(doubts)),
        breaks=[_broken(span, said) for span in _spans(breaks)],
        past=[_past(each, float(factors[int(each.arrival)])) for each in judged] if exact else None,
    )


def _span(each: Quality) -> SpanQuality:
    return SpanQuality(
        indicator=_indicator(each.arrival),
        span=each.span,
        vintages=each.vintages,
        bias=round(each.bias, 4),
        revision=round(each.revision, 4),
        naive_revision=round(each.naive_revision, 4),
        covered_80=round(each.covered[80], 4),
        covered_95=round(each.covered[95], 4),
    )


def _group(each: OfSize) -> GroupQuality:
    return GroupQuality(
        expected_from=each.size,
        groups=each.groups,
        bias=round(each.bias, 4),
        covered_80=round(each.covered_80, 4),
        covered_95=round(each.covered_95, 4),
        widening=round(each.widening, 4),
    )


def _years(doubts: list[MonthDoubt]) -> Iterator[YearDoubt]:
    """Months of a year break in one way; what is lost is lost by chance."""
    by_year: dict[tuple[bool, int], list[MonthDoubt]] = {}
    for each in doubts:
        by_year.setdefault((not each.arrival, 1970 + each.month // 12), []).append(each)
    for (departure, year), own in sorted(by_year.items()):
        excess, chance = sum(each.missed for each in own), sum(each.chance for each in own)
        yield YearDoubt(
            indicator=_indicator(not departure),
            year=year,
            figure=round(sum(each.figure for each in own)),
            excess=round(excess, 1),
            missed_error=round(sqrt(excess**2 + chance), 1),
            broken_error=round(sum(each.broken for each in own), 1),
            undetermined=sum(each.undetermined for each in own),
        )


def _spans(breaks: list[Break]) -> list[list[Break]]:
    """Runs of months of one series that break in one way."""
    spans: list[list[Break]] = []
    for each in breaks:
        last = spans[-1][-1] if spans else None
        follows = last and (last.series, last.month + 1) == (each.series, each.month)
        if last and follows and (last.seen < last.usual) == (each.seen < each.usual):
            spans[-1].append(each)
        else:
            spans.append([each])
    return spans


def _broken(span: list[Break], said: Said) -> BrokenMonths:
    series, first, last = span[0].series, day_of(int(first_day(span[0].month))), _end(span[-1].month + 1)
    ratio = round(sum(each.seen for each in span) / max(1.0, sum(each.usual for each in span)), 2)
    return BrokenMonths(series=series, first=first, last=last, ratio=ratio, reason=said(series, first, last, ratio))


def _past(each: Judged, factor: float) -> PastEstimate:
    return PastEstimate(
        covered_through=_end(each.vintage),
        indicator=_indicator(each.arrival),
        span=each.span,
        naive=each.naive,
        estimate=round(each.value, 1),
        std_error=round(each.error * factor, 1),
        final=each.final,
    )


def _indicator(arrival: bool) -> Indicator:
    return "IMM" if arrival else "EMI"


def _end(month: int) -> date:
    """The last day before a vintage."""
    return day_of(int(first_day(month)) - 1)
