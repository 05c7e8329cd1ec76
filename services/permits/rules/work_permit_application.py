"""What the rules see of an application and its employer: facts without persons."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from services.permits.rules.quota import QuotaSlot


@dataclass(frozen=True, slots=True)
class WorkerAsked:
    """One foreigner asked for. `wage` in tenge a month; valid on both days; `category` is None for seasonal work.
    `vacancy_since` is when the vacancy was published on the labour exchange, `free_as` what might free the foreigner of
    the permit, as far as the employer says it; `occupation` a group of ISCO-08, `education` a level of ISCED 2011."""

    category: str | None
    citizenship: str
    wage: int
    valid_from: date
    valid_until: date
    vacancy_since: date | None = None
    free_as: str | None = None
    has_iin: bool = False
    occupation: str | None = None
    education: int | None = None


@dataclass(frozen=True, slots=True)
class PermitsAsked:
    """`kind`: employer, seasonal or intra_corporate. Region and activity are those of the place of work, which may lie
    in `further_regions` too;
    `employer_form` is what may exempt the employer from local content; no `submitted_on` is the day of the decision."""

    kind: str
    region: str
    activity: str
    workers: tuple[WorkerAsked, ...]
    employer_form: str | None = None
    submitted_on: date | None = None
    further_regions: tuple[str, ...] = ()

    @property
    def regions(self) -> tuple[str, ...]:
        return (self.region, *self.further_regions)

    @property
    def places(self) -> list[QuotaSlot]:
        """A place of each worker in each region, in the order of `workers` and of `regions`."""
        return [
            QuotaSlot(self.kind, worker.category, region, self.activity, worker.citizenship)
            for worker in self.workers
            for region in self.regions
        ]

    def asked(self, categories: Collection[str]) -> int:
        """How many workers of these categories the application asks for."""
        return sum(worker.category in categories for worker in self.workers)


@dataclass(frozen=True, slots=True)
class Staff:
    """The employer's staff by category: `citizens` as the employer reported, who works on a permit or is promised one
    as the register knows (`transferred`: within a corporation; `foreigners`: all others)."""

    as_of: date | None
    citizens: Mapping[str, int] = field(default_factory=dict)
    foreigners: Mapping[str, int] = field(default_factory=dict)
    transferred: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class VacancySeen:
    """What the labour exchange says of the vacancy that a worker's application names; unknown where it does not say."""

    outcome: Literal["found", "not_found", "unknown"]
    published_on: date | None = None
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What registers tell of an application beside its staff, quota and bans. `vacancies` stand in the order of the
    workers; empty, or None for a worker, the exchange was not asked. `illegal_work` is the last day on which a check
    found the employer's foreigners at work without a permit or in another trade, `earlier_category_4` how many permits
    of category 4 it had whose time to be replaced by citizens is over."""

    vacancies: tuple[VacancySeen | None, ...] = ()
    illegal_work: date | None = None
    earlier_category_4: int = 0

    def vacancy_of(self, number: int) -> VacancySeen | None:
        """Of the worker with that number, from 1."""
        return self.vacancies[number - 1] if number <= len(self.vacancies) else None


def named(positions: list[int]) -> str:
    """`worker 2`, or `workers 2, 5`: by their place in the application, from 1."""
    return f"worker{'s' if len(positions) > 1 else ''} {', '.join(map(str, positions))}"


def positions(application: PermitsAsked, wrong: Collection[WorkerAsked]) -> list[int]:
    """Where the workers stand that something is wrong with."""
    return [number for number, worker in enumerate(application.workers, 1) if worker in wrong]
