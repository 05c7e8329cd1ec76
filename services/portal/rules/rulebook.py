"""The dated norms of entry, stay and registration."""

from pathlib import Path

from shared.kernel.norms import Rulebook

RULEBOOK = Rulebook.load(Path(__file__).with_name("norms.toml"))
