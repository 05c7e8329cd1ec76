"""Pages of a list by an opaque cursor: where the last page ended, so that new rows shift nothing.

A cursor stands in addresses, which are logged on their way: it holds positions and record ids, never anything of a
person.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Final, TypeVar
from uuid import UUID

import orjson
from fastapi import Query

from shared.errors import Invalid

Row = TypeVar("Row")
_WRITTEN: Final[Mapping[type, Callable[[str], Any]]] = {UUID: UUID, date: date.fromisoformat}
"""Kinds that a cursor holds as text, and how it is read."""
_NO_CURSOR = "The cursor is none that was given out here. Begin again without one."

Limit = Annotated[int, Query(ge=1, le=1_000, description="how many at most")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before; none for the first page")]


def cursor_at(*values: str | int) -> str:
    """The cursor of a page that ends at `values`."""
    return urlsafe_b64encode(orjson.dumps(values)).rstrip(b"=").decode()


def after(given: str | None, *kinds: type[str] | type[int] | type[UUID] | type[date]) -> tuple[Any, ...] | None:
    """The values of `given`, one of each kind; None for the first page. Raises Invalid for no cursor of ours."""
    if given is None:
        return None
    try:
        return _read(orjson.loads(urlsafe_b64decode(given + "=" * (-len(given) % 4))), kinds)
    except ValueError:
        raise Invalid(_NO_CURSOR, name="invalid-cursor") from None


def last_id(given: str | None) -> UUID | None:
    """The record id at which the page before ended. Raises Invalid."""
    position: tuple[UUID] | None = after(given, UUID)
    return position[0] if position else None


def page(rows: Sequence[Row], limit: int) -> tuple[Sequence[Row], bool]:
    """Ask the database for `limit` + 1 rows: the page, and whether there is more."""
    return rows[:limit], len(rows) > limit


def _read(values: Any, kinds: Sequence[type]) -> tuple[Any, ...]:
    """The values, one of each kind. Raises ValueError."""
    held = [str if kind in _WRITTEN else kind for kind in kinds]
    if not isinstance(values, list) or [type(value) for value in values] != held or not _storable(values):
        raise ValueError(_NO_CURSOR)
    return tuple(_WRITTEN.get(kind, kind)(value) for kind, value in zip(kinds, values, strict=True))


def _storable(values: list[Any]) -> bool:
    """Whether PostgreSQL can compare with them: 64 bits, and no NUL."""
    return all(abs(value) < 2**63 if isinstance(value, int) else "\0" not in value for value in values)
