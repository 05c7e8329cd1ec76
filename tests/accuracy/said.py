"""What accounting says, in plain shapes."""

from typing import NamedTuple

Record = tuple[str, str, str]
"""Service, path of its kind, and the register's own number."""


class Verdict(NamedTuple):
    """What is said of a crossing: `migration` is None while it is open or nothing is known."""

    migration: bool | None
    imputed: bool


class Observation(NamedTuple):
    value: float
    status: str
    error: float | None
