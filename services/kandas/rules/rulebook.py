"""The dated norms of the kandas procedure."""

from pathlib import Path

from shared.kernel.norms import Rulebook

RULEBOOK = Rulebook.load(Path(__file__).with_name("norms.toml"))
