"""`python -m tests.accuracy.learn_signs COUNTRY... --held-out COUNTRY...`: learns the model of the residency index.

Each COUNTRY is a folder that `make simulate` has written. Weights, decay and hysteresis are searched one after the
other on grids, for the least mean square of what the index says of every person and month beside the truth, beside what
M1216 has finally decided, and beside what M1216R has: a third each. The last year is left out, and judged; so are the
countries held out, which no number was chosen on. Prints the model file (sign_model.toml), with its errors.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from services.accounting.rules.estimates.sign_model import SignErrors, SignModel, written
from services.accounting.rules.estimates.signs import FirstSide, Group, Index, SignKind, Weights, reckon
from shared import clock
from tests.accuracy.signs import Country, country
from tests.accuracy.truth import read

_WEIGHTS = (-1.0, -0.7, -0.5, -0.35, -0.2, -0.1, -0.05, 0.0, 0.05, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0)
_DECAYS = (0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995, 1.0)
_INITIAL = (0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 1.0)
_PLACES = (0.0, 0.1, 0.2, 0.35, 0.5, 0.7, 1.0)
_LINES = tuple(round(0.05 * step, 2) for step in range(2, 19))
_SWEEPS = 3
_LEFT_OUT = 12
"""Months at the end of each training country that nothing is learned on."""
_LEARNED, _HELD_OUT = slice(None, -_LEFT_OUT), slice(-_LEFT_OUT, None)
_ALL = slice(None)

Error = Callable[[Weights], float]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy.learn_signs", description=__doc__)
    parser.add_argument("countries", nargs="+", type=Path)
    parser.add_argument("--held-out", nargs="+", type=Path, required=True)
    parser.add_argument("--version", required=True)
    asked = parser.parse_args()
    trained = [country(read(folder)) for folder in asked.countries]
    held_out = [country(read(folder)) for folder in asked.held_out]
    weights = learn(trained)
    errors = judge(weights, trained, held_out)
    names = [" ".join(folder.name for folder in folders) for folders in (asked.countries, asked.held_out)]
    seen = frozenset(SignKind(kind) for each in trained for _, kind in _seen(each))
    print(
        written(
            SignModel(asked.version, clock.today(), names[0], names[1], errors, weights, frozenset(SignKind) - seen)
        )
    )


def learn(countries: Sequence[Country]) -> Weights:
    """The weights of the least error on these countries."""
    start = _start()
    weights = start._replace(place=np.zeros_like(start.place))  # no region is asked for, which is most of the work
    for _ in range(_SWEEPS):
        weights = _sweep(weights, lambda tried: _square(tried, countries), _index_numbers(countries))
    weights = _sweep(weights, lambda tried: _wrong(tried, countries, _LEARNED), _lines())
    return _sweep(
        weights._replace(place=start.place), lambda tried: _misplaced(tried, countries), _place_numbers(countries)
    )


def judge(weights: Weights, trained: Sequence[Country], held_out: Sequence[Country]) -> SignErrors:
    """How far the index is off."""
    return SignErrors(
        _mean(np.mean((said.value - each.lives) ** 2) for each, said in _said(weights, held_out)),
        _wrong(weights, held_out, _ALL),
        _wrong(weights, trained, _HELD_OUT),
        _wrong_of_finals(weights, held_out, 0),
        _wrong_of_finals(weights, held_out, 1),
        _misplaced(weights, held_out),
        _of_stock(weights, held_out),
    )


def _said(weights: Weights, countries: Sequence[Country]) -> Iterator[tuple[Country, Index]]:
    for each in countries:
        yield each, reckon(each.signs, each.group, each.side, each.months, weights)


def _square(weights: Weights, countries: Sequence[Country]) -> float:
    """Against the truth, and against each method's finals: a third each, of the months that may be learned on."""
    found = []
    for each, said in _said(weights, countries):
        value = said.value[:, _LEARNED]
        found.append(np.mean((value - each.lives[:, _LEARNED]) ** 2))
        for finals in each.finals:
            known = finals.known[:, _LEARNED]
            found.append(np.mean((value[known] - finals.resident[:, _LEARNED][known]) ** 2))
    return _mean(found)


def _wrong(weights: Weights, countries: Sequence[Country], months: slice) -> float:
    said = _said(weights, countries)
    return _mean(np.mean(found.resident[:, months] != each.lives[:, months]) for each, found in said)


def _wrong_of_finals(weights: Weights, countries: Sequence[Country], method: int) -> float:
    pairs = [(each.finals[method], found.resident) for each, found in _said(weights, countries)]
    return _mean(np.mean((said != finals.resident)[finals.known]) for finals, said in pairs)


def _misplaced(weights: Weights, countries: Sequence[Country]) -> float:
    pairs = [(each, said, said.resident & each.lives) for each, said in _said(weights, countries)]
    return _mean(np.mean(said.region[both] != each.region[both]) if both.any() else 1.0 for each, said, both in pairs)


def _of_stock(weights: Weights, countries: Sequence[Country]) -> float:
    ratios = [said.value.sum(axis=0) / each.lives.sum(axis=0) for each, said in _said(weights, countries)]
    return float(np.sqrt(np.mean((np.concatenate(ratios) - 1) ** 2)))


def _mean(values: Iterable[Any]) -> float:
    return float(np.mean(list(values)))


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
