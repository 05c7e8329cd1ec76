"""The small stable numbers of the statistical dimensions: this is the only place that gives them out.

They are stored in packed histories and cube cells, so a number, once given, never changes its meaning: append only.
Zero always means "not specified" (`_X`). Countries need no list: the three letters are the number.
"""

from datetime import date
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from shared.kernel.codes import code_list

UNSPECIFIED: Final = "_X"

SEXES: Final = (UNSPECIFIED, "M", "F")
"""Code = position. Sex X of a travel document means "unspecified" there (ICAO 9303), so it is 0 here."""

PURPOSES: Final = (
    UNSPECIFIED, "work", "study", "private", "tourism", "business", "treatment", "family", "permanent", "transit",
    "official", "other",
)  # fmt: skip

AGE_GROUPS: Final = (UNSPECIFIED, *(f"Y{low}T{low + 4}" for low in range(0, 100, 5)), "Y_GE100")
"""Five-year age groups: code 1 is Y0T4, code 21 is Y_GE100."""

_OLDEST: Final = len(AGE_GROUPS) - 1
_LETTERS: Final = 26
_YEAR: Final = 512  # one year in a packed calendar date; month * 32 + day stays below it

_SEX_CODES: Final = {name: code for code, name in enumerate(SEXES)}
_PURPOSE_CODES: Final = {name: code for code, name in enumerate(PURPOSES)}


def sex_code(sex: str | None) -> int:
    """M -> 1, F -> 2, anything else (X, none) -> 0."""
    return _SEX_CODES.get(sex or UNSPECIFIED, 0)


def purpose_code(purpose: str | None) -> int:
    """The declared purpose of a crossing; an undeclared or unknown one -> 0."""
    return _PURPOSE_CODES.get(purpose or UNSPECIFIED, 0)


@lru_cache(1_000)
def counted_citizenship(nationality: str) -> str:
    """The country of a nationality as statistics count it: XXX, unspecified, of one that no country gives (ICAO 9303).

    An official of the United Nations (UNO) or a holder of an Order's passport (XOM) is a citizen of some country, which
    the document does not tell.
    """
    return "XXX" if nationality in code_list("issuing_organisations") else nationality


@lru_cache(1_000)
def country_code(alpha3: str | None) -> int:
    """An alpha-3 code as a number of 15 bits: its letters in base 26, plus one; none -> 0.

    ICAO's codes for persons without a state (XXA, XXB, XXC, XXX) are letters like the others. Raises ValueError when it
    is not three capital letters.
    """
    if alpha3 is None:
        return 0
    if len(alpha3) != 3 or not (alpha3.isascii() and alpha3.isalpha() and alpha3.isupper()):
        raise ValueError(f"not a country code of three capital letters: {alpha3!r}")
    first, second, third = (ord(letter) - ord("A") for letter in alpha3)
    return (first * _LETTERS + second) * _LETTERS + third + 1


def country_name(code: int) -> str:
    """The alpha-3 code of `country_code`, 0 -> `_X`."""
    if code == 0:
        return UNSPECIFIED
    rest, third = divmod(code - 1, _LETTERS)
    first, second = divmod(rest, _LETTERS)
    return "".join(chr(ord("A") + letter) for letter in (first, second, third))


def region_code(kato: str | None) -> int:
    """A region is the number of KATO's first two digits (71 Astana); a longer KATO code is cut; none -> 0."""
    return int(kato[:2]) if kato else 0


def region_name(code: int) -> str:
    """The two digits of `region_code`, 0 -> `_X`."""
    return f"{code:02d}" if code else UNSPECIFIED


def birth_code(birth_date: str | None) -> int:
    """A birth date as year * 512 + month * 32 + day, so that a difference // 512 counts complete years exactly.

    `1990-05` counts as the 15th of the month and `1990` as 1 July: the middle of what is not known. None -> 0.
    """
    if birth_date is None:
        return 0
    year, month, day = (*map(int, birth_date.split("-")), 0, 0)[:3]
    if month == 0:
        month, day = 7, 1
    return year * _YEAR + month * 32 + (day or 15)


def cohort(birth_date: str | None) -> int | None:
    """The year on whose first day who was born then is below one year old: the one after the birth, but for who was
    born on a first of January. Complete years on the first day of a year are the difference. None -> None."""
    if birth_date is None:
        return None
    code = birth_code(birth_date)
    return code // _YEAR + (code % _YEAR != 32 + 1)


def age_group_on(birth_date: str | None, day: date) -> int:
    """The code of `age_group` of one person, whose birth date may be known in part, on a day."""
    birth = birth_code(birth_date)
    age = (day.year * _YEAR + day.month * 32 + day.day - birth) // _YEAR
    return 0 if birth == 0 or age < 0 else min(age // 5 + 1, _OLDEST)


def age_group(birth: npt.NDArray[np.integer], day: npt.NDArray[np.integer]) -> npt.NDArray[np.int64]:
    """Codes of the five-year groups (1..21) of people with `birth_code` on `day` (days since 1970-01-01).

    An unknown birth date, or one after the day itself, gives 0.
    """
    dates = day.astype("datetime64[D]")
    months = dates.astype("datetime64[M]")
    years = months.astype("datetime64[Y]")
    on_day = (
        (years.astype(np.int64) + 1970) * _YEAR
        + ((months - years).astype(np.int64) + 1) * 32
        + (dates - months).astype(np.int64)
        + 1
    )
    age = (on_day - birth) // _YEAR
    return np.where((birth == 0) | (age < 0), 0, np.minimum(age // 5 + 1, _OLDEST))


def day_number(day: date) -> int:
    """Days since 1970-01-01: how every rule of accounting counts calendar dates."""
    return day.toordinal() - _EPOCH


def day_of(number: int) -> date:
    """The calendar date of a `day_number`."""
    return date.fromordinal(number + _EPOCH)


_EPOCH: Final = date(1970, 1, 1).toordinal()
