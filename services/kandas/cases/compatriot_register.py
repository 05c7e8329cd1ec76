"""The registers of compatriots abroad: notable Kazakhs and cultural centres, searched and exported (K8).

They are made of public pages, and hold nobody's identity: there is no person whose log a search would belong to.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.kandas.cases.cultural_centre import CULTURAL_CENTRES
from services.kandas.cases.notable_kazakh import NOTABLE_KAZAKHS
from services.kandas.store import compatriot_register as store
from shared.events.compatriots import NotableField
from shared.events.wire import Country, Date, WireModel
from shared.http.paging import page
from shared.records.record_type import RecordType

Register = Literal["notable-kazakhs", "cultural-centres"]
KINDS: Final[dict[Register, RecordType[Any]]] = {
    "notable-kazakhs": NOTABLE_KAZAKHS,
    "cultural-centres": CULTURAL_CENTRES,
}
EXPORT_PAGE = 1_000


class CompatriotQuery(WireModel):
    """What narrows a register; all that is given must agree. A centre has no field of work."""

    country: Country | None = None
    field: NotableField | None = None
    words: Annotated[str, Field(min_length=2, max_length=100)] | None = None


class CompatriotLine(BaseModel):
    """One line: a person or a centre, with the page that says so."""

    id: UUID
    name: str
    name_kazakh: str | None = None
    country: str
    city: str | None = None
    field: NotableField | None = None
    known_for: str | None = None
    activities: str | None = None
    page: str
    founded_on: Date | None = None
    closed_on: Date | None = None
    seen_on: Date


async def find(
    engine: AsyncEngine, register: Register, wanted: CompatriotQuery, before: UUID | None, limit: int
) -> tuple[list[CompatriotLine], bool]:
    """Up to `limit` lines, those on record last first, of records before `before`; and whether there are more."""
    kind = KINDS[register]
    members = wanted.model_dump(exclude={"words"}, exclude_none=True)
    async with engine.connect() as connection:
        rows = await store.lines(connection, kind.table, members, wanted.words, before, limit + 1)
    found, more = page(list(rows), limit)
    return [CompatriotLine(id=row.id, **_told(kind, row.body)) for row in found], more


async def export(
    engine: AsyncEngine, register: Register, wanted: CompatriotQuery
) -> AsyncIterator[Sequence[CompatriotLine]]:
    """All lines of a register, page by page."""
    before, more = None, True
    while more:
        lines, more = await find(engine, register, wanted, before, EXPORT_PAGE)
        yield lines
        before = lines[-1].id if lines else None


def _told(kind: RecordType[Any], body: str) -> dict[str, Any]:
    fact = kind.fact.read(body)
    return {name: getattr(fact, name) for name in CompatriotLine.model_fields if hasattr(fact, name)}
