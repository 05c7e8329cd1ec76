"""What a run of the model of open crossings finds: from everybody's records to probabilities, errors and cells."""

from typing import Final, NamedTuple

import numpy as np

from services.accounting.rules.estimates.backtest import Judged, judged_at, models, widening
from services.accounting.rules.estimates.breaks import Break, beyond, broken, no_volumes, volumes_of
from services.accounting.rules.estimates.doubts import Country, Finals, MonthDoubt, doubts, finals_of
from services.accounting.rules.estimates.expected import Awaited, cells
from services.accounting.rules.estimates.groups import OfSize, groups_at, of_sizes
from services.accounting.rules.estimates.losses import NO_GAPS, NO_INFLUENCE, gaps_of, influence_of
from services.accounting.rules.estimates.past import LAGS, Ints, Past, past_of
from services.accounting.rules.estimates.provisional import OpenModel, learn
from services.accounting.rules.estimates.strata import is_arrival, open_crossings
from services.accounting.rules.figures.movements import NO_CELLS, Tally, difference
from services.accounting.rules.persons.people import People
from services.accounting.rules.residence.outcome import Migration
from services.accounting.rules.residence.reckoning import Coverage

_NOTHING: Final = Tally(NO_CELLS, NO_CELLS)


class Findings(NamedTuple):
    """What a run finds."""

    model: OpenModel | None
    judged: list[Judged]
    expected: Tally
    sizes: list[OfSize]
    doubts: list[MonthDoubt]
    breaks: list[Break]


def nobody(covered: Coverage) -> Country:
    """A country without persons."""
    none = Awaited(NO_CELLS, NO_CELLS, NO_CELLS)
    return Country(
        Finals(NO_CELLS, NO_CELLS), Finals(NO_CELLS, NO_CELLS), none, NO_INFLUENCE, NO_GAPS, no_volumes(covered)
    )


def read(people: People, covered: Coverage, months: Ints) -> tuple[Past, Country]:
    """The past of some persons at these vintages, and what else their records tell."""
    opened = open_crossings(people.crossings, people.lengths, people.crossings["state"], covered.obs_end)
    awaited = Awaited.of(people.crossings, opened, covered.obs_end)
    influence, volumes = influence_of(people, covered), volumes_of(people, covered)
    finals, undetermined = (finals_of(people, each) for each in (Migration.YES, Migration.UNDETERMINED))
    country = Country(finals, undetermined, awaited, influence, gaps_of(people), volumes)
    return past_of(people, covered, months), country


def find(past: Past, country: Country) -> Findings:
    """Of everybody. Breaks are told even where the past is too short to learn from."""
    found, awaited = broken(country.volumes), country.awaited
    model = learn(past)
    if model is None:
        return Findings(None, [], _NOTHING, [], [], found)
    judged, groups = list[Judged](), []
    for at, of_then in models(past):
        judged += judged_at(past, at, of_then)
        groups.append(groups_at(past, at, of_then))
    model = model._replace(widening=widening(judged))
    open_now = np.bincount(awaited.lag * 2 + is_arrival(awaited.stratum), minlength=LAGS * 2).reshape(LAGS, 2)
    more, jumps = beyond(country.volumes, past, open_now)
    unsure, by_month = doubts(country, model, found, more)
    expected = cells(awaited, model) if len(awaited.cell) else _NOTHING
    both = Tally(*(np.concatenate(each) for each in zip(expected, unsure, strict=True)))
    sizes = of_sizes(groups, model.widening)
    return Findings(model, judged, difference(_NOTHING, both), sizes, by_month, found + jumps)
