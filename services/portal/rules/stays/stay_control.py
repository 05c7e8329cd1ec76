"""By what right somebody stays on a day, how many days that leaves, and since when there is none (P5).

The days of entry and of exit are both days of stay, and the first day of a stay is its day 1. The window of a day ends
on that day: of 180 days it holds the day and the 179 before it. Only days without a title count in it; those under a
permit or a visa count by its own validity, and a citizen of the Union who works here stays as long as the work lasts.
A stay that was begun under a visa or permit lasts no longer than these: the days free of visa belong to those who
entered without one.

Read so where the register is incomplete, in favour of the person: of a stay whose exit is missing, because another
entry follows, only the day of entry counts; an exit without an entry counts for nothing. Days before the first that
the rulebook vouches for are neither right nor wrong (`unknown`) and do not count.

NOT modelled: which citizenships need a visa (a stay begun without one is measured as free of visa), treaties that give
other terms, transit, crews, and stays for a reason that the law excuses.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise, takewhile
from typing import Literal

from services.portal.rules.visas.visa import is_for_the_entry
from shared.kernel import codes
from shared.kernel.calendar import add_days
from shared.kernel.decisions import Check
from shared.kernel.norms import NormsInForce, Rulebook

HOME = "KAZ"
AHEAD = 3_660  # days; how far a last day is looked for; beyond, none is named

Right = Literal[
    "citizen",
    "residence_permit",
    "work_permit",
    "eaeu_worker",
    "protection",
    "visa",
    "eaeu",
    "visa_free",
    "none",
    "unknown",
]
_TITLES = ("residence_permit", "work_permit", "eaeu_worker", "protection", "visa")
_FREE = ("eaeu", "visa_free")


@dataclass(frozen=True, slots=True)
class StayBound:
    """One crossing on its calendar date; crossings are given in the order in which they happened."""

    day: date
    entry: bool


@dataclass(frozen=True, slots=True)
class Permit:
    """A permit of residence or work, work in the Union, or a status of protection: first and last day, None without a
    term."""

    valid_from: date
    valid_until: date | None = None

    def holds(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, slots=True)
class VisaHeld:
    """`stay_days` is the longest stay after one entry, `entries` how many it admits; None: only the validity limits. An
    annulled one no longer holds on `annulled_on`."""

    valid_from: date
    valid_until: date
    stay_days: int | None = None
    entries: int | None = None
    category: str = ""
    electronic: bool = False
    annulled_on: date | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What is known about one person."""

    citizenship: str
    crossings: tuple[StayBound, ...] = ()
    visas: tuple[VisaHeld, ...] = ()
    residence_permits: tuple[Permit, ...] = ()
    work_permits: tuple[Permit, ...] = ()
    eaeu_work: tuple[Permit, ...] = ()
    protection: tuple[Permit, ...] = ()


@dataclass(frozen=True, slots=True)
class LegalStay:
    """`lawful` is None where the rulebook does not reach. `days_used` of the right's own measure; `last_day` on which
    the person may still be here (or last might), `days_left` the days until then; both None where no end is in sight.
    `since` is the first day without right. Whoever is not present is answered as if entering on the day."""

    day: date
    present: bool
    right: Right
    lawful: bool | None
    days_used: int | None
    days_left: int | None
    last_day: date | None
    since: date | None
    checks: tuple[Check, ...]
    rulebook: str


@dataclass(frozen=True, slots=True)
class _Day:
    """A day of stay: the days free of visa that were used after this entry, and in the window all without a title."""

    on: date
    norms: NormsInForce  # of the entry
    entered: date
    right: Right
    since_entry: int
    in_window: int

    @property
    def lawful(self) -> bool | None:
        if self.right == "unknown":
            return None
        if self.right == "visa_free" and self.since_entry > self.norms["visa_free_entry"].whole():
            return False
        return self.right != "none" and (self.right not in _FREE or self.in_window <= _total(self.norms, self.right))


def _total(norms: NormsInForce, right: Right) -> int:
    return norms["eaeu_total" if right == "eaeu" else "visa_free_total"].whole()


