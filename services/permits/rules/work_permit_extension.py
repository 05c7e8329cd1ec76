"""The extension of an employer's permit: when it may be asked for, how often, for how long, and what is checked again.

Source: conditions of permits (order 559 of 27.06.2016 as amended on 30.09.2020; since 01.07.2023 order 279), known from
reports. An extension is judged as the permit was, by the rules of the day, but for the checks that only a first permit
is put to (`ONLY_AT_FIRST`). It needs a place in the quota as well (law on migration, art. 36-1: permits are issued or
extended within the quota), one a worker and year: a place of the year that the permit holds already is enough, which is
our reading, no act that was read says it. NOT modelled: that an extension of category 1 is for whole years and by the
term of the first permit, the justification that the employer hands in, the duties under special conditions.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from services.permits.rules import quota
from shared.kernel.calendar import add_days, add_months
from shared.kernel.decisions import Check, Decision
from shared.kernel.norms import NormsInForce
from shared.kernel.terms import last_day_of

ONLY_AT_FIRST = frozenset(
    {
        "vacancy_term",  # the work is no vacancy; that an extension needs one was not read
        "vacancy_code",
        "free_persons",  # what the employer said of a ground was judged with the first permit
        "longest_term_category_1",
        "longest_term_category_2_to_4",
        "longest_term_seasonal",
        "longest_term_intra_corporate",
    }
)
"""Norms whose checks an extension is not put to: the term of an extension has a norm of its own."""

QUOTA = "quota_kinds"


@dataclass(frozen=True, slots=True)
class ExtensionAsked:
    """`ends` is the last day of the permit, which `state` it is in today, `until` the last day asked for; `before` are
    the times that it was extended; `has_place` where it holds a place in the quota of the year already."""

    kind: str
    category: str | None
    state: str
    ends: date
    until: date
    submitted_on: date
    before: int = 0
    has_place: bool = False

    @property
    def group(self) -> str:
        """By which the norms of extensions distinguish: the category of an employer's permit, else the kind."""
        return self.category if self.kind == "employer" and self.category else self.kind


def first_day(ends: date) -> date:
    """The first day of an extension: the one after the permit's last."""
    return add_days(ends, 1)


def decide_by(submitted_on: date, norms: NormsInForce) -> date:
    """The last day for the decision."""
    return last_day_of(norms["extension_decision_term"], submitted_on)


def decide(asked: ExtensionAsked, again: Sequence[Check], norms: NormsInForce) -> Decision:
    """`again` are the checks of a first permit, made of the worker as extended."""
    return Decision.by(norms, (*checks(asked, norms), *_made_again(asked, again, norms)))


def checks(asked: ExtensionAsked, norms: NormsInForce) -> Iterator[Check]:
    """What is asked of extensions alone."""
    yield _window(asked, norms)
    yield _times(asked, norms)
    yield _term(asked, norms)


def _made_again(asked: ExtensionAsked, again: Sequence[Check], norms: NormsInForce) -> Iterator[Check]:
    for check in again:
        if check.rule == QUOTA and asked.has_place:
            yield quota.held(norms)
        elif check.rule not in ONLY_AT_FIRST:
            yield check


def _window(asked: ExtensionAsked, norms: NormsInForce) -> Check:
    norm = norms["extension_window"]
    days = norm.table()
    if asked.state != "issued":
        remedy = "have the permit resumed" if asked.state == "suspended" else "apply for a new permit"
        return Check.failed(norm, f"the permit is {asked.state}", remedy)
    opens, closes = add_days(asked.ends, -days["earliest"]), add_days(asked.ends, -days["latest"])
    found = f"asked for on {asked.submitted_on}; the permit ends on {asked.ends}"
    if asked.submitted_on < opens:
        return Check.failed(norm, found, f"apply between {opens} and {closes}")
    if asked.submitted_on > closes:
        return Check.failed(norm, found, f"apply for a new permit: an extension was to be asked for by {closes}")
    return Check.passed(norm, found)


def _times(asked: ExtensionAsked, norms: NormsInForce) -> Check:
    norm = norms["extension_times"]
    most = norm.table().get(asked.group)
    if most is None:
        return Check.passed(norm, f"extended {asked.before} times before; no limit is known for {_name(asked)}")
    found = f"extended {asked.before} times before, at most {most} for {_name(asked)}"
    if asked.before < most:
        return Check.passed(norm, found)
    return Check.failed(norm, found, "apply for a new permit")


def _term(asked: ExtensionAsked, norms: NormsInForce) -> Check:
    norm = norms["extension_longest"]
    months = norm.table().get(asked.group)
    first, least = first_day(asked.ends), norms["shortest_term"].whole()
    if months is None:
        return _without_term(asked, norms)
    if asked.until < add_days(add_months(first, least), -1):
        soonest = add_days(add_months(first, least), -1)
        return Check.failed(norm, f"until {asked.until}: below {least} month", f"ask for {soonest} or a later day")
    last = add_days(add_months(first, months), -1)
    if asked.until <= last:
        return Check.passed(norm, f"from {first} until {asked.until}, at most {months} months")
    return Check.failed(norm, f"from {first} until {asked.until}, at most {months} months", f"ask for at most {last}")


def _without_term(asked: ExtensionAsked, norms: NormsInForce) -> Check:
    """Of a permit whose category or kind has no term of extensions: none is granted. Where the norm of times refuses
    it already, this one adds nothing."""
    norm, most = norms["extension_longest"], norms["extension_times"].table().get(asked.group)
    if most == 0:
        return Check.not_applicable(norm, f"{_name(asked)}: no extension")
    if asked.kind == "employer" and asked.category is None:
        found = "the permit's category, by which its extensions go, is not on record"
        return Check.failed(norm, found, "have the category of the permit recorded")
    return Check.failed(norm, f"{_name(asked)}: no term of an extension is known", "apply for a new permit")


def _name(asked: ExtensionAsked) -> str:
    return f"category {asked.group}" if asked.group.isdigit() else asked.group
