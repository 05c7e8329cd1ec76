"""The page that says in plain words what was done to published counts (`/{lang}/method/disclosure` of the site)."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from services.accounting.rules.disclosure.cell_key import MOST, WITHHELD

PARTS: Final = 20
"""Of the example of a sum: regions of the country."""
_NUMBERS: Final = {
    "most": MOST,
    "withheld": WITHHELD,
    "smallest": WITHHELD + 1,
    "parts": PARTS,
    "gap": MOST * (PARTS + 1),
}


class DisclosureWords(NamedTuple):
    """The page in one language: a title, its paragraphs in their order, and questions with their answers."""

    title: str
    paragraphs: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]


@cache
def words() -> dict[str, DisclosureWords]:
    """By language: kk, ru, en."""
    found = tomllib.loads((files(__package__) / "disclosure.toml").read_text())
    return {
        language: DisclosureWords(
            told.pop("title"),
            answers=tuple((question, answer) for question, answer in told.pop("answers")),
            paragraphs=tuple(text.format(**_NUMBERS) for text in told.values()),
        )
        for language, told in found.items()
    }
