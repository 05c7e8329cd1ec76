"""What lost crossings do to figures, told by the border's own records: leave-one-out influence, to the first order.

Each crossing is left out once and its person classified anew: a visitor without the exit becomes an immigrant, an
immigrant without the entry is missed. How often a crossing is lost the histories tell themselves: of the places between
two crossings of a person some are empty, where two of one direction follow each other. A crossing at the end of a
history is taken to be lost as often as one inside it. No truth, and no other register, is asked.

- Expected: rate / (1 - rate) x what leaving out one such crossing changes, summed; above 0 where more is counted than
  happened. Its variance is the sum of the squares: losses are independent of each other.
- Of many crossings of one person each `FOLDS`-th is left out at once, and each change is that of the nearest one.
"""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.estimates.past import LAGS
from services.accounting.rules.estimates.provisional import Floats, OpenModel
from services.accounting.rules.estimates.strata import open_crossings
from services.accounting.rules.figures.dimensions import country_code
from services.accounting.rules.figures.movements import month_of, places
from services.accounting.rules.persons.people import People
from services.accounting.rules.residence.history import Crossings
from services.accounting.rules.residence.outcome import Migration, States, follows_gap, resolved_migration
from services.accounting.rules.residence.reckoning import Coverage, initial_of
from services.accounting.rules.residence.residence import classify

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FOLDS: Final = 8
KINDS: Final = 4
"""Of crossings that are lost: departure, arrival, of citizens; of others."""
FINAL: Final = -1
"""In the place of a stratum: the verdict is a migration, and final."""


class Influence(NamedTuple):
    """What leaving out crossings changes. A row each: the place and direction of the crossing whose verdict changes;
    its stratum while it is open, else FINAL; months behind the end of observation; kind and month (since 1970) of the
    crossing left out; and how many verdicts the place gains (below 0: loses)."""

    cell: Ints
    arrival: Ints
    stratum: Ints
    lag: Ints
    lost: Ints
    month: Ints
    change: Ints

    def joined(self, others: "Influence") -> "Influence":
        return Influence(*(np.concatenate(each) for each in zip(self, others, strict=True)))

    def values(self, model: OpenModel | None) -> Floats:
        """The migrations that each row stands for: a final verdict is one, an open one its probability."""
        final = self.stratum == FINAL
        likely = np.zeros(len(final)) if model is None else model.probability(np.where(final, 0, self.stratum))
        return np.where(final, 1.0, likely) * self.change


class Gaps(NamedTuple):
    """By kind: crossings that are missing between two others of the same person, and those that are there."""

    missing: Ints
    there: Ints

    def joined(self, others: "Gaps") -> "Gaps":
        return Gaps(self.missing + others.missing, self.there + others.there)

    def odds(self) -> Floats:
        """rate / (1 - rate), half a case added to either side."""
        found: Floats = (self.missing + 0.5) / (self.there + 0.5)
        return found


NO_INFLUENCE: Final = Influence(*(np.zeros(0, np.int64) for _ in Influence._fields))
NO_GAPS: Final = Gaps(np.zeros(KINDS, np.int64), np.zeros(KINDS, np.int64))


def kind_of(crossings: Crossings, arrival: npt.ArrayLike) -> Ints:
    """Kinds of crossings that go in these directions, of whoever crosses."""
    foreign = (crossings["citizen"] != country_code("KAZ")).astype(np.int64)
    found: Ints = foreign * 2 + np.asarray(arrival, np.int64)
    return found


def gaps_of(people: People) -> Gaps:
    """Of these persons."""
    person = people.holder_of_crossing()
    arrival = people.crossings["arrival"].astype(np.int64)
    follows = np.zeros(len(person), np.bool_)
    follows[1:] = person[1:] == person[:-1]
    between = np.zeros(len(person), np.bool_)
    between[:-1] = follows[:-1] & follows[1:]
    missing = follows_gap(people.crossings["state"])
    return Gaps(
        np.bincount(kind_of(people.crossings, 1 - arrival)[missing], minlength=KINDS),
        np.bincount(kind_of(people.crossings, arrival)[between], minlength=KINDS),
    )


def influence_of(people: People, coverage: Coverage) -> Influence:
    """Of every crossing of these persons."""
    seen = people.crossings["day"] < coverage.obs_end
    people = _only(people, seen)
    starts = np.cumsum(people.lengths) - people.lengths
    place = np.arange(len(people.crossings)) - np.repeat(starts, people.lengths)
    usual = _verdicts(people.crossings, people.lengths, people.crossings["state"], coverage.obs_end)
    found = NO_INFLUENCE
    for fold in range(min(FOLDS, int(people.lengths.max(initial=0)))):
        concerned = people.lengths > fold
        own = np.repeat(concerned, people.lengths)
        kept = own & (place % FOLDS != fold)
        rest = _only(people, kept)
        owner = np.repeat(np.arange(len(rest.ids)), rest.evidence_lengths)
        initial = initial_of(rest.crossings, rest.lengths, owner, rest.evidence, coverage.register_start)
        arrival = rest.crossings["arrival"].astype(np.bool_)
        states = classify(rest.lengths, rest.crossings["day"], arrival, initial, coverage.obs_end).states
        without = np.full(len(place), _NONE)
        without[kept] = _verdicts(rest.crossings, rest.lengths, states, coverage.obs_end)
        changed = np.flatnonzero(own & (without != usual))
        nearest = np.rint((place[changed] - fold) / FOLDS).astype(np.int64)
        last = (np.repeat(people.lengths, people.lengths)[changed] - 1 - fold) // FOLDS
        cause = changed - place[changed] + np.clip(nearest, 0, last) * FOLDS + fold
        found = found.joined(_rows(people.crossings, changed, cause, usual, without, coverage))
    return found


_NONE: Final = -2


def _verdicts(crossings: Crossings, lengths: Ints, states: States, obs_end: int) -> Ints:
    """Of each crossing: FINAL, the stratum in which it is open, or _NONE."""
    found = np.where(resolved_migration(states) == Migration.YES, FINAL, _NONE).astype(np.int64)
    opened = open_crossings(crossings, lengths, states, obs_end)
    found[opened.position] = opened.stratum
    return found


def _rows(
    crossings: Crossings, changed: Ints, cause: Ints, usual: Ints, without: Ints, coverage: Coverage
) -> Influence:
    """Two for each verdict that changes, less those that are no migration."""
    twice, causes = np.tile(changed, 2), crossings[np.tile(cause, 2)]
    verdict = np.concatenate((usual[changed], without[changed]))
    change = np.repeat(np.array([-1, 1]), len(changed))
    told = verdict != _NONE
    own, causes = crossings[twice[told]], causes[told]
    last = int(month_of(np.array([coverage.obs_end - 1]))[0])
    return Influence(
        places(own),
        own["arrival"].astype(np.int64),
        verdict[told],
        np.clip(last - month_of(own["day"]), 0, LAGS - 1),
        kind_of(causes, causes["arrival"]),
        month_of(causes["day"]),
        change[told],
    )


def _only(people: People, kept: Flags) -> People:
    """Persons with these crossings alone; nobody is left out."""
    person = np.repeat(np.arange(len(people.ids)), people.lengths)
    lengths = np.bincount(person[kept], minlength=len(people.ids)).astype(np.int64)
    return people._replace(crossings=people.crossings[kept], lengths=lengths)
