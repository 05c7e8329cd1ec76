"""How good a model was: forecasts from rolling origins of the past, held to what came."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.estimates.backtest import LEVELS
from services.accounting.rules.forecasts.models import Model, Outlook
from services.accounting.rules.forecasts.series import HORIZON, YEAR, Floats

FIRST: Final = 2 * YEAR
"""Months before the first origin."""
STEP: Final = 3
"""Months between origins."""
ORIGINS: Final = 12
"""The newest origins that are judged at most: fits take time."""


class Score(NamedTuple):
    """Of all months that were forecast from all origins: `mase`, the mean absolute error as a share of the seasonal
    naive's in the months before the origin (in-sample seasonal MASE; None where nothing ever changed there), and the
    shares of intervals that held the value, by per cent."""

    origins: int
    months: int
    mase: float | None
    covered: dict[int, float]


def origins(length: int) -> list[int]:
    """How many months of a series of some length were known at each origin, ascending."""
    return list(range(length - STEP, FIRST - 1, -STEP))[:ORIGINS][::-1]


def score(values: Floats, model: Model) -> Score | None:
    """Of a series of LEAST months or more. None where the model could not be fitted at some origin."""
    errors: list[Floats] = []
    held: dict[int, list[npt.NDArray[np.bool_]]] = {level: [] for level in LEVELS}
    asked = origins(len(values))
    for origin in asked:
        before, came = values[:origin], values[origin : origin + HORIZON]
        expected = model(before)
        if expected is None:
            return None
        for level in LEVELS:
            lower, upper = interval(expected, level)
            held[level].append((lower[: len(came)] <= came) & (came <= upper[: len(came)]))
        if scale := float(np.mean(np.abs(before[YEAR:] - before[:-YEAR]))):
            errors.append(np.abs(came - expected.mean[: len(came)]) / scale)
    covered = {level: float(np.mean(np.concatenate(each))) for level, each in held.items()}
    months = sum(map(len, held[80]))
    return Score(len(asked), months, float(np.mean(np.concatenate(errors))) if errors else None, covered)


def interval(expected: Outlook, level: int) -> tuple[Floats, Floats]:
    """The bounds that a level's share of the values lies between, by a normal distribution."""
    reach = LEVELS[level] * expected.error
    return expected.mean - reach, expected.mean + reach
