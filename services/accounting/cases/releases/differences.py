"""What moved between two releases, figure by figure, and by which cause (decision 0061).

A figure that counts crossings is a sum of national cells of the cube, whose moves are noted by cause as they happen. A
release keeps what each cause had made of its figures, so that between any two of them the causes add up to the
difference; what no cause was noted for came in timely.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import asyncpg
from pydantic import BaseModel, Field

from services.accounting.cases.figures.read_released import Snapshots
from services.accounting.cases.indicators import INDICATORS, Carried
from services.accounting.cases.releases.vintages import NO_RELEASE
from services.accounting.rules.figures.flow_figures import Formula, Stock, months_of
from services.accounting.rules.releases.causes import Cause, by_kind, of_months
from services.accounting.rules.releases.equations import INDICATOR, METHOD, Cell
from services.accounting.store.releases import causes as journal
from services.accounting.store.releases import public
from services.accounting.store.releases import release as store
from services.accounting.store.releases.causes import Part, Place
from services.accounting.store.releases.release import Release, Released
from shared.errors import Fault, Invalid, NotFound
from shared.kernel.periods import Period

Connection = asyncpg.Connection

FORMULAS: Final = {
    (each.flow, each.code, each.method): each.source for each in INDICATORS if isinstance(each.source, Formula)
}
"""What of the cube a figure counts: these figures have causes, and those that carry one of them on."""
CARRIED: Final = {
    (each.flow, each.code, each.method): (each.source.flow, codes[INDICATOR], codes[METHOD])
    for each in INDICATORS
    if isinstance(each.source, Carried)
    for codes in (each.source.key.split("."),)
}
COUNTED: Final = "A"
"""The status of figures that are sums of counted cells; an estimate moves by what it expects, too."""


class CausePart(BaseModel):
    """How much of a difference one cause makes."""

    cause: str = Field(
        description="`timely`: records of days that were not yet declared complete; `late_record`: new records of days "
        "that were; `correction`, `withdrawal`: of records; `word`: a reviewer's, on who is who; `merge`, `split`: of "
        "persons; `closed_window`: the days that the border feed covers; `method`: the same records counted otherwise"
    )
    value: int


class FigureDifference(BaseModel):
    """A figure that both releases show, and differently, or in which causes outweigh each other."""

    flow: str
    key: str
    period: str
    before: int
    after: int
    causes: list[CausePart] | None = Field(
        description="they add up to the difference; null where causes are not kept (figures that count registers' "
        "records, and releases cut before causes were noted) or not for this reader (they add up to what was counted)"
    )


class Differences(BaseModel):
    """From the release `since` to the release `id`."""

    id: int
    since: int
    figures: list[FigureDifference]


def made_by_causes(cells: Iterable[Cell], moved: journal.Journal) -> Iterator[Part]:
    """What each cause has made of each figure that counts crossings."""
    by_cause = {cause: by_kind(of_cause) for cause, of_cause in moved.items()}
    for flow, key, period in cells:
        formula = _formula(flow, key[INDICATOR], key[METHOD])
        if formula is None:
            continue
        months = months_of(Period.parse(period))
        if isinstance(formula, Stock):
            months = range(months.start)  # all before the reference date
        kinds = {int(kind): 1 for kind in formula.plus} | {int(kind): -1 for kind in formula.minus}
        for cause, cells_moved in by_cause.items():
            if value := of_months(cells_moved, months, kinds):
                yield Part(flow, ".".join(key), period, int(cause), value)


async def differences(reader: Snapshots, id: int, since: int | None, *, exact: bool) -> Differences:
    """What moved from the release `since` (None: the one before) to the release `id`, in the whole country: as it was
    counted, or without `exact` as everybody reads it. Raises NotFound for a release that is none, Invalid where `since`
    is none before it."""
    async with reader.snapshot() as connection:
        release = await store.numbered(connection, id)
        if release is None:
            raise NotFound(NO_RELEASE)
        before = await store.before(connection, release) if since is None else await store.numbered(connection, since)
        if before is None or before.id >= release.id:
            raise Invalid("Differences are from an earlier release.", faults=[Fault("/since", "Names none.")])
        return Differences(id=id, since=before.id, figures=await _between(connection, before, release, exact))


async def _between(connection: Connection, before: Release, after: Release, exact: bool) -> list[FigureDifference]:
    compared = _as_counted if exact else _as_published
    return sorted(await compared(connection, before, after), key=lambda each: (each.flow, each.key, each.period))


async def _as_published(connection: Connection, before: Release, after: Release) -> list[FigureDifference]:
    """Without causes: these add up to the difference of what was counted."""
    former, present = await public.national(connection, before.id), await public.national(connection, after.id)
    return [
        FigureDifference(flow=flow, key=key, period=period, before=former[place], after=value, causes=None)
        for place, value in present.items()
        for flow, key, period in (place,)
        if former.get(place, value) != value
    ]


async def _as_counted(connection: Connection, before: Release, after: Release) -> list[FigureDifference]:
    former = {_place(each): each for each in await store.figures(connection, before.id)}
    kept = before.method_version is not None and after.method_version is not None
    once, now = await journal.frozen(connection, before.id), await journal.frozen(connection, after.id)
    found: list[FigureDifference] = []
    for each in await store.figures(connection, after.id):
        place = _place(each)
        held = former.get(place)
        if held is None:
            continue
        told = kept and held.status == each.status == COUNTED and _has_causes(place)
        parts = _parts(each.value - held.value, once.get(place, {}), now.get(place, {})) if told else None
        if parts or each.value != held.value:
            found.append(_difference(place, held, each, parts))
    return found


def _difference(place: Place, held: Released, now: Released, parts: list[CausePart] | None) -> FigureDifference:
    flow, key, period = place
    return FigureDifference(flow=flow, key=key, period=period, before=held.value, after=now.value, causes=parts)


def _parts(difference: int, once: dict[Cause, int], now: dict[Cause, int]) -> list[CausePart]:
    noted = {cause: now.get(cause, 0) - once.get(cause, 0) for cause in Cause}
    noted[Cause.TIMELY] = difference - sum(noted.values())
    return [CausePart(cause=cause.name.lower(), value=value) for cause, value in noted.items() if value]


def _has_causes(place: Place) -> bool:
    flow, key, _ = place
    _, indicator, method, *_ = key.split(".")
    return _formula(flow, indicator, method) is not None


def _formula(flow: str, indicator: str, method: str) -> Formula | None:
    place = flow, indicator, method
    return FORMULAS.get(CARRIED.get(place, place))


def _place(figure: Released) -> Place:
    return figure.flow, figure.key, figure.period
