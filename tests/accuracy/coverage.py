"""Interval coverage: how often published intervals hold the truth, and whether they widen where they do not.

`python -m tests.accuracy.coverage one/accuracy.json two/accuracy.json ...` takes the reports of several countries
together and prints a Markdown table. An interval is the figure and its STD_ERROR, taken for normal. Countries of one
mis-specified world stand apart; beside them is how wide their intervals are, as a ratio to those of the undisturbed
country of the same seed and size, where its report is among those given.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import sqrt
from pathlib import Path
from statistics import NormalDist, median
from typing import Any, Final, NamedTuple

from tests.accuracy.compared import Compared

LEVELS: Final = (0.80, 0.95)
HEAD: Final = (
    "world", "measure", "intervals", "80 % hold it", "95 % hold it", "width beside the undisturbed", "truth outside",
    "of which wider", "no longer estimated",
)  # fmt: skip
WIDER: Final = 1.1
"""An interval that is wider by less than a tenth is not called wider."""

_STATED: Final = NormalDist().inv_cdf(0.975)


Size = tuple[object, ...]
Series = tuple[str, str]
"""Measure and period."""


class Country(NamedTuple):
    """A report: which country in which world ("" where nothing is broken), and its comparisons."""

    size: Size
    world: str
    compared: Sequence[Compared]


class Share(NamedTuple):
    """Intervals of a level that hold the truth, of all of them."""

    level: float
    inside: int
    of: int

    @property
    def share(self) -> float:
        return self.inside / self.of

    @property
    def error(self) -> float:
        """Binomial standard error of the share, if the level were true and the intervals independent of each other.
        Those of one country are not quite: take it for the least that it can be."""
        return sqrt(self.level * (1 - self.level) / self.of)

    @property
    def is_as_said(self) -> bool:
        """Whether the share is the level within two of its errors."""
        return abs(self.share - self.level) <= 2 * self.error


class Widths(NamedTuple):
    """Of intervals with one beside them in the undisturbed country: the median ratio of their widths; and of those at
    95 % that the truth falls out of, how many, how many of them are wider than beside, and their median ratio."""

    ratio: float
    outside: int
    wider: int
    ratio_outside: float | None


class Coverage(NamedTuple):
    """Of one measure in one world, over all countries, periods and statuses given. `withdrawn` intervals are said of
    the undisturbed country and not here: who estimates nothing any more has said that it is unsure."""

    world: str
    measure: str
    shares: tuple[Share, ...]
    widths: Widths | None
    withdrawn: int = 0


def shares(compared: Iterable[Compared]) -> dict[str, tuple[Share, ...]]:
    """Measure -> the share of its intervals of each level that hold the truth, of those that have intervals."""
    groups: dict[str, list[Compared]] = {}
    for each in compared:
        if _width(each) is not None:
            groups.setdefault(each.measure, []).append(each)
    return {measure: _shares(own) for measure, own in groups.items()}


def _shares(compared: Iterable[Compared]) -> tuple[Share, ...]:
    given = list(compared)
    return tuple(found for level in LEVELS if (found := share(given, level)))


def share(compared: Iterable[Compared], level: float) -> Share | None:
    """How many intervals of a level hold the truth; None where nothing has an interval."""
    held = [held for each in compared if (held := holds(each, level)) is not None]
    return Share(level, sum(held), len(held)) if held else None


def holds(each: Compared, level: float) -> bool | None:
    """Whether the figure's interval of a level holds the truth; None where it has none."""
    if each.low is None or each.high is None or each.figure is None:
        return None
    narrower = NormalDist().inv_cdf((1 + level) / 2) / _STATED
    off = each.truth - each.figure
    return narrower * (each.low - each.figure) <= off <= narrower * (each.high - each.figure)


def pooled(countries: Iterable[Country]) -> list[Coverage]:
    """Each world's measures that have intervals, or would have them if it were undisturbed; that one first."""
    given = list(countries)
    usual = {each.size: _widths(each) for each in given if not each.world}
    worlds = sorted({each.world for each in given})
    return [found for world in worlds for found in _of_world([each for each in given if each.world == world], usual)]


def _of_world(own: Sequence[Country], usual: Mapping[Size, Mapping[Series, float]]) -> Iterable[Coverage]:
    """Of the countries of one world."""
    beside = {each.size: usual.get(each.size, {}) if each.world else {} for each in own}
    told = [(each, beside[country.size].get(_place(each))) for country in own for each in country.compared]
    told = [(each, width) for each, width in told if _width(each) is not None]
    missing = Counter(measure for each in own for measure, _ in beside[each.size].keys() - _widths(each).keys())
    for measure in dict.fromkeys([*(each.measure for each, _ in told), *sorted(missing)]):
        pairs = [(each, width) for each, width in told if each.measure == measure]
        yield Coverage(own[0].world, measure, _shares(each for each, _ in pairs), _ratios(pairs), missing[measure])


def _ratios(own: Sequence[tuple[Compared, float | None]]) -> Widths | None:
    pairs = [(each, width / usual) for each, usual in own if usual and (width := _width(each)) is not None]
    if not pairs:
        return None
    outside = [ratio for each, ratio in pairs if not holds(each, 0.95)]
    wider = sum(ratio >= WIDER for ratio in outside)
    return Widths(median(ratio for _, ratio in pairs), len(outside), wider, median(outside) if outside else None)


def _widths(country: Country) -> dict[Series, float]:
    return {_place(each): width for each in country.compared if (width := _width(each)) is not None}


def _place(each: Compared) -> Series:
    return each.measure, each.period


def _width(each: Compared) -> float | None:
    """Of the interval of 95 %."""
    return None if each.low is None or each.high is None else each.high - each.low


def read(path: Path) -> Country:
    """A country's report, from its `accuracy.json` or the folder that holds it."""
    told: dict[str, Any] = json.loads((path / "accuracy.json" if path.is_dir() else path).read_text())
    about = told["about"]
    size = tuple(about[name] for name in ("seed", "people", "start", "through"))
    members = Compared._fields
    compared = [Compared(**{name: each[name] for name in members}) for each in told["compared"]]
    return Country(size, about.get("world", ""), compared)


def text(found: Sequence[Coverage]) -> str:
    """A Markdown table, for `docs/accuracy.md`."""
    if not found:
        return "No figure says how sure it is (STD_ERROR): there are no intervals to cover anything."
    return "\n".join([f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}", *map(_row, found)])


def _row(each: Coverage) -> str:
    held = [_held(one) for one in each.shares] or ["-"] * len(LEVELS)
    count = str(each.shares[0].of) if each.shares else "0"
    cells = (each.world or "undisturbed", each.measure, count, *held, *_told(each.widths), str(each.withdrawn or "-"))
    return f"| {' | '.join(cells)} |"


def _held(one: Share) -> str:
    """The share with its error; starred where that does not explain how far it is from what was said."""
    return f"{_percent(one.share)} ± {_percent(one.error)}{'' if one.is_as_said else ' *'}"


def _told(widths: Widths | None) -> tuple[str, str, str]:
    if widths is None:
        return "-", "-", "-"
    there = "" if widths.ratio_outside is None else f" ({widths.ratio_outside:.2f})"
    return f"{widths.ratio:.2f}", str(widths.outside), f"{widths.wider}{there}"


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("%", " %")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy.coverage", description=__doc__)
    parser.add_argument("reports", type=Path, nargs="+", help="accuracy.json of each country, or the folder it is in")
    try:
        print(text(pooled(map(read, parser.parse_args().reports))))
    except FileNotFoundError as missing:
        sys.exit(f"no report there: {missing.filename}")


if __name__ == "__main__":
    main()
