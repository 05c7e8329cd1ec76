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
    """ISO 3166-1 alpha-3, or ICAO 9303 XXA stateless, XXB refugee, XXC other refugee, XXX unspecified."""
    return code in code_list("countries")


def is_issuer(code: str) -> bool:
    """What a travel document names as its issuer, or its holder's nationality: a country, or an organisation.

    Source: ICAO Doc 9303 part 3 section 5, one list for both fields of the machine readable zone.
    """
    return is_country(code) or code in code_list("issuing_organisations")


def is_region(code: str) -> bool:
    """The first two KATO digits of one of the present regions; the country's total is none."""
    return code in code_list("regions") and code != COUNTRY_TOTAL


def checkpoints_in(region: str) -> list[str]:
    """The codes of the checkpoints that are listed in a region of today."""
    return [row["code"] for row in rows("checkpoints") if row["region"] == region]


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


@cache
def rows(name: str) -> list[dict[str, str]]:
    """The rows of a list of another shape, by its file's name; read once."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _within(day: date, first: date | None, end: date | None) -> bool:
    return (first is None or first <= day) and (end is None or day < end)
