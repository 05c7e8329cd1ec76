"""By what right somebody stays on a day, how many days that leaves, and since when there is none (P5).

The days of entry and of exit are both days of stay, and the first day of a stay is its day 1. The window of a day ends
on that day: of 180 days it holds the day and the 179 before it. Only days without a title count in it; those under a
permit or a visa count by its own validity, and a citizen of the Union who works here stays as long as the work lasts.
A stay that was begun under a visa or permit lasts no longer than these: the days free of visa belong to those who
entered without one.

Read so where the register is incomplete, in favour of the person: of a stay whose exit is missing, because another
entry follows, only the day of entry counts; an exit without an entry counts for nothing. Days before the first that
the rulebook vouches for are neither right nor wrong (`unknown`) and do not count.

Who is admitted without a visa is a matter of citizenship: each state has its own ground and terms, and of a state for
which no ground is known nothing is said (`unknown`): a visa may not have reached the register.

NOT modelled: purposes that a ground leaves out (China: work and study), crews, stays for a reason that the law excuses,
and the transit of 72 hours without a visa, which ended in July 2022, before the first day that the rulebook knows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from services.portal.rules.stays.stay_span import Limit, Right, StaySpan
from services.portal.rules.visas.visa import is_for_the_entry
from shared.kernel import codes
from shared.kernel.calendar import add_days
from shared.kernel.decisions import Check
from shared.kernel.norms import NormsInForce, Rulebook

HOME = "KAZ"
AHEAD = 3_660  # days; how far a last day is looked for; beyond, none is named

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
    number: str | None = None


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
    visa_number: str | None = None


def visa_free_limits(citizenship: str, norms: NormsInForce) -> tuple[Limit, ...]:
    """The limits of an entry without a visa on the norms' day; empty where no ground for it is known."""
    if "visa_free_total" not in norms:
        return ()
    own = norms["visa_free_own_terms"]
    terms = own.table().get(citizenship)
    if terms is None and not any(
        citizenship in norms[ground].codes() for ground in ("visa_free_bilateral", "visa_free_unilateral")
    ):
        return ()
    return tuple(
        Limit(own, terms[name], per_entry) if terms and name in terms else Limit(general, general.whole(), per_entry)
        for name, general, per_entry in (
            ("per_entry", norms["visa_free_entry"], True),
            ("total", norms["visa_free_total"], False),
        )
    )


def _eaeu_limits(norms: NormsInForce) -> tuple[Limit, ...]:
    return (Limit(norms["eaeu_total"], norms["eaeu_total"].whole(), per_entry=False),)


def legal_stay(history: History, day: date, rulebook: Rulebook) -> LegalStay:
    """By what right the person stays on `day`, or would when entering on it."""
    known = replace(history, crossings=tuple(c for c in history.crossings if c.day <= day))
    present = is_present(known, day)
    if history.citizenship == HOME:
        return _citizen(day, present, rulebook)
    if not present:
        known = replace(known, crossings=(*known.crossings, StayBound(day, entry=True)))
    spans = list(_spans(_still_here(known, day), day, rulebook))
    today, since = spans[-1], _without_right_since(spans)
    last = add_days(since, -1) if since else _last_day(known, day, rulebook)
    return LegalStay(
        day=day,
        present=present,
        right=today.right,
        lawful=today.lawful(day),
        days_used=_used(today, day),
        days_left=0 if since else (last - day).days if last else None,
        last_day=last,
        since=since,
        checks=tuple(_checks(today, day, rulebook)),
        rulebook=rulebook.version,
        visa_number=_visa_of(known, today, rulebook),
    )


def overstayed_since(history: History, day: date, rulebook: Rulebook) -> date | None:
    """The first day of the stay without right in which the person is on `day`; None where there is no such stay."""
    crossings = _without_exit_on(tuple(c for c in history.crossings if c.day <= day), day)
    if history.citizenship == HOME or not (crossings and crossings[-1].entry):
        return None
    return _without_right_since(list(_spans(replace(history, crossings=crossings), day, rulebook)))


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


def _spans(history: History, until: date, rulebook: Rulebook) -> Iterator[StaySpan]:
    """Every day of every stay up to `until`, in order; a day of exit and entry is a day of both stays."""
    counted: list[tuple[date, date]] = []
    entries: list[date] = []
    for entered, left in _stays(history.crossings, until):
        norms, used = rulebook.on(entered), 0
        free = visa_free_limits(history.citizenship, norms)
        entries.append(entered)
        for first, last in _parts(history, entered, left, rulebook):
            right = _right(history, entries, first, norms, rulebook)
            right = "unknown" if right == "visa_free" and not free else right
            if right in (*_FREE, "none"):
                _count(counted, first, last)
            limits = free if right == "visa_free" else _eaeu_limits(norms) if right == "eaeu" else ()
            window = rulebook.on(first)["visa_free_window"].whole() if limits else 0
            yield StaySpan(first, last, entered, right, limits, used, tuple(counted), window)
            used += (last - first).days + 1 if right in _FREE else 0


