"""How good provisional figures were at every month of the past, and from what they are learned."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from services.accounting.cases.figures.read_figures import FigureReader
from services.accounting.rules.estimates.backtest import Judged, Quality, Span, quality, widening
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
    past: list[PastEstimate] | None = Field(description="null without the role statistician: it has months")


async def provisional_quality(reader: FigureReader, *, exact: bool) -> ProvisionalQuality:
    """The newest run; with `exact` every estimate of the back-test."""
    async with reader.snapshot() as connection:
        run, judged = await store.newest(connection), await store.judged(connection)
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
