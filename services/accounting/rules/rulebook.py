"""The dated numbers that the rules of this service apply."""

from functools import cache
from pathlib import Path

from shared.kernel.norms import Rulebook


@cache
def rulebook() -> Rulebook:
    return Rulebook.load(Path(__file__).with_name("norms.toml"))