def _count(counted: list[tuple[date, date]], first: date, last: date) -> None:
    """A day of exit and entry counts once."""
    if counted and first <= counted[-1][1]:
        first = add_days(counted[-1][1], 1)
    if first <= last:
        counted.append((first, last))


def _parts(history: History, entered: date, left: date, rulebook: Rulebook) -> Iterator[tuple[date, date]]:
    """The stay, cut where a title may begin or end, and where the rulebook begins to reach."""
    cuts = {norm.since for norm in rulebook.history["own_validity"]}
    for permit in (*history.residence_permits, *history.work_permits, *history.eaeu_work, *history.protection):
        cuts |= {permit.valid_from, add_days(permit.valid_until, 1) if permit.valid_until else permit.valid_from}
    for visa in history.visas:
        cuts |= {visa.valid_from, add_days(visa.valid_until, 1), visa.annulled_on or visa.valid_from}
        if visa.stay_days is not None:
            cuts.add(add_days(max(entered, visa.valid_from), visa.stay_days))
    starts = [entered, *sorted(cut for cut in cuts if entered < cut <= left)]
    yield from zip(starts, [*(add_days(start, -1) for start in starts[1:]), left], strict=True)


def _right(history: History, entries: list[date], day: date, norms: NormsInForce, rulebook: Rulebook) -> Right:
    if "own_validity" not in rulebook.on(day):
        return "unknown"
    if title := _title(history, entries, day, rulebook):
        return title
    if codes.is_member("EAEU", history.citizenship, day):
        return "eaeu" if "eaeu_total" in norms else "unknown"
    return "none" if _title(history, entries, entries[-1], rulebook) else "visa_free"


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


def _visa_of(history: History, span: StaySpan, rulebook: Rulebook) -> str | None:
    """The number of the visa that gives the right; of several, of the one that is valid longest."""
    if span.right != "visa":
        return None
    entries = [crossing.day for crossing in history.crossings if crossing.entry and crossing.day <= span.entered]
    admitting = (visa for visa in history.visas if _admits(visa, entries, span.first, rulebook))
    return max(admitting, key=lambda visa: visa.valid_until).number


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


def _without_right_since(spans: Sequence[StaySpan]) -> date | None:
    """The first of the unlawful days at the end; None where the last day is none of them."""
    since = None
    for span in reversed(spans):
        begun = span.unlawful_from
        if begun is None:
            break
        since = begun
        if begun > span.first:
            break
    return since


def _last_day(history: History, day: date, rulebook: Rulebook) -> date | None:
    """The last day before the first unlawful one, for whoever stays on; None where the horizon shows no such day."""
    horizon = add_days(day, AHEAD)
    for span in _spans(_still_here(history, day), horizon, rulebook):
        if (begun := span.unlawful_from) and span.last > day:
            return add_days(max(begun, add_days(day, 1)), -1)
    return None


def _used(span: StaySpan, day: date) -> int | None:
    if span.right in _FREE:
        return span.in_window(day)
    return (day - span.entered).days + 1 if span.right == "visa" else None


def _citizen(day: date, present: bool, rulebook: Rulebook) -> LegalStay:
    check = Check.passed(rulebook.on(day)["citizens_stay"], "A citizen of Kazakhstan.")
    return LegalStay(day, present, "citizen", True, None, None, None, None, (check,), rulebook.version)


_LEAVE = "Leave the country, or obtain a permit or a visa."


def _checks(span: StaySpan, day: date, rulebook: Rulebook) -> Iterator[Check]:
    if span.right in _TITLES or span.right == "none":
        yield from _title_checks(span.right, rulebook.on(day))
    for limit in span.limits:
        yield _measured(limit, span.used(limit, day))


def _title_checks(right: Right, norms: NormsInForce) -> Iterator[Check]:
    if right == "none":
        yield Check.failed(norms["own_validity"], "The visa or permit of this stay holds no longer.", _LEAVE)
        return
    if right == "eaeu_worker":
        yield Check.passed(norms["eaeu_work"], "Works here as the employer has declared.")
    else:
        yield Check.passed(norms["own_validity"], f"Stays by a {right.replace('_', ' ')}.")
    yield Check.not_applicable(norms["visa_free_total"], "Days under a title of one's own do not count.")


def _measured(limit: Limit, used: int) -> Check:
    explanation = f"{used} days {'since the entry' if limit.per_entry else 'in the window'}, of {limit.days} allowed."
    if used <= limit.days:
        return Check.passed(limit.norm, explanation)
    return Check.failed(limit.norm, explanation, _LEAVE)
