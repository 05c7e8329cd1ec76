"""What is said of figures that are of nobody: a demonstration's look like real ones, beside official series."""

import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from shared.kernel.codes import Language


class InventedNotice(NamedTuple):
    """In a few words, for every page and every citation, and what that means."""

    mark: str
    text: str


def notice_in(language: Language) -> InventedNotice:
    """That the figures are invented."""
    return _notices()[language]


@cache
def _notices() -> dict[str, InventedNotice]:
    found = tomllib.loads(Path(__file__).with_name("invented.toml").read_text(encoding="utf-8"))
    return {language: InventedNotice(**told) for language, told in found.items()}
