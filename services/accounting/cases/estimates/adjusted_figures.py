"""DF_EMIGRATION by ADJUSTED: citizens abroad by country and year, from our register and the hosts' figures.

Four series a concept: the adjusted count, what of it another term of stay makes (definition gap), whom our register
misses by behaviour (undercount), and what share it holds (coverage, per cent). Each with its standard error where it
has one, and with its numbers in COMMENT_OBS. Where nothing honest can be said there is no figure.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

import asyncpg

from services.accounting.cases.figures import published_rows
from services.accounting.cases.figures.evidence_figures import evidence_figures
from services.accounting.cases.figures.flow_figures import flow_figures
from services.accounting.cases.indicators import wanted
from services.accounting.rules.estimates.durations import StaysAbroad
from services.accounting.rules.estimates.series import CONCEPTS, FLOW, METHOD, SUFFIXES, Adjusted, Concept
from services.accounting.rules.estimates.undercount import Estimate, TwoCounts, adjusted, total
from services.accounting.rules.figures.dataflows import FLOWS
from services.accounting.rules.figures.figures import Figure, Query, TooMany
from services.accounting.rules.figures.units import PERSONS, unit_of
from services.accounting.rules.spans import span

LIMIT: Final = 100_000  # figures of evidence: countries, years and kinds
EVERYWHERE: Final = "_T"
FINAL: Final = "A"
_ENDING_STAYS: Final = ("EMI", "EMI_SHORT", "EMI_UNDETERMINED")
"""By U98: departures that end a stay of 12 months, of 3 months, of a length that is not known."""
TENTH: Final = Decimal("0.1")

Counts = Mapping[tuple[str, str], Mapping[tuple[str, str], int]]
"""By indicator and method: persons by country and year."""


class YearOfEstimates(NamedTuple):
    """What is said of a concept in a year, by country."""

    concept: str
    year: str
    pairs: Mapping[str, TwoCounts]
    by_country: Mapping[str, Estimate]


async def adjusted_figures(connection: asyncpg.Connection, query: Query, limit: int) -> list[Figure]:
    """Every estimate that the query wants. Raises TooMany, and what counting the evidence raises."""
    asked = {each.source for each in wanted(query) if isinstance(each.source, Adjusted)}
    found = []
    for each in await estimates(connection, {source.concept for source in asked}):
        if query.covers(*span(each.year)):
            found += [figure for figure in _figures(each) if query.wants(figure.key)]
    if len(found) > limit:
        raise TooMany
    return found


async def estimates(connection: asyncpg.Connection, concepts: set[str]) -> list[YearOfEstimates]:
    """Of each concept and year of which there is any evidence."""
    chosen = {name: concept for name, concept in CONCEPTS.items() if name in concepts}
    counts = await _counts(connection, chosen)
    stays = await _stays(connection) if any(concept.flow for concept in chosen.values()) else {}
    found = []
    for name, concept in chosen.items():
        years = {year for at in (*concept.own, *concept.mirror) for _, year in counts.get(at, {})}
        for year in sorted(years):
            pairs = _pairs(concept, counts, year)
            seed = f"{name}.{year}"
            by_country = adjusted(pairs, int(year), seed, flow=concept.flow, stays=stays)
            if everywhere := total(by_country, pairs):
                by_country[EVERYWHERE] = everywhere
            found.append(YearOfEstimates(name, year, pairs, by_country))
    return found


async def _stays(connection: asyncpg.Connection) -> dict[str, StaysAbroad]:
    """Citizens' departures by the country that they left for, in the years of which all are decided: emigrations by
    M1216R among those for 90 days and more, which U98 counts by the stay that each of them ends."""
    long = await _departures(connection, "M1216R", ("EMI",))
    all = await _departures(connection, "U98", _ENDING_STAYS)
    decided = {year for _, year in long}
    found: dict[str, list[int]] = {}
    for (country, year), count in all.items():
        if year in decided and not country.startswith("_"):
            emigrated = min(count, long.get((country, year), 0))
            seen = found.setdefault(country, [0, 0])
            found[country] = [seen[0] + emigrated, seen[1] + count - emigrated]
    return {country: StaysAbroad(*each) for country, each in found.items()}


async def _departures(connection: asyncpg.Connection, method: str, codes: Sequence[str]) -> dict[tuple[str, str], int]:
    """Final counts of citizens' departures by country and year."""
    totals, home, citizens = frozenset([EVERYWHERE]), frozenset(["KZ"]), frozenset(["KAZ"])
    places = (home, None, citizens, totals, totals, totals)
    asked = Query(FLOWS["DF_FLOW"], (frozenset("A"), frozenset(codes), frozenset([method]), *places))
    found: dict[tuple[str, str], int] = {}
    for figure in await flow_figures(connection, asked, LIMIT):
        if figure.status == FINAL:
            at = figure.key[4], figure.period
            found[at] = found.get(at, 0) + int(figure.value)
    return found


