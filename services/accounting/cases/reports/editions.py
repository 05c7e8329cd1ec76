"""Which release a report is made from, by when it is due, and whether it can be made yet.

A report is made from one release, which never changes: so it is stored nowhere, and made again it is the same. The one
to hand in is of the newest release by its due day; one whose period was over when no release followed by then is of the
first one after.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from services.accounting.cases.figures.read_released import Snapshots
from services.accounting.rules.reports.due import Every, ReportPeriod, Term, due_on, last_over
from services.accounting.rules.rulebook import rulebook
from services.accounting.store.releases import release as store
from services.accounting.store.releases.release import Release
from shared import clock
from shared.errors import NotFound
from shared.kernel.norms import NotInForce

PERIODS_SHOWN: Final = 4
RELEASES_SEEN: Final = 120
NO_RELEASE: Final = "No release has been cut yet."
NO_SUCH_RELEASE: Final = "There is no release with this number."

State = Literal["period_runs", "waits_for_release", "ready"]


@dataclass(frozen=True, slots=True)
class ReportDue:
    """A report of a period: the last day for it, whether it can be made, and from which release it is handed in."""

    period: ReportPeriod
    due: date | None
    state: State
    release: int | None = None
    cut_at: datetime | None = None
    method_version: str | None = None


async def releases_cut(reader: Snapshots) -> list[Release]:
    """Those that reports may be of, newest first."""
    async with reader.snapshot() as connection:
        return await store.newest_of_all(connection, RELEASES_SEEN)


def schedule(cut: Sequence[Release], every: Every, term: Term | None) -> list[ReportDue]:
    """The period that runs and those before it, newest first. `cut`: the releases, newest first."""
    periods = [ReportPeriod.containing(clock.today(), every)]
    while len(periods) < PERIODS_SHOWN:
        periods.append(periods[-1].before())
    return [handed_in(period, due_day_of(period, term), cut) for period in periods]


def handed_in(period: ReportPeriod, due: date | None, cut: Sequence[Release]) -> ReportDue:
    """`cut`: the releases, newest first."""
    if clock.today() < period.end:
        return ReportDue(period, due, "period_runs")
    after = [each for each in cut if clock.date_of(each.cut_at) >= period.end]
    if not after:
        return ReportDue(period, due, "waits_for_release")
    in_time = [each for each in after if due is None or clock.date_of(each.cut_at) <= due]
    chosen = in_time[0] if in_time else after[-1]
    return ReportDue(period, due, "ready", chosen.id, chosen.cut_at, chosen.method_version)


def due_day_of(period: ReportPeriod, term: Term | None) -> date | None:
    """None where no day is set, or none was yet."""
    if term is None:
        return None
    try:
        return due_on(period, rulebook().on(period.end)[term])
    except NotInForce:
        return None


async def release_to_report(reader: Snapshots, number: int | None) -> Release:
    """The release with the number, else the newest. Raises NotFound, also for a number that no release can have."""
    if number is not None and not 0 < number < 2**63:
        raise NotFound(NO_SUCH_RELEASE)
    async with reader.snapshot() as connection:
        found = await (store.newest(connection) if number is None else store.numbered(connection, number))
    if found is None:
        raise NotFound(NO_RELEASE if number is None else NO_SUCH_RELEASE)
    return found


def period_of(release: Release | None, every: Every) -> ReportPeriod:
    """The newest period that was over when a release was cut; of exact figures, the newest that is over."""
    return last_over(clock.date_of(release.cut_at) if release else clock.today(), every)
