"""Whether a document that must not pass was shown by its rightful holder, or by another person.

Who lost a passport and found it again shows a lost document; who bought it shows another's (44 such crossings in 2020,
says the situation analysis). Equal or different numbers decide; else the name and what is known of the birth date.
"""

from dataclasses import dataclass

from shared.kernel import names
from shared.kernel.periods import PartialDate


@dataclass(frozen=True, slots=True)
class Shown:
    """Who somebody is by a document or a record."""

    iin: str | None
    surname: str
    given_names: str | None
    birth_date: str


def is_another(holder: Shown, bearer: Shown) -> bool:
    """True if `bearer` cannot be `holder`."""
    if holder.iin and bearer.iin:
        return holder.iin != bearer.iin
    same_name = names.fold(holder.surname, holder.given_names) == names.fold(bearer.surname, bearer.given_names)
    births = PartialDate.parse(holder.birth_date), PartialDate.parse(bearer.birth_date)
    return not (same_name and births[0].agrees_with(births[1]))
