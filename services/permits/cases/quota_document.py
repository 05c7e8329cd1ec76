"""A year's quota as it is ordered, moved and kept: documents and their pools (L2)."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from services.permits.rules.quota import UNDISTRIBUTED, Pool
from services.permits.rules.quota_move import Move, Name
from shared import clock
from shared.db.identifiers import new_id
from shared.db.records import Record
from shared.events.contradictions import Contradiction, contradiction, not_before, together, twice
from shared.events.permits import Category
from shared.events.wire import Activity, Country, Date, PastDate, Region, Text, WireModel

Places = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]
QuotaKind = Literal["employer", "seasonal", "labour_immigrant", "undistributed"]


class PoolName(WireModel):
    """What tells one pool from another. One without region, activity and country is national and counts towards the
    ceiling; others limit within it. No worker draws on what is `undistributed`: it waits for a move."""

    kind: QuotaKind
    category: Category | None = None
    region: Region | None = None
    activity: Activity | None = None
    country: Country | None = Field(None, description="whose citizens a treaty gives the pool to")

    CONTRADICTIONS: ClassVar[tuple[Contradiction, ...]] = (
        contradiction(
            "only employers' permits have a category",
            "category",
            "kind",
            found=lambda category, kind: category is not None and kind != "employer",
        ),
        contradiction(
            "a national pool of employers' permits names its category",
            "category",
            "region",
            "activity",
            "country",
            "kind",
            found=lambda category, region, activity, country, kind: (
                kind == "employer" and not (category or region or activity or country)
            ),
        ),
        contradiction(
            "what is not distributed belongs to no region, activity or country",
            "kind",
            "region",
            "activity",
            "country",
            found=lambda kind, region, activity, country: kind == UNDISTRIBUTED and (region or activity or country),
        ),
    )

    @property
    def names(self) -> Name:
        return (self.kind, self.category, self.region, self.activity, self.country)


class PoolLine(PoolName):
    """One line of the quota."""

    treaty: Text | None = Field(None, description="the act by which citizens of `country` have a pool of their own")
    size: Places

    CONTRADICTIONS = (*PoolName.CONTRADICTIONS, together("country", "treaty"))


class QuotaOrder(WireModel):
    """The quota of a year as the authorised body orders it. It takes effect on `holds_from`: on the day on which it is
    recorded, if none is given. `labour_force` in persons, the ceiling being a share of it, is stated with its source
    where the year's figure is not on record here."""

    act: Text
    ordered_on: PastDate | None = None
    holds_from: Date | None = None
    labour_force: int | None = Field(None, strict=True, ge=1, le=100_000_000)
    labour_force_source: Text | None = None
    pools: tuple[PoolLine, ...] = Field(max_length=5_000)

    CONTRADICTIONS = (
        twice(
            "another pool names the same kind, category, region, activity and country",
            "pools",
            lambda line: line.names,
        ),
        not_before("holds_from", "ordered_on"),
    )


class PlacesMove(WireModel):
    """Places from one pool to another. The national pools behind them follow, the country's total stays."""

    source: PoolName
    target: PoolName
    treaty: Text | None = Field(None, description="of a target that is made by the move, and is a country's")
    places: Annotated[int, Field(strict=True, ge=1, le=10_000_000)]


class QuotaMove(WireModel):
    """An act that moves places between the pools of a year's quota, all of its moves or none."""

    act: Text
    ordered_on: PastDate | None = None
    holds_from: Date | None = None
    moves: list[PlacesMove] = Field(min_length=1, max_length=500)

    CONTRADICTIONS = (not_before("holds_from", "ordered_on"),)


class MovedPlaces(WireModel):
    """What a version moved, and in which version, by which act, the places were before."""

    version: int
    act: Text
    moves: tuple[PlacesMove, ...]


class QuotaVersion(QuotaOrder):
    """One version of a year's quota as it is kept: an order, or the quota as a move left it (`moved`)."""

    moved: MovedPlaces | None = None

    @classmethod
    def ordered(cls, order: QuotaOrder) -> "QuotaVersion":
        return cls.model_construct(**{**dict(order), "moved": None})

    @property
    def lines(self) -> list[Pool]:
        """Its pools, with nothing in use."""
        return [
            Pool(new_id(), line.kind, line.category, line.region, line.activity, line.size, country=line.country)
            for line in self.pools
        ]

    def after(self, move: QuotaMove, version: int, pools: list[Pool]) -> "QuotaVersion":
        """The version that `move` makes of this one, which is number `version`; `pools` are what it leaves."""
        treaties = {each.target.names: each.treaty for each in move.moves} | {p.names: p.treaty for p in self.pools}
        lines = [PoolLine.model_validate(line_of(pool, treaties)) for pool in pools]
        return QuotaVersion(
            act=move.act,
            ordered_on=move.ordered_on,
            holds_from=move.holds_from,
            labour_force=self.labour_force,
            labour_force_source=self.labour_force_source,
            pools=tuple(lines),
            moved=MovedPlaces(version=version, act=self.act, moves=tuple(move.moves)),
        )


def line_of(pool: Pool, treaties: dict[Name, str | None]) -> dict[str, Any]:
    """A pool as a line of the quota has it."""
    name: Name = (pool.kind, pool.category, pool.region, pool.activity, pool.country)
    members = ("kind", "category", "region", "activity", "country")
    return dict(zip(members, name, strict=True)) | {"treaty": treaties.get(name), "size": pool.size}


def moves_of(move: QuotaMove) -> list[Move]:
    return [Move(each.source.names, each.target.names, each.places) for each in move.moves]


def nearest(day: date, year: int) -> date:
    """The day, or the nearest one of that year."""
    return min(max(day, date(year, 1, 1)), date(year, 12, 31))


def takes_effect(record: Record) -> date:
    """The first day of one version of a year's quota: what it says itself, or the day on which it was recorded."""
    said = QuotaVersion.read(record.body).holds_from
    return said or nearest(record.changed_at.astimezone(clock.ALMATY).date(), int(record.source_id))
