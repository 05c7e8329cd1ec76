"""Estimates of the whole country by year: long-term migrants by M1216R, residents by RINDEX, with their parts."""

from typing import Final

import asyncpg

from services.accounting.cases.figures.read_figures import computed_figures
from services.accounting.rules.estimates.national import FLOWS_OF_PERSONS, NATIONAL, RESIDENTS, NationalEstimate
from services.accounting.rules.figures.dataflows import FLOWS
from services.accounting.rules.figures.figures import Figure, Query, public_part

_LIMIT: Final = 10_000  # years and indicators
_SIDES: Final = {"IMM": {"IMM_FINAL": 1}, "EMI": {"EMI_FINAL": 1}, "NET": {"IMM_FINAL": 1, "EMI_FINAL": -1}}
"""What of a flow is final: the indicators that it is made of."""
_ASKED: Final = (
    ("DF_FLOW", "M1216R", (*FLOWS_OF_PERSONS, "IMM_FINAL", "EMI_FINAL")),
    ("DF_STOCK", "RINDEX", (RESIDENTS,)),
)


async def national_estimates(connection: asyncpg.Connection) -> list[NationalEstimate]:
    """Those that say how sure they are, by concept and year."""
    found: dict[tuple[str, str], Figure] = {}
    for flow, method, codes in _ASKED:
        whole = public_part(Query(FLOWS[flow], (None,) * len(FLOWS[flow].dimensions)))
        if whole is not None:
            asked = whole.narrowed(FREQ=["A"], METHOD=[method], INDICATOR=codes)
            for figure in await computed_figures(connection, asked, _LIMIT):
                found[figure.key[1], figure.period] = figure
    return [
        NationalEstimate(concept, year, int(figure.value), float(figure.std_error), _final(concept, year, found))
        for (concept, year), figure in sorted(found.items())
        if concept in NATIONAL and figure.std_error is not None
    ]


def _final(concept: str, year: str, found: dict[tuple[str, str], Figure]) -> int | None:
    if concept == RESIDENTS:
        return None
    parts = {code: found.get((code, year)) for code in _SIDES[concept]}
    return sum(sign * int(part.value) for code, sign in _SIDES[concept].items() if (part := parts[code]))
