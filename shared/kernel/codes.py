"""Code lists: what a code means, in three languages, and since when. The lists are data in `contracts/codes/`.

A validity is half-open: `valid_to` is the first day on which a code no longer holds; empty is open.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal, Self

from shared.kernel.calendar import add_days

Language = Literal["kk", "ru", "en"]

FOLDER = Path(__file__).parents[2] / "contracts" / "codes"
COUNTRY_TOTAL = "KZ"  # the region that stands for the whole of Kazakhstan


@dataclass(frozen=True, slots=True)
class Code:
    code: str
    parent: str | None
    kk: str
    ru: str
    en: str
    valid_from: date | None
    valid_to: date | None
    source: str

    @classmethod
    def of(cls, row: Mapping[str, str]) -> Self:
        return cls(
            row["code"],
            row["parent"] or None,
            row["kk"],
            row["ru"],
            row["en"],
            _day(row["valid_from"]),
            _day(row["valid_to"]),
            row["source"],
        )

    def label(self, language: Language) -> str:
        return {"kk": self.kk, "ru": self.ru, "en": self.en}[language]

    def holds_on(self, day: date) -> bool:
        return _within(day, self.valid_from, self.valid_to)

    @property
    def dated(self) -> bool:
        """False where it has held, and holds, always."""
        return self.valid_from is not None or self.valid_to is not None


class CodeList(Mapping[str, Code]):
    """Codes by code, in the order of the list. A code that it does not know raises KeyError."""

    def __init__(self, name: str, codes: list[Code]) -> None:
        self.name = name
        self._codes = {code.code: code for code in codes}
        if len(self._codes) != len(codes):
            raise ValueError(f"code list {name}: a code stands there twice")

    def __getitem__(self, code: str) -> Code:
        return self._codes[code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)

    def under(self, parent: str) -> list[Code]:
        """The codes directly below one."""
        return [code for code in self._codes.values() if code.parent == parent]


@cache
def code_list(name: str) -> CodeList:
    """A list by its file's name, read once: `code_list("countries")["UZB"].ru`."""
    return CodeList(name, [Code.of(row) for row in rows(name)])


def is_country(code: str) -> bool:
    """ISO 3166-1 alpha-3, ISO 3166-3 of a state that was, or ICAO 9303 XXA stateless, XXB refugee, XXC other refugee,
    XXX unspecified; whether it holds on a day is the record's question (shared.records.codes_of_day)."""
    return code in code_list("countries")


def is_issuer(code: str) -> bool:
    """What a travel document names as its issuer, or its holder's nationality: a country, or an organisation.

    Source: ICAO Doc 9303 part 3 section 5, one list for both fields of the machine readable zone.
    """
    return is_country(code) or code in code_list("issuing_organisations")


def is_region(code: str) -> bool:
    """The first two KATO digits of a region that is or was (as `is_country`); the country's total is none."""
    return code in code_list("regions") and code != COUNTRY_TOTAL


def checkpoints_in(region: str) -> list[str]:
    """The codes of the checkpoints that are listed in a region of today."""
    return [row["code"] for row in rows("checkpoints") if row["region"] == region]


def region_of_checkpoint(name: str, day: date) -> str | None:
    """The region that a checkpoint lay in on a day, however its name is cased; None where it is not listed, or what it
    lies in today was then no region or one of several."""
    region = _region_of_today().get(name.strip().upper())
    while region is not None and not code_list("regions")[region].holds_on(day):
        before = predecessors("regions", region)
        region = before[0] if len(before) == 1 else None
    return region


@cache
def _region_of_today() -> dict[str, str]:
    return {row["code"]: row["region"] for row in rows("checkpoints")}


def is_activity(code: str) -> bool:
    """An OKED section, A to U."""
    return code in code_list("activities")


def is_member(group: str, country: str, day: date) -> bool:
    """True if a country belonged to a group on a day: `is_member("EAEU", "KGZ", date(2016, 1, 1))`."""
    return any(
        row["group"] == group
        and row["country"] == country
        and _within(day, _day(row["valid_from"]), _day(row["valid_to"]))
        for row in rows("group_members")
    )


CROSSWALKS = {"regions": "region_crosswalk", "countries": "country_crosswalk"}
"""Of lists whose codes were split, merged or renamed: since `until`, `present` stands for what was `past`."""


def successors(name: str, code: str) -> list[str]:
    """What has stood for a code of a list since it ended: of region 51 (South Kazakhstan) 61 and 79."""
    return [row["present"] for row in _crosswalk(name) if row["past"] == code]


def predecessors(name: str, code: str) -> list[str]:
    """What stood for a code before it began: of region 10 (Abai) 63."""
    return [row["past"] for row in _crosswalk(name) if row["present"] == code]


def _crosswalk(name: str) -> list[dict[str, str]]:
    return rows(CROSSWALKS[name]) if name in CROSSWALKS else []


def began(name: str, code: Code) -> str | None:
    """Since when a code of a list holds and what stood before it, as a sentence; None where it always did."""
    if code.valid_from is None:
        return None
    before = ", ".join(predecessors(name, code.code))
    sentence = f"{code.code} holds from {code.valid_from} on"
    return f"{sentence}; before, it belonged to {before}." if before else f"{sentence}."


def ended(name: str, code: Code) -> str | None:
    """Until when a code of a list held and what it is since, as a sentence; None where it still holds."""
    if code.valid_to is None:
        return None
    after = ", ".join(successors(name, code.code))
    sentence = f"{code.code} held until {add_days(code.valid_to, -1)}"
    return f"{sentence}; since then it is {after}." if after else f"{sentence}."


@cache
def rows(name: str) -> list[dict[str, str]]:
    """The rows of a list of another shape, by its file's name; read once."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _within(day: date, first: date | None, end: date | None) -> bool:
    return (first is None or first <= day) and (end is None or day < end)
