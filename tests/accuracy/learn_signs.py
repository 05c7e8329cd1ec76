"""`python -m tests.accuracy.learn_signs COUNTRY... --held-out COUNTRY...`: learns the model of the residency index.

Each COUNTRY is a folder that `make simulate` has written. Weights, decay and hysteresis are searched one after the
other on grids, for the least mean square of what the index says of every person and month beside the truth; judged on
the countries held out, which no number was chosen on. Prints the model file (sign_model.toml), with its error.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from services.accounting.rules.estimates.sign_model import SignModel, written
from services.accounting.rules.estimates.signs import FirstSide, Group, Index, SignKind, Weights, reckon
from shared import clock
from tests.accuracy.signs import Country, country
from tests.accuracy.truth import read

_WEIGHTS = (-1.0, -0.7, -0.5, -0.35, -0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0)
_DECAYS = (0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 1.0)
_INITIAL = (0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 1.0)
_PLACES = (0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0)
_LINES = tuple(round(0.05 * step, 2) for step in range(2, 19))
_SWEEPS = 3

Error = Callable[[Weights], float]


class Judged(NamedTuple):
    """Of persons and months: the mean square of index less truth; how many are said wrongly; how many of the residents
    are said to be in another region than they are, or in none."""

    square: float
    wrong: float
    misplaced: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy.learn_signs", description=__doc__)
    parser.add_argument("countries", nargs="+", type=Path)
    parser.add_argument("--held-out", nargs="+", type=Path, required=True)
    parser.add_argument("--version", required=True)
    asked = parser.parse_args()
    trained = [country(read(folder)) for folder in asked.countries]
    held_out = [country(read(folder)) for folder in asked.held_out]
    weights = learn(trained)
    judgement = judge(weights, held_out)
    names = [" ".join(folder.name for folder in folders) for folders in (asked.countries, asked.held_out)]
    seen = frozenset(SignKind(kind) for each in trained for _, kind in _seen(each))
    print(
        written(
            SignModel(asked.version, clock.today(), names[0], names[1], *judgement, weights, frozenset(SignKind) - seen)
        )
    )


def learn(countries: Sequence[Country]) -> Weights:
    """The weights of the least error on these countries."""
    start = _start()
    weights = start._replace(place=np.zeros_like(start.place))  # no region is asked for, which is most of the work
    for _ in range(_SWEEPS):
        weights = _sweep(weights, lambda tried: judge(tried, countries).square, _index_numbers(countries))
    weights = _sweep(weights, lambda tried: judge(tried, countries).wrong, _lines())
    return _sweep(
        weights._replace(place=start.place), lambda tried: judge(tried, countries).misplaced, _place_numbers(countries)
    )


def judge(weights: Weights, countries: Sequence[Country]) -> Judged:
    """How far the index is from the truth of these countries."""
    found = [(each, reckon(each.signs, each.group, each.side, each.months, weights)) for each in countries]
    return Judged(
        float(np.mean([np.mean((said.value - each.lives) ** 2) for each, said in found])),
        float(np.mean([np.mean(said.resident != each.lives) for each, said in found])),
        float(np.mean([_misplaced(each, said) for each, said in found])),
    )


def _misplaced(country: Country, said: Index) -> float:
    both = said.resident & country.lives
    return float(np.mean(said.region[both] != country.region[both])) if both.any() else 1.0


Change = tuple[Sequence[float], Callable[[Weights, float], Weights]]


def _sweep(weights: Weights, error: Error, changes: Sequence[Change]) -> Weights:
    """Each number in turn at its best, the others as they are; as it is where nothing is better."""
    least = error(weights)
    for grid, change in changes:
        for value in grid:
            tried = change(weights, value)
            if tried.leave <= tried.enter and (found := error(tried)) < least - 1e-9:
                weights, least = tried, found
    return weights


def _index_numbers(countries: Sequence[Country]) -> list[Change]:
    seen = {(group, kind) for each in countries for group, kind in _seen(each)}
    weights = [(_WEIGHTS, _weighing(group, kind)) for group, kind in sorted(seen)]
    initial = [(_INITIAL, _beginning(group, side)) for group in Group for side in FirstSide]
    return [(_DECAYS, lambda now, value: now._replace(decay=value)), *initial, *weights]


def _seen(country: Country) -> Iterator[tuple[int, int]]:
    pairs = np.stack((country.group[country.signs["person"]], country.signs["kind"]), axis=1)
    yield from np.unique(pairs, axis=0).tolist()


def _lines() -> list[Change]:
    return [(_LINES, lambda now, value: now._replace(enter=value)),
            (_LINES, lambda now, value: now._replace(leave=value))] * 2  # fmt: skip


def _place_numbers(countries: Sequence[Country]) -> list[Change]:
    kinds = sorted(
        {int(kind) for each in countries for kind in np.unique(each.signs["kind"][each.signs["region"] > 0])}
    )
    places = [(_PLACES, _placing(kind)) for kind in kinds]
    return [(_DECAYS, lambda now, value: now._replace(place_decay=value)), *places]


def _weighing(group: int, kind: int) -> Callable[[Weights, float], Weights]:
    return lambda now, value: now._replace(weight=_with(now.weight, (group, kind), value))


def _beginning(group: int, side: int) -> Callable[[Weights, float], Weights]:
    return lambda now, value: now._replace(initial=_with(now.initial, (group, side), value))


def _placing(kind: int) -> Callable[[Weights, float], Weights]:
    return lambda now, value: now._replace(place=_with(now.place, kind, value))


def _with(numbers: np.ndarray, place: int | tuple[int, int], value: float) -> np.ndarray:
    changed = numbers.copy()
    changed[place] = value
    return changed


def _start() -> Weights:
    """Before anything is learned: what shows presence speaks for it, what shows absence against."""
    weight = np.zeros((len(Group), max(SignKind) + 1))
    for kind in SignKind:
        away = kind.name.startswith(("EXIT", "DEPARTED", "CONSULAR", "EXPELLED", "STUDY_ABROAD", "CITIZENSHIP"))
        weight[:, kind] = -0.5 if away else 0.35
    weight[:, [SignKind.DEREGISTERED, SignKind.ENDED, SignKind.CHECKED_OUT]] = 0.0
    place = np.full(max(SignKind) + 1, 0.5)
    place[[SignKind.DEPARTED, SignKind.DEREGISTERED, SignKind.ENDED, SignKind.CHECKED_OUT]] = 0.0
    return Weights(0.98, 0.5, 0.4, weight, np.array([[1.0, 0.0, 1.0], [0.5, 0.0, 1.0]]), place, 0.9)


if __name__ == "__main__":
    main()