def legal_stay(history: History, day: date, rulebook: Rulebook) -> LegalStay:
    """By what right the person stays on `day`, or would when entering on it."""
    known = replace(history, crossings=tuple(c for c in history.crossings if c.day <= day))
    present = is_present(known, day)
    if history.citizenship == HOME:
        return _citizen(day, present, rulebook)
    if not present:
        known = replace(known, crossings=(*known.crossings, StayBound(day, entry=True)))
    horizon = add_days(day, AHEAD)
    days = list(_days(_still_here(known, day), day, rulebook))
    today, since = days[-1], _without_right_since(days)
    last = add_days(since, -1) if since else _last_day(known, day, horizon, rulebook)
    return LegalStay(
        day=day,
        present=present,
        right=today.right,
        lawful=today.lawful,
        days_used=_used(known, today),
        days_left=0 if since else (last - day).days if last else None,
        last_day=last,
        since=since,
        checks=tuple(_checks(today, rulebook)),
        rulebook=rulebook.version,
    )


def overstayed_since(history: History, day: date, rulebook: Rulebook) -> date | None:
    """The first day of the stay without right in which the person is on `day`; None where there is no such stay."""
    known = replace(history, crossings=tuple(c for c in history.crossings if c.day <= day))
    if history.citizenship == HOME or not is_present(known, day):
        return None
    here = _still_here(known, day)
    if _title(here, [c.day for c in here.crossings if c.entry], day, rulebook):
        return None  # as nearly all who live here: no need to count their days
    return _without_right_since(list(_days(here, day, rulebook)))


def is_present(history: History, day: date) -> bool:
    """Entered and not left before `day`: on the day of exit the person was still here."""
    before = _without_exit_on(tuple(c for c in history.crossings if c.day <= day), day)
    return bool(before) and before[-1].entry


def _still_here(history: History, day: date) -> History:
    return replace(history, crossings=_without_exit_on(history.crossings, day))


def _without_exit_on(crossings: tuple[StayBound, ...], day: date) -> tuple[StayBound, ...]:
    """The exit on the day itself ends the stay after it: the day is judged as the days before it."""
    return crossings[:-1] if crossings and not crossings[-1].entry and crossings[-1].day == day else crossings


def _stays(crossings: Sequence[StayBound], until: date) -> Iterator[tuple[date, date]]:
    """First and last day of each stay, the present one until `until`."""
    for earlier, later in pairwise(crossings):
        if earlier.entry:
            yield earlier.day, earlier.day if later.entry else later.day
    if crossings and crossings[-1].entry:
        yield crossings[-1].day, until


def _days(history: History, until: date, rulebook: Rulebook) -> Iterator[_Day]:
    """Every day of every stay up to `until`, in order; a day of exit and entry is a day of both stays."""
    window: deque[date] = deque()
    entered_before: list[date] = []
    for entered, left in _stays(history.crossings, until):
        norms, since_entry = rulebook.on(entered), 0
        entered_before.append(entered)
        for on in _each(entered, left):
            right = _right(history, entered_before, on, norms, rulebook)
            since_entry += right in _FREE
            if right in (*_FREE, "none"):
                window.extend([on] if not window or window[-1] != on else [])
            while window and (on - window[0]).days >= norms["visa_free_window"].whole():
                window.popleft()
            yield _Day(on, norms, entered, right, since_entry, len(window))


def _each(first: date, last: date) -> Iterator[date]:
    return (add_days(first, n) for n in range((last - first).days + 1))


def _right(history: History, entries: list[date], day: date, norms: NormsInForce, rulebook: Rulebook) -> Right:
    if "own_validity" not in rulebook.on(day):
        return "unknown"
    if title := _title(history, entries, day, rulebook):
        return title
    if codes.is_member("EAEU", history.citizenship, day):
        return "eaeu" if "eaeu_total" in norms else "unknown"
    if _title(history, entries, entries[-1], rulebook):
        return "none"
    return "visa_free" if "visa_free_total" in norms else "unknown"


