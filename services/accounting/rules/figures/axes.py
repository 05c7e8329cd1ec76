"""Between the numbers in the cube's cells and the codes of the dataflows.

A dimension is published at one or more levels (five-year and broad age groups) and as a total; a level puts the cube's
numbers into groups and names each group.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from services.accounting.rules.figures.dataflows import AGES, codes_of
from services.accounting.rules.figures.dimensions import (
    AGE_GROUPS,
    PURPOSES,
    SEXES,
    UNSPECIFIED,
    country_code,
    country_name,
    region_code,
    region_name,
)

NOWHERE: Final = ""
"""The name of a group that is not published on its level: an age that is not specified lies in no broad group."""


@dataclass(frozen=True, slots=True)
class Level:
    """`names[group]` is the code of a group and `groups[number]` the group of a number in the cube. A level without
    lists takes the numbers of countries or regions as they are."""

    names: tuple[str, ...] = ()
    groups: tuple[int, ...] = ()

    def has(self, code: str) -> bool:
        return not self.names or code in self.names


@dataclass(frozen=True, slots=True)
class Axis:
    """A dimension of figures: the cube's field that holds it, its levels, and the code of its total."""

    dimension: str
    field: str
    total: str
    levels: tuple[Level, ...]

    def chosen(self, wanted: frozenset[str] | None) -> tuple[list[Level], bool]:
        """The levels on which the wanted codes lie, and whether the total is wanted; None is every code."""
        if wanted is None:
            return list(self.levels), True
        finer = wanted - {self.total}
        return [level for level in self.levels if any(map(level.has, finer))], self.total in wanted

    def numbers(self, wanted: Iterable[str]) -> list[int]:
        """The numbers in the cube of the wanted codes; a code that the cube never holds (urban parts) has none."""
        return sorted({number for code in wanted for number in self._numbers(code)})

    def groups(self, level: Level, wanted: frozenset[str] | None) -> list[int] | None:
        """The groups of a level that are wanted by their codes; None for all."""
        if wanted is None:
            return None
        return [level.names.index(code) for code in sorted(wanted) if code in level.names] or self.numbers(wanted)

    def name(self, level: Level, group: int) -> str:
        """The code of a group."""
        if level.names:
            return level.names[group]
        return region_name(group) if self.field == "region" else country_name(group)

    def _numbers(self, code: str) -> list[int]:
        for level in self.levels:
            if level.names and code in level.names:
                return [number for number, group in enumerate(level.groups) if level.names[group] == code]
        if code == UNSPECIFIED:
            return [0]
        if self.field == "region":
            return [region_code(code)] if code.isdigit() else []
        return [country_code(code)] if code.isalpha() else []


def _plain(names: tuple[str, ...]) -> Level:
    return Level(names, tuple(range(len(names))))


def _grouped(names: Mapping[str, str]) -> Level:
    """From the published code of every number of the cube, in order."""
    codes = tuple(dict.fromkeys(names.values()))
    return Level(codes, tuple(codes.index(code) for code in names.values()))


@cache
def _age_levels() -> tuple[Level, Level]:
    """Five-year and broad groups. The cube's are finer at the end: the oldest are published together."""
    listed = codes_of(AGES)
    oldest = next(code for code in reversed(list(listed)) if code.startswith("Y_GE"))
    five = {group: group if group in listed else oldest for group in AGE_GROUPS}
    broad = {group: listed[code].parent or NOWHERE for group, code in five.items()}
    return _grouped(five), _grouped(broad)


@cache
def _axes() -> Mapping[str, Axis]:
    axes = (
        Axis("REF_AREA", "region", "KZ", (Level(),)),
        Axis("PARTNER", "partner", "_T", (Level(),)),
        Axis("CITIZEN", "citizen", "_T", (Level(),)),
        Axis("SEX", "sex", "_T", (_plain(SEXES),)),
        Axis("AGE", "age", "_T", _age_levels()),
        Axis("PURPOSE", "purpose", "_T", (_plain(PURPOSES),)),
    )
    return {axis.dimension: axis for axis in axes}


def axis_of(dimension: str) -> Axis:
    """The axis of a dimension of DF_FLOW or DF_BORDER. Raises KeyError."""
    return _axes()[dimension]
