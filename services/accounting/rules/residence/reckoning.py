"""From packed histories to outcomes: the one way by which a batch's touched persons and a whole rebuild are counted."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.residence.history import Crossings, Evidence
from services.accounting.rules.residence.initial import initial_status, registered_status, stated_status
from services.accounting.rules.residence.outcome import NOT_KNOWN, Migration, States, migration
from services.accounting.rules.residence.region import RegionEvidence
from services.accounting.rules.residence.residence import M1216, NEVER, Classified, Rule, classify

Ints = npt.NDArray[np.int64]


class Coverage(NamedTuple):
    """What the border feed declares of itself, in days since 1970: its first day, and the first day it does not cover.

    Never taken from the newest record or the clock. Until the feed has declared anything, nothing is observed.
    """

    register_start: int
    obs_end: int


UNDECLARED: Final = Coverage(register_start=NEVER, obs_end=0)


def is_less(coverage: Coverage, *, than: Coverage) -> bool:
    """Whether it lacks a day that the other has."""
    return coverage.register_start > than.register_start or coverage.obs_end < than.obs_end


class Reckoned(NamedTuple):
    """New `state` and `region` of each crossing, and the `due` day of each person (residence.NEVER: none)."""

    states: States
    regions: npt.NDArray[np.uint8]
    due: Ints


def classify_people(
    crossings: Crossings,
    lengths: Ints,
    evidence: Evidence,
    evidence_lengths: Ints,
    coverage: Coverage,
    rule: Rule = M1216,
) -> Reckoned:
    """Classify the crossings of many persons and place their migrations.

    Both record arrays hold the persons one after the other in the same order, each person's records arranged
    (history.arrange_*); both lengths have one number per person, which may be 0. Changes nothing in place.
    """
    evidence_owner = np.repeat(np.arange(len(lengths)), evidence_lengths)
    initial = initial_of(crossings, lengths, evidence_owner, evidence, coverage.register_start, rule)
    arrival = crossings["arrival"].astype(np.bool_)
    classified = classify(lengths, crossings["day"], arrival, initial, coverage.obs_end, rule)
    regions = _regions(
        np.repeat(np.arange(len(lengths)), lengths),
        crossings,
        classified,
        RegionEvidence(evidence_owner, evidence),
        rule,
    )
    return Reckoned(classified.states, regions, classified.due)


def initial_of(
    crossings: Crossings,
    lengths: Ints,
    evidence_owner: Ints,
    evidence: Evidence,
    register_start: int,
    rule: Rule = M1216,
) -> npt.NDArray[np.uint8]:
    """Each person's status before the first crossing: 1, 0 or NOT_KNOWN."""
    travels = np.flatnonzero(lengths)
    first = (np.cumsum(lengths) - lengths)[travels]
    first_day, first_arrival = np.full(len(lengths), NEVER, np.int64), np.zeros(len(lengths), np.bool_)
    first_day[travels], first_arrival[travels] = crossings["day"][first], crossings["arrival"][first]
    stated = stated_status(len(lengths), np.repeat(np.arange(len(lengths)), lengths), crossings)
    registered = registered_status(len(lengths), evidence_owner, evidence, first_day)
    known = np.where(stated == NOT_KNOWN, registered, stated)
    return initial_status(first_day, first_arrival, known, register_start, rule)


def _regions(
    person: Ints, crossings: Crossings, classified: Classified, evidence: RegionEvidence, rule: Rule
) -> npt.NDArray[np.uint8]:
    regions = np.zeros(len(crossings), np.uint8)
    placed = np.flatnonzero(migration(classified.states) != Migration.NO)
    day, arrival = crossings["day"][placed].astype(np.int64), crossings["arrival"][placed].astype(np.bool_)
    regions[placed] = evidence.of(person[placed], day, arrival, rule)
    return regions
