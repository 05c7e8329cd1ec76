"""The cell key method: what is published of a count (5-method 5.6, decision 0073).

Every person has a record key, 64 random-looking bits that a secret gives; the key of a cell is the sum, modulo 2^64, of
the keys of what it counts. A table of perturbation gives for a count and a cell's key the noise that is added. So the
same persons have the same noise in every table, on every path and in every release, and who differs by one of them has
another, of which it tells nothing.

The table is the one of maximum entropy among those that keep every count's mean, have the variance V, move nothing by
more than D, and publish neither a negative count nor any of 1 to JS; nobody stays nobody. (Marley and Leaver 2011,
"A method for confidentialising user-defined tables"; Giessing 2016, "Computational issues in the design of transition
probabilities and disclosure risk estimation for additive noise"; the R package ptable makes it the same way.)
"""

import hmac
from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from itertools import accumulate
from math import exp
from typing import Final, NamedTuple

MOST: Final = 4
"""D: no published count is further from what was counted."""
VARIANCE: Final = 2
"""V: of the noise."""
WITHHELD: Final = 2
"""js: no count of 1 to this is published."""
WHOLE: Final = 1 << 64
"""Keys of records and of cells are below it."""

_MILLION: Final = 1_000_000
"""Probabilities are whole millionths: a table that no processor's rounding changes."""
_STEPS: Final = 200

Noise = tuple[tuple[int, int], ...]
"""Noise, ascending, and its probability in millionths, which add up to a million."""


class Table(NamedTuple):
    """For each small count its noise, and what is published of larger counts by the last. `of` 0 is always 0."""

    rows: tuple[Noise, ...]

    def noise(self, count: int, key: int) -> int:
        """What is added to a count above 0 whose cell has a key."""
        row = self.rows[min(count, len(self.rows)) - 1]
        at = bisect_right([*accumulate(share for _, share in row)], key % WHOLE * _MILLION // WHOLE)
        return row[at][0]

    def published(self, count: int, key: int) -> int:
        """What everybody may read of a count. One below 0, which counts nobody, is treated as its opposite."""
        if count == 0:
            return 0
        return count + self.noise(count, key) if count > 0 else count - self.noise(-count, key)


def record_key(secret: bytes, person: int) -> int:
    """The key of a person's records, by the person's pseudonym (a signed number of 64 bits)."""
    return int.from_bytes(hmac.digest(secret, person.to_bytes(8, "big", signed=True), "sha256")[:8], "big")


def rounded(estimate: int) -> int:
    """What is published of an estimate, which counts nobody: one that would read as a small count is none, or the
    smallest that is published."""
    if not 0 < abs(estimate) <= WITHHELD:
        return estimate
    nearest = WITHHELD + 1 if 2 * abs(estimate) > WITHHELD + 1 else 0
    return nearest if estimate > 0 else -nearest


@cache
def table() -> Table:
    """The table by which releases are made."""
    return Table(tuple(_noise_of(count) for count in range(1, MOST + WITHHELD + 2)))


def _noise_of(count: int) -> Noise:
    """The noise of a count, the same for all from MOST + WITHHELD + 1 on."""
    allowed = [noise for noise in range(-MOST, MOST + 1) if count + noise == 0 or count + noise > WITHHELD]
    return _in_millionths(_of_least_variance(allowed) or _of_most_entropy(allowed))


def _of_least_variance(allowed: Sequence[int]) -> dict[int, float] | None:
    """The only distribution with mean 0 and the variance where the variance is the least possible: two neighbours
    around 0 whose product is -VARIANCE. None where more is possible."""
    below, above = max(each for each in allowed if each <= 0), min(each for each in allowed if each >= 0)
    if -below * above != VARIANCE:
        return None
    return {below: above / (above - below), above: -below / (above - below)}


def _of_most_entropy(allowed: Sequence[int]) -> dict[int, float]:
    """p(noise) proportional to exp(a noise + b noise^2), with a and b such that mean and variance are as they must be:
    Newton's method on the dual, which is convex."""
    a, b = 0.0, -0.25
    for _ in range(_STEPS):
        weights = [exp(a * each + b * each * each) for each in allowed]
        whole = sum(weights)
        moments = [
            sum(w * float(each) ** power for w, each in zip(weights, allowed, strict=True)) / whole
            for power in range(5)
        ]
        _, mean, square, cube, fourth = moments
        off_mean, off_square = -mean, VARIANCE - square
        one, both, other = square - mean**2, cube - mean * square, fourth - square**2
        determinant = one * other - both * both
        step_a = (off_mean * other - off_square * both) / determinant
        step_b = (off_square * one - off_mean * both) / determinant
        damping = min(1.0, 0.5 / max(abs(step_a), abs(step_b), 1e-12))
        a, b = a + damping * step_a, b + damping * step_b
    weights = [exp(a * each + b * each * each) for each in allowed]
    return {each: weight / sum(weights) for each, weight in zip(allowed, weights, strict=True)}


def _in_millionths(shares: dict[int, float]) -> Noise:
    """What rounding leaves over goes to the likeliest."""
    found = {noise: round(share * _MILLION) for noise, share in sorted(shares.items())}
    found[max(found, key=lambda noise: found[noise])] += _MILLION - sum(found.values())
    return tuple((noise, share) for noise, share in found.items() if share)
