"""What an estimate of the whole country says: long-term migrants by M1216R, residents by RINDEX."""

from typing import Final, NamedTuple

FLOWS_OF_PERSONS: Final = ("IMM", "EMI", "NET")
RESIDENTS: Final = "RESIDENTS"
NATIONAL: Final = (*FLOWS_OF_PERSONS, RESIDENTS)


class NationalEstimate(NamedTuple):
    """A year's figure with its standard error; `final`: what of it is no estimate, None where it has no such part."""

    concept: str
    year: str
    value: int
    std_error: float
    final: int | None
