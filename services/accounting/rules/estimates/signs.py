"""Residency index (METHOD RINDEX): how likely a person lives here in a month, and where, by signs of life in registers.

R(t) = d * R(t-1) + sum over the signs of month t of weight(kind, group), cut to [0, 1]. Who was no resident becomes one
at `enter`, who was one remains so down to `leave` (hysteresis). The region of a month is that of the weightiest recent
signs, each fading by its own decay. Recursion and weights are ours, after Estonia's and Spain's signs of life (5.4b).

A person's result depends on the set of their signs alone: not on their order, on other persons, or on which part of the
persons is reckoned at once. The weights are data: a dated, versioned model (sign_model).
"""

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

SIGN: Final = np.dtype([("person", "<i8"), ("month", "<i4"), ("kind", "u1"), ("region", "u1")])
"""A sign of life: `person` counts from 0 within the persons reckoned at once, `month` from January 1970; `region` is
dimensions.region_code, 0 where the sign names none."""

Signs = npt.NDArray[np.void]


class SignKind(IntEnum):
    """What shows that a person is here, or no longer. A model names its weights by these names."""

    ENTRY_SETTLING = 1  # purpose permanent or family
    ENTRY_WORK = 2  # purpose work or study
    ENTRY_VISIT = 3
    EXIT_SETTLING = 4
    EXIT_WORK = 5
    EXIT_VISIT = 6
    REGISTERED = 7
    TEMPORARY = 8
    DEPARTED = 9
    DEREGISTERED = 10
    RESIDENCE_PERMIT = 11
    WORK_PERMIT = 12
    KANDAS = 13
    ENDED = 14
    NOTICE = 15
    CHECKED_OUT = 16
    STUDY_HERE = 17
    STUDY_ABROAD = 18
    CONSULAR = 19
    VIOLATION = 20
    EXPELLED = 21
    NATURALISED = 22
    CITIZENSHIP_LOST = 23
    HEALTH = 24
    SCHOOL = 25
    PENSION = 26
    TELECOM = 27


KINDS: Final = max(SignKind) + 1


class Group(IntEnum):
    """Of persons whose signs weigh alike."""

    CITIZEN = 0
    FOREIGNER = 1


class FirstSide(IntEnum):
    """What a person's first crossing tells of the time before it."""

    NEVER_CROSSED = 0
    CAME_FIRST = 1
    LEFT_FIRST = 2


class Weights(NamedTuple):
    """A model's numbers: `weight` by group and kind, `initial` index before the first month by group and side, `place`
    what a sign with a region says of the region, by kind."""

    decay: float
    enter: float
    leave: float
    weight: Floats
    initial: Floats
    place: Floats
    place_decay: float


class Months(NamedTuple):
    """The months that are reckoned: `first`, and the first that is not."""

    first: int
    beyond: int


class Index(NamedTuple):
    """By person and month: the index, whether the person is a resident by it, and the region code (0: no sign named
    one yet)."""

    value: npt.NDArray[np.float32]
    resident: npt.NDArray[np.bool_]
    region: npt.NDArray[np.uint8]


def reckon(signs: Signs, group: Ints, side: Ints, months: Months, weights: Weights) -> Index:
    """The index of persons, who have a `group` and a `side` each. Signs before the first month count as of the month
    before it for the region, and not for the index: the initial value stands for them; signs beyond do not count."""
    signs = _ordered(signs[signs["month"] < months.beyond])
    persons, width = len(group), max(0, months.beyond - months.first)
    index, resident = np.zeros((persons, width), np.float32), np.zeros((persons, width), np.bool_)
    value = weights.initial[group, side].astype(np.float64)
    lives = value >= weights.enter
    added = _added(signs, group, months, weights)
    for month in range(width):
        value = np.clip(weights.decay * value + added[:, month], 0.0, 1.0)
        lives = np.where(lives, value >= weights.leave, value >= weights.enter)
        index[:, month], resident[:, month] = value, lives
    return Index(index, resident, _regions(signs, persons, months, weights))


def _ordered(signs: Signs) -> Signs:
    """In one order, whatever they came in: sums of floats depend on it."""
    return signs[np.lexsort((signs["region"], signs["kind"], signs["month"], signs["person"]))]


def _added(signs: Signs, group: Ints, months: Months, weights: Weights) -> Floats:
    """What each month's signs add to each person's index."""
    width = max(0, months.beyond - months.first)
    within = signs[signs["month"] >= months.first]
    place = within["person"] * width + (within["month"] - months.first)
    weight = weights.weight[group[within["person"]], within["kind"]]
    summed: Floats = np.bincount(place, weight, minlength=len(group) * width).astype(np.float64)
    return summed.reshape(len(group), width)


def _regions(signs: Signs, persons: int, months: Months, weights: Weights) -> npt.NDArray[np.uint8]:
    """The region of the weightiest recent signs; of equal ones, that with the least code."""
    width = max(0, months.beyond - months.first)
    placed = signs[(signs["region"] != 0) & (weights.place[signs["kind"]] > 0)]
    codes = np.unique(placed["region"])
    found = np.zeros((persons, width), np.uint8)
    if not len(codes):
        return found
    column = np.searchsorted(codes, placed["region"])
    earlier = np.maximum(0, months.first - 1 - placed["month"])  # months by which those before the first have faded
    weight = weights.place[placed["kind"]] * weights.place_decay**earlier
    month = np.maximum(placed["month"], months.first - 1)
    order = np.argsort(month, kind="stable")
    starts = np.searchsorted(month[order], np.arange(months.first - 1, months.beyond + 1))
    score = np.zeros((persons, len(codes)))
    for number in range(-1, width):
        now = order[starts[number + 1] : starts[number + 2]]
        score *= weights.place_decay
        np.add.at(score, (placed["person"][now], column[now]), weight[now])
        if number >= 0:
            best = score.argmax(axis=1)
            found[:, number] = np.where(score[np.arange(persons), best] > 0, codes[best], 0)
    return found


def moves(index: Index) -> npt.NDArray[np.bool_]:
    """By person and month: whether the region is another than the month before, of a resident in both."""
    moved = np.zeros(index.resident.shape, np.bool_)
    known = (index.region[:, 1:] != 0) & (index.region[:, :-1] != 0)
    both = index.resident[:, 1:] & index.resident[:, :-1]
    moved[:, 1:] = known & both & (index.region[:, 1:] != index.region[:, :-1])
    return moved


def stock_error(spread: float, stock: float, relative: float) -> float:
    """Standard error of a stock, in persons: `spread`, the sum of p(1 - p) over persons whose index is p, and that by
    which the model is wrong of everybody alike, `relative` to the stock."""
    return float(np.hypot(np.sqrt(spread), relative * stock))
