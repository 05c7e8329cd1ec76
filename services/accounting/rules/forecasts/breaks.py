"""Where a series breaks: its level of a year moves by more than all of its past makes likely.

The change of a year's mean against the year before is the mean error of a seasonal naive forecast made a year ago. A
month is flagged where that error is beyond LIMIT times the largest of three scales: the root mean square of the same
errors of earlier origins that were known then and are not flagged themselves; what changes of single months would make
of a mean of twelve, were they independent; and the chance of counting. What was flagged teaches nothing, so that a long
break (2020 to 2023) does not become the measure of the next.
"""

from typing import Final

import numpy as np

from services.accounting.rules.forecasts.series import YEAR, Floats

LIMIT: Final = 4.0
"""Standard errors. By a normal distribution one month in 16,000 is beyond; four leaves room for heavier tails."""
PAST: Final = YEAR
"""Origins without which nothing is said: fewer tell no spread."""
TESTED: Final = 2 * YEAR + PAST + YEAR - 1
"""Months of the shortest series of which the rule says anything."""


def breaks(values: Floats) -> list[int]:
    """Positions of the months whose year, up to them, lies beyond the past."""
    if len(values) < TESTED:
        return []
    months = np.arange(2 * YEAR - 1, len(values))
    sums = np.concatenate([[0.0], np.cumsum(values)])
    means = (sums[YEAR:] - sums[:-YEAR]) / YEAR  # of the year that begins at each position
    shifts = means[YEAR:] - means[:-YEAR]
    single = (values[YEAR:] - values[:-YEAR])[YEAR - 1 :]  # of each of `months` against a year before
    flagged = np.zeros(len(months), bool)
    for at in range(YEAR + PAST - 1, len(months)):
        known = np.flatnonzero(~flagged[: at - YEAR + 1])
        if len(known) < PAST:
            continue
        level = abs(float(means[at]))
        scale = max(_rms(shifts[known]), _rms(single[known]) / np.sqrt(YEAR), np.sqrt(2 * level / YEAR))
        flagged[at] = abs(shifts[at]) > LIMIT * scale
    return [int(each) for each in months[flagged]]


def usable_from(flagged: list[int]) -> int:
    """The first position that may be learned from: the newest flagged year is of the new level."""
    return flagged[-1] - YEAR + 1 if flagged else 0


def _rms(values: Floats) -> float:
    return float(np.sqrt(np.mean(values**2)))
