"""When a term ends that a norm sets: in days, working days, months or years, as the norm's unit says."""

from datetime import date

from shared.kernel.calendar import add_days, add_months, add_working_days
from shared.kernel.norms import Norm


def last_day_of(term: Norm, after: date) -> date:
    """The last day of the term that begins on the day after `after` (see `calendar` for how terms are counted).

    Raises ValueError for a norm whose unit is no measure of days.
    """
    length = term.whole()
    match term.unit:
        case "working days":
            return add_working_days(after, length)
        case "days":
            return add_days(after, length)
        case "months":
            return add_months(after, length)
        case "years":
            return add_months(after, 12 * length)
    raise ValueError(f"norm {term.name} is no term in days, working days, months or years")
