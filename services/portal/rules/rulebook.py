"""The dated norms of entry, stay and registration. Cases ask for it and pass the norms to the rules."""

from functools import cache
from pathlib import Path

from shared.kernel.norms import Rulebook


@cache
def rulebook() -> Rulebook:
    return Rulebook.load(Path(__file__).with_name("norms.toml"))
