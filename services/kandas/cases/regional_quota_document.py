"""A year's regional quotas as they are ordered, moved and kept: documents and their pools (K3)."""

from datetime import date
from typing import Annotated

from pydantic import Field

from services.kandas.rules.regional_quota import Kind, Move, Name, Pool
from shared import clock
from shared.db.records import Record
from shared.events.contradictions import not_before, twice
from shared.events.wire import Date, PastDate, Region, Text, WireModel

Places = Annotated[int, Field(strict=True, ge=0, le=10_000_000)]


class PoolName(WireModel):
    """What tells one pool from another: of whom it is, and of which region. Without a region it is the total of the
    country, in which the regions lie."""

    kind: Kind
    region: Region | None = None

    @property
    def names(self) -> Name:
        return (self.kind, self.region)


class PoolLine(PoolName):
    """One line of the quota, in persons."""

    size: Places


class RegionalQuotaOrder(WireModel):
    """The quotas of a year as the authorised body orders them, of kandas and of resettlers. They take effect on
    `holds_from`: on the day on which the order is recorded, if none is given."""

    act: Text
    ordered_on: PastDate | None = None
    holds_from: Date | None = None
    pools: tuple[PoolLine, ...] = Field(min_length=1, max_length=200)

    CONTRADICTIONS = (
        twice("another pool names the same kind and region", "pools", lambda line: line.names),
        not_before("holds_from", "ordered_on"),
    )


class PlacesMove(WireModel):
    """Places from one pool to another; the totals of their kinds follow."""

    source: PoolName
    target: PoolName
    places: Annotated[int, Field(strict=True, ge=1, le=10_000_000)]


class RegionalQuotaMove(WireModel):
    """An act that moves places between the pools of a year, all of its moves or none."""

    act: Text
    ordered_on: PastDate | None = None
    holds_from: Date | None = None
    moves: tuple[PlacesMove, ...] = Field(min_length=1, max_length=200)

    CONTRADICTIONS = (not_before("holds_from", "ordered_on"),)

    @property
    def between(self) -> list[Move]:
        return [Move(each.source.names, each.target.names, each.places) for each in self.moves]


class MovedPlaces(WireModel):
    """What a version moved, and in which version, by which act, the places were before."""

    version: int
    act: Text
    moves: tuple[PlacesMove, ...]


class RegionalQuotaVersion(RegionalQuotaOrder):
    """One version of a year's quotas as it is kept: an order, or the quotas as a move left them (`moved`)."""

    moved: MovedPlaces | None = None

    @classmethod
    def ordered(cls, order: RegionalQuotaOrder) -> "RegionalQuotaVersion":
        return cls.model_construct(**{**dict(order), "moved": None})

    @property
    def lines(self) -> list[Pool]:
        """Its pools, with nothing given."""
        return [Pool(line.kind, line.region, line.size) for line in self.pools]

    def after(self, move: RegionalQuotaMove, version: int, pools: list[Pool]) -> "RegionalQuotaVersion":
        """The version that `move` makes of this one, which is number `version`; `pools` are what it leaves."""
        return RegionalQuotaVersion(
            act=move.act,
            ordered_on=move.ordered_on,
            holds_from=move.holds_from,
            pools=tuple(PoolLine(kind=pool.kind, region=pool.region, size=pool.size) for pool in pools),
            moved=MovedPlaces(version=version, act=self.act, moves=move.moves),
        )


def nearest(day: date, year: int) -> date:
    """The day, or the nearest one of that year."""
    return min(max(day, date(year, 1, 1)), date(year, 12, 31))


def takes_effect(record: Record) -> date:
    """The first day of one version of a year's quotas: what it says itself, or the day on which it was recorded."""
    said = RegionalQuotaVersion.read(record.body).holds_from
    return said or nearest(clock.date_of(record.changed_at), int(record.source_id))
