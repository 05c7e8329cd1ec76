"""A figure beside the truth: its error, and beside it the error of the count of the one register used today."""

from collections.abc import Iterable, Sequence
from math import sqrt
from statistics import NormalDist
from typing import NamedTuple

from tests.accuracy.said import Observation

_95 = NormalDist().inv_cdf(0.975)  # standard errors on either side


class Compared(NamedTuple):
    """One measure in one period. `figure` and `naive` are None where nothing is published or counted; `status` is the
    figure's OBS_STATUS, `low` and `high` its 95 % interval where it says one."""

    measure: str
    period: str
    truth: int
    figure: float | None
    status: str
    naive: float | None
    low: float | None = None
    high: float | None = None

    @property
    def error(self) -> float | None:
        """Relative error of the figure; None where there is nothing to compare."""
        return _relative(self.figure, self.truth)

    @property
    def naive_error(self) -> float | None:
        return _relative(self.naive, self.truth)

    @property
    def covered(self) -> bool | None:
        """Whether the interval holds the truth."""
        return None if self.low is None or self.high is None else self.low <= self.truth <= self.high


def of_observation(measure: str, period: str, truth: int, said: Observation | None, naive: float | None) -> Compared:
    """What is said of a period, if anything, with the interval that its standard error makes."""
    if said is None:
        return Compared(measure, period, truth, None, "", naive)
    margin = None if said.error is None else _95 * said.error
    low, high = (None, None) if margin is None else (said.value - margin, said.value + margin)
    return Compared(measure, period, truth, said.value, said.status, naive, low, high)


class Summary(NamedTuple):
    """Of one measure over its periods: mean relative error (bias), root mean square of it, share of intervals that hold
    the truth; each None where nothing says it."""

    measure: str
    status: str
    periods: int
    bias: float | None
    error: float | None
    naive_bias: float | None
    naive_error: float | None
    coverage: float | None


def summed(compared: Iterable[Compared]) -> list[Summary]:
    """One summary per measure and status, in the order in which they come."""
    groups: dict[tuple[str, str], list[Compared]] = {}
    for each in compared:
        groups.setdefault((each.measure, each.status), []).append(each)
    return [_summary(measure, status, own) for (measure, status), own in groups.items()]


def _summary(measure: str, status: str, own: Sequence[Compared]) -> Summary:
    errors = [each.error for each in own if each.error is not None]
    naive = [each.naive_error for each in own if each.naive_error is not None]
    covered = [each.covered for each in own if each.covered is not None]
    coverage = sum(covered) / len(covered) if covered else None
    return Summary(
        measure, status, len(own), _mean(errors), _root_mean_square(errors),
        _mean(naive), _root_mean_square(naive), coverage,
    )  # fmt: skip


def _relative(value: float | None, truth: int) -> float | None:
    return None if value is None or not truth else (value - truth) / truth


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def _root_mean_square(values: Sequence[float]) -> float | None:
    return sqrt(sum(value * value for value in values) / len(values)) if values else None
