"""Totals of the voluntary register for the labour ministry (C5): single records never leave with them."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, cast

from pydantic import Field, StringConstraints
from sqlalchemy.ext.asyncio import AsyncEngine

from services.consular.rules.consular_registration import fresh_since
from services.consular.rules.rulebook import rulebook
from services.consular.rules.totals import shown
from services.consular.store import consular_registration as store
from services.consular.store.consular_registration import Axis, Total
from shared import clock
from shared.events.consular import Legality, StayAbroad
from shared.events.contradictions import contradiction
from shared.events.wire import Country, Occupation, Region, Text, WireModel


@dataclass(frozen=True, slots=True)
class Totals:
    """The entries in effect on `day` by mission, country and purpose, stale ones apart."""

    day: date
    totals: list[Total]


async def totals(engine: AsyncEngine) -> Totals:
    today = clock.today()
    async with engine.connect() as connection:
        return Totals(today, await store.totals(connection, fresh_since(rulebook().on(today))))


class ProfileQuery(WireModel):
    """By which characteristics citizens are counted (`by`), and of whom: those who have the codes that are given."""

    by: tuple[Axis, ...] = Field(min_length=1, max_length=4)
    country: Country | None = None
    purpose: StayAbroad | None = None
    legal_basis: Text | None = None
    legality: Legality | None = None
    occupation: Occupation | None = None
    region_of_origin: Region | None = None
    sex: Literal["M", "F"] | None = None
    age_group: Annotated[str, StringConstraints(pattern=r"^Y(\d{1,2}T\d{1,2}|_GE85)$")] | None = None

    CONTRADICTIONS = (
        contradiction("the same characteristic stands there twice", "by", found=lambda by: len(set(by)) < len(by)),
    )


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """How many citizens on the register have the codes of `by`; null is what an entry does not say."""

    by: dict[Axis, str | None]
    citizens: int


@dataclass(frozen=True, slots=True)
class Profile:
    """Who is on the register on `day`, in groups of at least `smallest` citizens. `groups_withheld` were smaller; one
    answer does not tell how many citizens are in them. Two answers may, taken from each other: this is for the
    ministries that are entitled to exact totals, and no substitute for the disclosure control of what is published."""

    day: date
    smallest: int
    lines: list[ProfileLine]
    groups_withheld: int


async def profile(engine: AsyncEngine, asked: ProfileQuery) -> Profile:
    """The citizens on the register as `asked`. Groups that are so small that they show persons are withheld."""
    today = clock.today()
    by = asked.by
    only = cast(dict[Axis, str], asked.model_dump(exclude={"by"}, exclude_none=True))
    norm = rulebook().on(today)["smallest_group"]
    async with engine.connect() as connection:
        counted = await store.profile(connection, by, only, today)
    lines = [ProfileLine(dict(zip(by, codes, strict=True)), number) for codes, number in counted if shown(number, norm)]
    return Profile(today, norm.whole(), lines, len(counted) - len(lines))
