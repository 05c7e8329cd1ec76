"""The residency index in plain Python: one person, one month after the other, to be read beside 5.4b of the method."""

from collections.abc import Sequence
from typing import NamedTuple

from services.accounting.rules.estimates.signs import FirstSide, Group, Months, SignKind, Weights


class Sign(NamedTuple):
    month: int
    kind: SignKind
    region: int


class Month(NamedTuple):
    """`value`: the index; `region` 0: no sign has named one."""

    value: float
    resident: bool
    region: int


def reckon(signs: Sequence[Sign], group: Group, side: FirstSide, months: Months, weights: Weights) -> list[Month]:
    """What each month is by the signs until then."""
    index = float(weights.initial[group, side])
    resident = index >= weights.enter
    found = []
    for month in range(months.first, months.beyond):
        own = [sign for sign in signs if sign.month == month]
        index = min(1.0, max(0.0, weights.decay * index + sum(weights.weight[group, sign.kind] for sign in own)))
        resident = index >= (weights.leave if resident else weights.enter)
        found.append(Month(index, resident, _region([sign for sign in signs if sign.month <= month], month, weights)))
    return found


def _region(signs: Sequence[Sign], month: int, weights: Weights) -> int:
    score: dict[int, float] = {}
    for sign in signs:
        weight = weights.place[sign.kind] * weights.place_decay ** (month - sign.month)
        if sign.region and weight > 0:
            score[sign.region] = score.get(sign.region, 0.0) + weight
    return min(score, key=lambda region: (-round(score[region], 9), region), default=0)
