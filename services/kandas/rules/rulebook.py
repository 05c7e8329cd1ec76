"""The dated norms of the kandas procedure. Known to cases only, which pass the norms of a day to the rules."""

from functools import cache
from pathlib import Path

from shared.kernel.norms import Rulebook


@cache
def rulebook() -> Rulebook:
    return Rulebook.load(Path(__file__).with_name("norms.toml"))
