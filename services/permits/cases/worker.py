"""One foreigner whom an application for work permits asks for, and the vacancy that nobody here has filled."""

from typing import Annotated, Literal

from pydantic import Field

from shared.events.contradictions import not_before
from shared.events.permits import Category
from shared.events.person import Person
from shared.events.wire import Occupation, PastDate, ReckonedDate, WireModel

FreeAs = Literal[
    "kandas",
    "business_immigrant",
    "refugee",
    "asylum_seeker",
    "humanitarian",
    "convict_without_prison",
    "trafficking_victim",
    "head_of_foreign_company",
]
"""What frees a person of the permit by the government's list (decree 1041 of 24.11.2023, as far as it was read)."""


class Vacancy(WireModel):
    """The vacancy that nobody in the country has filled, as the electronic labour exchange published it."""

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{1,40}$", description="publication code")]
    published_on: PastDate


class Worker(WireModel):
    """One foreigner asked for. `wage` in tenge a month, gross; the permit shall hold from and to the days named."""

    person: Person
    category: Category | None = Field(None, description="1 to 4; none for seasonal work")
    occupation: Occupation | None = None
    wage: int = Field(strict=True, ge=0, le=1_000_000_000)
    valid_from: ReckonedDate
    valid_until: ReckonedDate
    vacancy: Vacancy | None = Field(None, description="needed by order 93 of 28.03.2025, 15 days before")
    free_as: FreeAs | None = Field(
        None, description="why the foreigner may need no permit, if the employer knows of it"
    )
    education: int | None = Field(None, strict=True, ge=0, le=8, description="highest completed, by ISCED 2011")

    CONTRADICTIONS = (not_before("valid_until", "valid_from"),)
