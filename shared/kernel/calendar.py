"""Kazakhstan's working days and the way terms are counted.

Terms follow chapter 6 of the Civil Code (General Part of 27.12.1994, articles 173-174; known from commentary, not
read in the original): the day of the act does not count, the term begins on the day after it; a term in months ends
on the day of the same number, or on the last day of a shorter month; an act whose last day is not a working day may
still be done on the next working day.

Working days are those of the five-day week. Public holidays, the days off that follow them and the days that the
government moves within a year come from the `holidays` package. A year that lies ahead is known only as far as its
acts are out: the first day of Kurban Ait is then an estimate and days not yet moved are missing.

Nothing here raises for a day of the calendar: a date that a stranger wrote may be its last one, 9999-12-31, by which
many say "without end". What would end beyond the calendar ends with it (saturating arithmetic).
"""

import calendar
from datetime import MAXYEAR, MINYEAR, date, timedelta
from functools import cache

import holidays


def is_working_day(day: date) -> bool:
    return day not in _days_off(day.year)


def add_days(start: date, count: int) -> date:
    """The day `count` days after `start`, before it where `count` is negative; at most the calendar's ends."""
    number = start.toordinal() + count
    return date.fromordinal(min(max(number, date.min.toordinal()), date.max.toordinal()))


def next_working_day(day: date) -> date:
    """The day itself if it is a working day, else the first one after it."""
    while day < date.max and not is_working_day(day):
        day = add_days(day, 1)
    return day


def add_working_days(start: date, count: int) -> date:
    """The last day of a term of `count` working days that begins after `start`: the day of the act does not count."""
    if count < 0:
        raise ValueError("a term has no negative length")
    day = start
    for _ in range(count):
        day = next_working_day(add_days(day, 1))
    return day


def working_days_between(start: date, end: date) -> int:
    """Working days after `start` up to and with `end`: how much of a term has run, or how late an act is."""
    if end < start:
        raise ValueError("a term cannot end before it starts")
    return sum(is_working_day(start + timedelta(days=n)) for n in range(1, (end - start).days + 1))


def add_months(start: date, count: int) -> date:
    """The same day `count` months later, or the last day of a month that is too short for it."""
    years, month = divmod(start.month - 1 + count, 12)
    year = start.year + years
    if not MINYEAR <= year <= MAXYEAR:
        return date.max if year > MAXYEAR else date.min
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


@cache
def _days_off(year: int) -> frozenset[date]:
    # The package learns moved days off only with their year, and a January day may be moved from the December
    # before: so it is told both years before it is asked.
    known = holidays.country_holidays("KZ", years=(year, min(year + 1, MAXYEAR)))
    days = (date(year, 1, 1) + timedelta(days=n) for n in range(366 if calendar.isleap(year) else 365))
    return frozenset(day for day in days if not known.is_working_day(day))
