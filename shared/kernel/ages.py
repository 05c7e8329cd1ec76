"""Age and age groups, coded as in the cross-domain SDMX list CL_AGE."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date

from shared.kernel.periods import PartialDate


@dataclass(frozen=True, slots=True)
class AgeGroup:
    """Ages from `youngest` to `oldest`, both included, in completed years; `oldest` None is open."""

    youngest: int
    oldest: int | None

    @property
    def code(self) -> str:
        return f"Y_GE{self.youngest}" if self.oldest is None else f"Y{self.youngest}T{self.oldest}"


BROAD_GROUPS = (AgeGroup(0, 14), AgeGroup(15, 34), AgeGroup(35, 64), AgeGroup(65, None))
FIVE_YEAR_GROUPS = (*(AgeGroup(youngest, youngest + 4) for youngest in range(0, 85, 5)), AgeGroup(85, None))


def age_on(born: PartialDate, day: date) -> int:
    """Completed years of age on a day, by the assumed day of birth where only a part of the date is known.

    Someone born on 29 February completes a year on 1 March of common years. A child of this year whose assumed
    birthday still lies ahead is 0.
    """
    birthday = born.assumed_day()
    years = day.year - birthday.year - ((day.month, day.day) < (birthday.month, birthday.day))
    return max(years, 0)


def group_of(age: int, groups: tuple[AgeGroup, ...] = FIVE_YEAR_GROUPS) -> AgeGroup:
    """The group that an age of 0 or more falls into; `groups` are in order and start at 0."""
    return groups[bisect_right(groups, age, key=lambda group: group.youngest) - 1]
