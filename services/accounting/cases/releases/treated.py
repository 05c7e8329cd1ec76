"""How the figures of each indicator are protected in a release, by what they are made of (decision 0073)."""

from collections.abc import Mapping
from typing import Final, Literal

from services.accounting.cases.indicators import (
    Acts,
    Carried,
    Difference,
    Indicator,
    Loaded,
    QuotaPlaces,
    RegionalPlaces,
    Reported,
    Residual,
    Share,
    Source,
    StaffShare,
    Standing,
    Transferred,
)
from services.accounting.rules.estimates.series import Adjusted
from services.accounting.rules.figures.evidence import Evidenced
from services.accounting.rules.figures.flow_figures import Crossings, Estimated, Formula, Indexed, Stock

Treated = Literal["noise", "of_counts", "as_it_is", "evidence", "left_out"]

TREATED: Final[Mapping[type[Source], Treated]] = {
    Formula: "noise",
    Crossings: "noise",
    Stock: "noise",
    Estimated: "noise",
    Acts: "noise",
    Standing: "noise",
    Difference: "of_counts",
    Carried: "of_counts",
    Residual: "of_counts",
    QuotaPlaces: "as_it_is",
    RegionalPlaces: "as_it_is",
    Reported: "as_it_is",
    Transferred: "as_it_is",
    Evidenced: "evidence",
    Adjusted: "left_out",
    Share: "left_out",
    StaffShare: "left_out",
    Indexed: "left_out",
    Loaded: "left_out",
}
"""By what an indicator's figures are made of: counts of persons have noise; places of quotas, money and what other
bodies report count none; evidence is what was released in the dataflow that it stands in first. Shares and estimates by
two registers are not released: they would tell the counts that they are made of. Figures of other bodies are read from
their own table."""


def is_never_released(indicator: Indicator) -> bool:
    """Whether everybody reads no figure of it, whatever the release; what others have published they do."""
    return TREATED[type(indicator.source)] == "left_out" and not isinstance(indicator.source, Loaded)
