"""The stock of names by people, with the weight of each: namesakes are as frequent as the weights make them.

The files in `stock/` say at their head where their order and weights come from.
"""

import csv
from bisect import bisect
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Final

_FOLDER = Path(__file__).resolve().parent / "stock"
_COMPOSED: Final = "*"


class Names:
    """Names of one part (surname, stem, male, female) with weights, drawn in logarithmic time.

    The name `*` stands for the many rarer ones: it is composed of a front and a back, as such names are made.
    """

    __slots__ = ("_backs", "_fronts", "_total", "_until", "names")

    def __init__(self, weighted: list[tuple[str, int]], fronts: list[str], backs: list[str]) -> None:
        self._fronts, self._backs = fronts, backs
        self.names = [name for name, _ in weighted]
        self._until = list(accumulate(weight for _, weight in weighted))
        self._total = self._until[-1]

    def draw(self, random: Random) -> str:
        """A name by its weight."""
        found = self.names[bisect(self._until, random.random() * self._total)]
        if found != _COMPOSED:
            return found
        chance = random.random() * len(self._fronts)
        front = int(chance)
        return self._fronts[front] + self._backs[int((chance - front) * len(self._backs))]


@cache
def stock(people: str) -> dict[str, Names]:
    """Part -> its names."""
    with (_FOLDER / f"{people}.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        parts: dict[str, list[tuple[str, int]]] = {}
        for row in rows:
            parts.setdefault(row["part"], []).append((row["name"], int(row["weight"])))
    return {
        part: Names(weighted, _names(parts, f"{part}_front"), _names(parts, f"{part}_back"))
        for part, weighted in parts.items()
        if "_" not in part
    }


def _names(parts: dict[str, list[tuple[str, int]]], part: str) -> list[str]:
    return [name for name, _ in parts.get(part, ())]
