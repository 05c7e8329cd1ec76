"""`make calibration TRUTH=<folder>`: a simulated country beside the published figures to which it is calibrated.

One row for a share of a kind along a dimension, in per cent of the heads of its households (of all members where
`features.OF_ALL` says so), and one for what is published of a kind for a year, in persons at full scale.
"""

import argparse
import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from deploy.simulation import calibration, features, truth
from deploy.simulation.calibration import KINDS, Plan
from deploy.simulation.life import Kind, Life

_COLUMNS = ("kind", "dimension", "code", "published", "simulated", "lives")


class Row(NamedTuple):
    """`published` and `simulated` in per cent, or persons where the dimension is `year`; `lives` are those counted."""

    kind: str
    dimension: str
    code: str
    published: float
    simulated: float
    lives: int


@dataclass
class Tally:
    """What the lives of a country tell, counted as they go by, household by household."""

    plan: Plan
    observed: Counter[tuple[Kind, str, str]] = field(default_factory=Counter)
    expected: defaultdict[tuple[Kind, str, str], float] = field(default_factory=lambda: defaultdict(float))
    told: Counter[tuple[Kind, str]] = field(default_factory=Counter)
    years: Counter[tuple[Kind, int]] = field(default_factory=Counter)
    _household: int = -1

    def count(self, lives: Iterable[Life]) -> None:
        for life in lives:
            self.years.update((life.kind, day.year) for day in features.counted(life))
            whole = features.is_whole(life) and len(life.stays) > 1
            head = whole and life.household != self._household
            self._household = life.household if head else self._household
            for dimension in features.dimensions(life.kind):
                if head or (dimension in features.OF_ALL and whole):
                    self._tell(life, dimension)

    def _tell(self, life: Life, dimension: str) -> None:
        found, shares = features.told(life, dimension)
        if found is None:
            return
        self.told[life.kind, dimension] += 1
        self.observed[life.kind, dimension, found] += 1
        for code, share in shares.items():
            self.expected[life.kind, dimension, code] += share

    def rows(self) -> Iterator[Row]:
        """Years first, then shares, kind by kind."""
        for kind in KINDS:
            for year in range(self.plan.start.year + 1, self.plan.through.year):
                weight = calibration.sampling(kind) * self.plan.scale
                lives = self.years[kind, year]
                yield Row(kind, "year", str(year), calibration.published(kind, year), round(lives / weight), lives)
        for (kind, dimension, code), expected in self.expected.items():
            told, found = self.told[kind, dimension], self.observed[kind, dimension, code]
            yield Row(kind, dimension, code, round(100 * expected / told, 1), round(100 * found / told, 1), found)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make calibration", description=__doc__)
    parser.add_argument("truth", type=Path, help="the folder that make simulate has written")
    folder = parser.parse_args().truth
    country = truth.about(folder)
    tally = Tally(Plan(country.people, country.start, country.through))
    tally.count(truth.lives(folder))
    rows = list(tally.rows())
    with (folder / "calibration.csv").open("w", newline="") as file:
        csv.writer(file).writerows([_COLUMNS, *rows])
    print(f"{'kind':<18}{'dimension':<14}{'code':<22}{'published':>12}{'simulated':>12}{'lives':>8}")
    for row in rows:
        print(f"{row.kind:<18}{row.dimension:<14}{row.code:<22}{row.published:>12,}{row.simulated:>12,}{row.lives:>8,}")
    print(f"\n{folder}/calibration.csv; each published figure's source: deploy/simulation/targets.csv")


if __name__ == "__main__":
    main()
