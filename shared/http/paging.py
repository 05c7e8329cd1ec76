"""Pages of a list by an opaque cursor: where the last page ended, so that new rows shift nothing.

A cursor stands in addresses, which are logged on their way: it holds positions and record ids, never anything of a
person.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar
from uuid import UUID

import orjson
from fastapi import Query

from shared.errors import Invalid

Row = TypeVar("Row")
_NO_CURSOR = "The cursor is none that was given out here. Begin again without one."

Limit = Annotated[int, Query(ge=1, le=1_000, description="how many at most")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next` of the page before; none for the first page")]


def cursor_at(*values: str | int) -> str:
    """The cursor of a page that ends at `values`."""
    return urlsafe_b64encode(orjson.dumps(values)).rstrip(b"=").decode()


def after(given: str | None, *kinds: type[str] | type[int]) -> tuple[Any, ...] | None:
    """The values of `given`, one of each kind; None for the first page. Raises Invalid for no cursor of ours."""
    if given is None:
        return None
    try:
        values = orjson.loads(urlsafe_b64decode(given + "=" * (-len(given) % 4)))
    except ValueError:
        values = None
    if not isinstance(values, list) or [type(value) for value in values] != list(kinds) or not _storable(values):
        raise Invalid(_NO_CURSOR, name="invalid-cursor")
    return tuple(values)


def before_id(given: str | None) -> UUID | None:
    """The record id at which the page before ended, of a list whose newest stand first. Raises Invalid."""
    (id,) = after(given, str) or (None,)
    try:
        return None if id is None else UUID(id)
    except ValueError:
        raise Invalid(_NO_CURSOR, name="invalid-cursor") from None


def page(rows: Sequence[Row], limit: int) -> tuple[Sequence[Row], bool]:
    """Ask the database for `limit` + 1 rows: the page, and whether there is more."""
    return rows[:limit], len(rows) > limit


def _storable(values: list[Any]) -> bool:
    """Whether PostgreSQL can compare with them: 64 bits, and no NUL."""
    return all(abs(value) < 2**63 if isinstance(value, int) else "\0" not in value for value in values)
