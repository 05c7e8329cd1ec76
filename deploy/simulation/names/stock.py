"""The stock of names by people, with the weight of each: namesakes are as frequent as the weights make them.

The files in `stock/` say at their head where their order and weights come from.
"""

import csv
from bisect import bisect
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

_FOLDER = Path(__file__).resolve().parent / "stock"


class Names:
    """Names of one part (surname, stem, male, female) with weights, drawn in logarithmic time."""

    __slots__ = ("_total", "_until", "names")

    def __init__(self, weighted: list[tuple[str, int]]) -> None:
        self.names = [name for name, _ in weighted]
        self._until = list(accumulate(weight for _, weight in weighted))
        self._total = self._until[-1]

    def draw(self, random: Random) -> str:
        """A name by its weight."""
        return self.names[bisect(self._until, random.random() * self._total)]


@cache
def stock(people: str) -> dict[str, Names]:
    """Part -> its names."""
    with (_FOLDER / f"{people}.csv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        parts: dict[str, list[tuple[str, int]]] = {}
        for row in rows:
            parts.setdefault(row["part"], []).append((row["name"], int(row["weight"])))
    return {part: Names(weighted) for part, weighted in parts.items()}
