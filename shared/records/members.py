"""Members of a record's JSON as SQL expressions, and the indexes by which records are found by them.

A path names a member as Python would: `person.document.number`. What an index is made of and what a query asks for are
written by the same functions: PostgreSQL uses an expression index for that very expression alone.
"""

from collections.abc import Callable
from typing import Any, Literal, get_args

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Index, Table, literal_column, text
from sqlalchemy.schema import SchemaItem

Searched = Literal["iin", "document", "source_id"]

_PATHS: dict[Searched, str] = {
    "iin": "person.iin",
    "document": "person.document.number",
    "source_id": "source_id",
}


def search_indexes(table: str, *, day: str, by: tuple[Searched, ...] = ()) -> list[SchemaItem]:
    """Indexes of a record table by which shared.records.search searches: the member that holds the day, and whatever
    else is read off the record because the table has no column of it."""
    columns = [Index(f"{table}_by_{name}", text(f"({_text(_PATHS[name])})")) for name in by]
    return [Index(f"{table}_day", text(_day(day)), "id"), *columns]


def text_of(table: Table, path: str) -> ColumnElement[Any]:
    """A member as text; NULL where it is null or not there."""
    return literal_column(_text(path, f"{table.name}."))


def json_of(table: Table, path: str) -> ColumnElement[Any]:
    """A member as jsonb, such as a list; NULL where it is not there."""
    return literal_column(f"CAST({table.name}.body #> '{{{path.replace('.', ',')}}}' AS jsonb)")


def day_of(table: Table, path: str) -> ColumnElement[Any]:
    """The calendar date (ISO 8601) of a member that is a day or a moment, as it is written."""
    return literal_column(_day(path, f"{table.name}."))


def first_of(path: str, count: int) -> Callable[[Table], ColumnElement[Any]]:
    """The first characters of a member, such as the region of a KATO code."""
    return lambda table: literal_column(f"left({_text(path, f'{table.name}.')}, {count})")


def is_member(model: type[BaseModel], path: str) -> bool:
    """Whether the model holds the member itself, and does not reckon it."""
    name, _, rest = path.partition(".")
    if name not in model.model_fields:
        return False
    if not rest:
        return True
    annotation = model.model_fields[name].annotation
    inner = [each for each in (annotation, *get_args(annotation)) if isinstance(each, type)]
    return any(issubclass(each, BaseModel) and is_member(each, rest) for each in inner)


def _text(path: str, owner: str = "") -> str:
    return f"{owner}body #>> '{{{path.replace('.', ',')}}}'"


def _day(path: str, owner: str = "") -> str:
    return f"left({_text(path, owner)}, 10)"
