"""The page that says in plain words by which methods figures are counted (`/{lang}/method` of the site)."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

_FILE: Final = "methods.toml"


class MethodWords(NamedTuple):
    """The page in one language: a title, its paragraphs, and each method with what it counts."""

    title: str
    paragraphs: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]


@cache
def words() -> dict[str, MethodWords]:
    """By language: kk, ru, en."""
    found = tomllib.loads((files(__package__) / _FILE).read_text(encoding="utf-8"))
    return {
        language: MethodWords(
            told["title"],
            (told["lead"], told["figures"]),
            tuple((name, text) for name, text in told["answers"]),
        )
        for language, told in found.items()
    }