def _title(history: History, entries: list[date], day: date, rulebook: Rulebook) -> Right | None:
    if any(permit.holds(day) for permit in history.residence_permits):
        return "residence_permit"
    if any(permit.holds(day) for permit in history.work_permits):
        return "work_permit"
    if any(work.holds(day) for work in history.eaeu_work) and codes.is_member("EAEU", history.citizenship, day):
        return "eaeu_worker"
    if any(status.holds(day) for status in history.protection):
        return "protection"
    return "visa" if any(_admits(visa, entries, day, rulebook) for visa in history.visas) else None


def _admits(visa: VisaHeld, entries: list[date], day: date, rulebook: Rulebook) -> bool:
    """Not annulled, and within its validity, its number of entries, and its length of stay after this entry."""
    if visa.annulled_on is not None and visa.annulled_on <= day:
        return False
    used = sum(visa.valid_from <= entered <= visa.valid_until for entered in entries)
    begun = max(entries[-1], visa.valid_from)
    in_time = visa.stay_days is None or (day - begun).days < visa.stay_days
    return _is_valid(visa, entries[-1], day, rulebook) and in_time and (visa.entries is None or used <= visa.entries)


def _is_valid(visa: VisaHeld, entered: date, day: date, rulebook: Rulebook) -> bool:
    """On the day, or on the day of the entry where the validity is the time for that and a length of stay is given."""
    for_entry = visa.stay_days is not None and is_for_the_entry(visa.category, visa.electronic, rulebook.on(entered))
    return visa.valid_from <= (entered if for_entry else day) <= visa.valid_until


def _without_right_since(days: Sequence[_Day]) -> date | None:
    """The first of the unlawful days at the end; None where the last day is none of them."""
    unlawful = list(takewhile(lambda day: day.lawful is False, reversed(days)))
    return unlawful[-1].on if unlawful else None


def _last_day(history: History, day: date, horizon: date, rulebook: Rulebook) -> date | None:
    """The last day before the first unlawful one, for whoever stays on; None where the horizon shows no such day."""
    ahead = (
        found.on
        for found in _days(_still_here(history, day), horizon, rulebook)
        if found.on > day and found.lawful is False
    )
    first_unlawful = next(ahead, None)
    return add_days(first_unlawful, -1) if first_unlawful else None


def _used(history: History, today: _Day) -> int | None:
    if today.right in _FREE:
        return today.in_window
    return (today.on - today.entered).days + 1 if today.right == "visa" else None


def _citizen(day: date, present: bool, rulebook: Rulebook) -> LegalStay:
    check = Check.passed(rulebook.on(day)["citizens_stay"], "A citizen of Kazakhstan.")
    return LegalStay(day, present, "citizen", True, None, None, None, None, (check,), rulebook.version)


_LEAVE = "Leave the country, or obtain a permit or a visa."


def _checks(today: _Day, rulebook: Rulebook) -> Iterator[Check]:
    norms = today.norms
    if today.right in _TITLES or today.right == "none":
        yield from _title_checks(today, rulebook.on(today.on))
    if today.right == "visa_free":
        yield _limit(norms, "visa_free_entry", today.since_entry, "days since the entry")
        yield _limit(norms, "visa_free_total", today.in_window, "days in the window")
    if today.right == "eaeu":
        yield _limit(norms, "eaeu_total", today.in_window, "days in the window")


def _title_checks(today: _Day, norms: NormsInForce) -> Iterator[Check]:
    if today.right == "none":
        yield Check.failed(norms["own_validity"], "The visa or permit of this stay holds no longer.", _LEAVE)
        return
    if today.right == "eaeu_worker":
        yield Check.passed(norms["eaeu_work"], "Works here as the employer has declared.")
    else:
        yield Check.passed(norms["own_validity"], f"Stays by a {today.right.replace('_', ' ')}.")
    yield Check.not_applicable(norms["visa_free_total"], "Days under a title of one's own do not count.")


def _limit(norms: NormsInForce, name: str, used: int, what: str) -> Check:
    norm = norms[name]
    found = f"{used} {what}, of {norm.whole()} allowed."
    return Check.passed(norm, found) if used <= norm.whole() else Check.failed(norm, found, _LEAVE)
