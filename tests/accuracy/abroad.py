"""Citizens abroad as estimated from our register and the hosts' figures (DF_EMIGRATION, ADJUSTED), beside the truth.

By host country and for all of them together; the naive count is our own register's. Of flows the truth is who truly
emigrated by the 12/16-month rule. All hosts together have no figure where one of them has none: beside it stands the
sum of those that have one, without an interval, against the truth of the same hosts.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, NamedTuple

from tests.accuracy.compared import Compared, of_observation
from tests.accuracy.counted import Accounting
from tests.accuracy.said import Observation
from tests.accuracy.truth import Truth

EVERYWHERE: Final = "_T"
NAMED: Final = ("RUS", "KOR", "DEU")
"""Hosts that are judged by themselves: in others a simulated country has a handful of citizens."""

Series = Mapping[tuple[str, str], Observation]


class _Concept(NamedTuple):
    """`code` is estimated; `own` is our register's series of it."""

    name: str
    code: str
    own: str
    purpose: str
    """Of a stock: what the stay is for; "" for a flow."""


CONCEPTS: Final = (
    _Concept("citizens working abroad", "WORKING", "CONSULAR_WORKING.REGISTER", "work"),
    _Concept("citizens studying abroad", "STUDYING", "CONSULAR_STUDYING.REGISTER", "study"),
    _Concept("emigrants", "EMIGRANTS", "DEREGISTERED.COUPON", ""),
)


def abroad(truth: Truth, accounting: Accounting) -> Iterator[Compared]:
    """Every concept by host and year."""
    for concept in CONCEPTS:
        series = f"A.{concept.code}_ADJUSTED.ADJUSTED."
        said = accounting.along("DF_EMIGRATION", series, "PARTNER")
        today = accounting.along("DF_EMIGRATION", f"A.{concept.own}.", "PARTNER")
        for year in truth.years():
            yield from _of_year(concept, year, _there(truth, concept.purpose, year), said, today)


def _of_year(concept: _Concept, year: int, true: Counter[str], said: Series, today: Series) -> Iterator[Compared]:
    period = str(year)
    for country in NAMED:
        if true[country]:
            own = _value(today, country, period)
            name = f"{concept.name}, {country}, adjusted"
            yield of_observation(name, period, true[country], said.get((country, period)), own)
    own = sum(_value(today, country, period) for country in true)
    name = f"{concept.name}, adjusted"
    yield of_observation(name, period, true.total(), said.get((EVERYWHERE, period)), own)
    judged = [country for country in true if (country, period) in said]
    whole = sum(true[country] for country in judged)
    figure = Observation(sum(said[country, period].value for country in judged), "E", None) if judged else None
    own = sum(_value(today, country, period) for country in judged)
    yield of_observation(f"{concept.name}, hosts that have an estimate", period, whole, figure, own)


def _value(series: Series, country: str, period: str) -> float:
    found = series.get((country, period))
    return found.value if found else 0.0


def _there(truth: Truth, purpose: str, year: int) -> Counter[str]:
    return truth.abroad(purpose, date(year, 12, 31)) if purpose else truth.emigrants(year)
