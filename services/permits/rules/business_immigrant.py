"""How long the status of a business immigrant may hold, and who can have it.

Source: joint order of 24.11.2016 (V1600014531), visas of category C5. NOT modelled: the capital to be brought and the
term in which the company is to be founded, of which no source was read.
"""

from collections.abc import Iterator
from datetime import date

from services.permits.rules.citizenship import HOME
from shared.kernel.calendar import add_days, add_months
from shared.kernel.norms import NormsInForce


def last_day(ground: str, valid_from: date, norms: NormsInForce) -> date:
    """The last day on which a status of this ground may hold."""
    months: int = norms["business_immigrant_term"].table()[ground]
    return add_days(add_months(valid_from, months), -1)


def contradictions(
    ground: str, citizenship: str, valid_from: date, valid_until: date, norms: NormsInForce
) -> Iterator[tuple[str, str]]:
    """Everything that stands against the status: the member, and why. `norms` are those of its first day."""
    if citizenship == HOME:
        yield "/person/citizenship", "A citizen of Kazakhstan is no immigrant."
    if "business_immigrant_term" not in norms:
        yield "/valid_from", "No term of business immigrants is known for that day."
        return
    if valid_until > (last := last_day(ground, valid_from, norms)):
        yield "/valid_until", f"Lies after {last}, the longest term of this ground."
