"""The fee of a permit, in tenge, or why it cannot be said.

Source: decree 819 of 03.10.2025 (since 2026; decree 157 of 03.04.2018 before). ASSUMED by the norm `fee_where_unread`,
and said in `missing`: the group of activities that no report names, and the rates of terms beyond a year. There the
authority's notice decides, and an officer may set what it names. NOT modelled: seasonal work beyond the longest term.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.permits.rules.work_permit_application import PermitsAsked, WorkerAsked
from shared.kernel.calendar import add_months
from shared.kernel.norms import Norm, NormsInForce
from shared.kernel.terms import last_day_of

FREE_KINDS = frozenset({"intra_corporate"})


@dataclass(frozen=True, slots=True)
class Share:
    """What is due to the budget of one region."""

    region: str
    tenge: int | None


@dataclass(frozen=True, slots=True)
class Fee:
    """What is due by `pay_by`. `tenge` is None where the rate is not modelled; `explanation` says how it comes about;
    `rules` are the norms applied, with their versions; `shares` what each of several regions is due of it; `missing`
    what was not read, so that the fee is a default."""

    tenge: int | None
    pay_by: date
    explanation: str
    rules: tuple[str, ...]
    shares: tuple[Share, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NotModelled:
    """Why the fee of a worker cannot be said."""

    reason: str


def due(application: PermitsAsked, norms: NormsInForce) -> Fee | None:
    """The fee that falls due with a decision of this day; None where the kind of permit is free of it."""
    if application.kind in FREE_KINDS:
        return None
    pay_by = last_day_of(norms["payment_term"], norms.day)
    rates = [_rate(application, worker, norms) for worker in application.workers]
    unknown = {rate.reason for rate in rates if isinstance(rate, NotModelled)}
    if unknown:
        why = f"not modelled, the notice names it: {'; '.join(sorted(unknown))}"
        return Fee(None, pay_by, why, (), _shares(application, None))
    known = [rate for rate in rates if isinstance(rate, int)]
    index = norms["monthly_index"]
    missing = _missing(application, norms)
    applied = tuple(f"{norm.name} {norm.version}" for norm in (index, *_norms_of(application, missing, norms)))
    each, shares = sum(known) * index.whole(), _shares(application, sum(known) * index.whole())
    to_each = f" to each of {len(shares)} budgets" if shares else ""
    assumed = f"; a default, the notice decides: {'; '.join(missing)}" if missing else ""
    explanation = f"{sum(known)} MCI of {index.whole()} tenge{to_each}{assumed}"
    return Fee(each * len(application.regions), pay_by, explanation, applied, shares, missing)


def _shares(application: PermitsAsked, each: int | None) -> tuple[Share, ...]:
    """None where there is one region: its budget gets the whole."""
    return tuple(Share(region, each) for region in application.regions) if application.further_regions else ()


def _norms_of(application: PermitsAsked, missing: tuple[str, ...], norms: NormsInForce) -> Iterator[Norm]:
    names = ["fee_of_seasonal"] if application.kind == "seasonal" else ["fee_of_category", "fee_group"]
    names += ["fee_where_unread"] if missing else []
    return (norms[name] for name in names)


def _missing(application: PermitsAsked, norms: NormsInForce) -> tuple[str, ...]:
    """What was not read of the rates that the application asks for, and what stands in its place."""
    if application.kind == "seasonal":
        return ()
    said = []
    if application.activity not in norms["fee_group"].table():
        group = norms["fee_where_unread"].table()["group"]
        said.append(f"the group of activity {application.activity} was not read, the {group} one is taken")
    if any(_begun_years(worker) > 1 for worker in application.workers):
        said.append("the rates of terms beyond 12 months were not read, each begun year pays that of one")
    return tuple(said)


def _rate(application: PermitsAsked, worker: WorkerAsked, norms: NormsInForce) -> int | NotModelled:
    """In monthly calculation indexes."""
    if application.kind == "seasonal":
        return _seasonal(worker, norms["fee_of_seasonal"])
    group = norms["fee_group"].table().get(application.activity) or norms["fee_where_unread"].table()["group"]
    rate: int = norms["fee_of_category"].table()[group][worker.category]
    further: int = norms["fee_where_unread"].table()["rates_a_further_year"]
    return rate + rate * further * (_begun_years(worker) - 1)


def _begun_years(worker: WorkerAsked) -> int:
    """How many years of the term have begun by its last day; 1 at least."""
    years = max(worker.valid_until.year - worker.valid_from.year, 0)
    return years + (worker.valid_until >= add_months(worker.valid_from, 12 * years)) or 1


def _seasonal(worker: WorkerAsked, norm: Norm) -> int | NotModelled:
    days = (worker.valid_until - worker.valid_from).days + 1
    enough = [int(longest) for longest in norm.table() if days <= int(longest)]
    if not enough:
        return NotModelled(f"no rate is known for {days} days of seasonal work")
    rate: int = norm.table()[str(min(enough))]
    return rate
