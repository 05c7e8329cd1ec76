"""Which series are estimated by undercount: what stands for our own count, what for the hosts', what comes of it."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Part = Literal["adjusted", "definition", "undercount", "share"]


class Adjusted(NamedTuple):
    """An indicator of DF_EMIGRATION by the method ADJUSTED: a part of what is said of a concept."""

    concept: str
    part: Part


class Concept(NamedTuple):
    """`own` and `mirror`: indicators and methods of DF_EMIGRATION, the first that says anything. `flow`: a count of a
    year's leavers, for which the term of stay matters; else a stock at a year's end."""

    own: tuple[tuple[str, str], ...]
    mirror: tuple[tuple[str, str], ...]
    flow: bool


CONCEPTS: Final[Mapping[str, Concept]] = {
    "EMIGRANTS": Concept(
        (("DEREGISTERED", "COUPON"), ("DEREGISTERED", "PUBLISHED")), (("HOST_IMMIGRANTS", "PUBLISHED"),), True
    ),
    "WORKING": Concept(
        (("CONSULAR_WORKING", "REGISTER"),), (("HOST_WORKING", "HOST"), ("HOST_WORKING", "PUBLISHED")), False
    ),
    "STUDYING": Concept(
        (("CONSULAR_STUDYING", "REGISTER"),), (("HOST_STUDYING", "HOST"), ("HOST_STUDYING", "PUBLISHED")), False
    ),
}
SUFFIXES: Final[Mapping[Part, str]] = {
    "adjusted": "ADJUSTED",
    "definition": "DEFINITION_GAP",
    "undercount": "UNDERCOUNT",
    "share": "COVERAGE",
}
FLOW: Final = "DF_EMIGRATION"
METHOD: Final = "ADJUSTED"
ESTIMATED: Final = {
    (FLOW, f"{concept}_{suffix}", METHOD): Adjusted(concept, part)
    for concept in CONCEPTS
    for part, suffix in SUFFIXES.items()
}
"""Dataflow, indicator and method -> what is estimated."""