async def _counts(connection: asyncpg.Connection, concepts: Mapping[str, Concept]) -> Counts:
    series = {at for concept in concepts.values() for at in (*concept.own, *concept.mirror)}
    codes, methods = (frozenset(names) for names in zip(*series, strict=True))
    query = Query(FLOWS[FLOW], (frozenset("A"), codes, methods, None))
    figures = await evidence_figures(connection, query, LIMIT)
    figures += [row.figure for row in await published_rows.rows(connection, query) if query.wants(row.figure.key)]
    counts: dict[tuple[str, str], dict[tuple[str, str], int]] = {}
    for figure in figures:
        _, code, method, country = figure.key
        counts.setdefault((code, method), {})[country, figure.period] = int(figure.value)
    return counts


def _pairs(concept: Concept, counts: Counts, year: str) -> dict[str, TwoCounts]:
    def said(series: tuple[tuple[str, str], ...], country: str) -> int | None:
        return next((found for at in series if (found := counts.get(at, {}).get((country, year)))), None)

    found = {
        country
        for at in (*concept.own, *concept.mirror)
        for country, period in counts.get(at, {})
        if period == year and not country.startswith("_")
    }
    return {country: TwoCounts(said(concept.own, country) or 0, said(concept.mirror, country)) for country in found}


def _figures(found: YearOfEstimates) -> Iterator[Figure]:
    def figure(suffix: str, country: str, value: float, error: float | None, comment: str) -> Figure:
        code = f"{found.concept}_{suffix}"
        unit = unit_of(FLOW, code)
        return Figure(
            ("A", code, METHOD, country),
            found.year,
            round(value) if unit == PERSONS else Decimal(value).quantize(TENTH),
            "E",
            unit,
            public=False,
            std_error=None if error is None else Decimal(error).quantize(TENTH),
            comment=comment,
        )

    for country, each in found.by_country.items():
        said = told(each, found.pairs.get(country))
        yield figure(SUFFIXES["adjusted"], country, each.value, each.std_error, said)
        yield figure(SUFFIXES["definition"], country, each.definition, None, said)
        yield figure(SUFFIXES["undercount"], country, each.undercount, each.std_error, said)
        if each.value:
            share = 100 * each.own / each.value
            yield figure(SUFFIXES["share"], country, share, share * each.std_error / each.value, said)


def told(estimate: Estimate, pair: TwoCounts | None) -> str:
    """How an estimate was made, with its numbers."""
    factor = _factor(estimate)
    interval = f"; 95 %: {estimate.low:.0f} to {estimate.high:.0f}"
    if estimate.by:
        by = estimate.by
        share = f"{by.share:.4f} ({by.low:.4f} to {by.high:.4f}, 95 %) over {', '.join(by.hosts)}"
        one_less = f"; leaving out one of them {min(by.without.values()):.4f} to {max(by.without.values()):.4f}"
        return f"own {estimate.own} / U {share}{one_less}{factor}{interval}"
    if estimate.basis == "mirror" and pair:
        return f"mirror {pair.mirror} of a trusted host beside own {estimate.own}{factor}{interval}"
    return f"sum of the countries beside own {estimate.own}{factor}{interval}"


def _factor(estimate: Estimate) -> str:
    if estimate.assumed:
        return ", duration factor not known, 1 assumed"
    if estimate.duration and estimate.duration.basis == "border":
        return f", duration factor {estimate.duration.factor:.3f} by our border"
    return ""
