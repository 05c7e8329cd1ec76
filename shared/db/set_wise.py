"""Revising records set-wise: one statement whose parameters are arrays, an element for each record."""

from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import ARRAY, Table, TextClause, text
from sqlalchemy.dialects import postgresql

_POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]


def sql_type(table: Table, column: str) -> str:
    return table.c[column].type.compile(dialect=_POSTGRESQL)


def element(table: Table, name: str, value: Any) -> Any:
    """A value as an element of an array: an array in it would be taken for its elements, so it is JSON meanwhile."""
    return value if value is None or not _is_array(table, name) else orjson.dumps(value).decode()


def _is_array(table: Table, name: str) -> bool:
    return isinstance(table.c[name].type, ARRAY)


@lru_cache
def revise_statement(table: Table, own: tuple[str, ...]) -> TextClause:
    """UPDATE of any number of records with their columns `own`, which keeps what they were in the history."""
    kept = [column.name for column in table.metadata.tables[f"{table.name}_history"].columns]
    names = "".join(f", {name}" for name in own)
    types = {name: "text" if _is_array(table, name) else sql_type(table, name) for name in own}
    arrays = "".join(f", CAST(:{name} AS {types[name]}[])" for name in own)
    changes = "".join(f", {name} = {_changed(table, name)}" for name in own)
    return text(f"""
        WITH revised AS (
            SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:bodies AS json[]), CAST(:withdrawn AS boolean[]),
                CAST(:reasons AS text[]){arrays}) AS r (id, body, withdrawn, reason{names})
        ), kept AS (
            INSERT INTO {table.name}_history ({", ".join(kept)})
            SELECT {", ".join(f"t.{name}" for name in kept)} FROM {table.name} t JOIN revised USING (id)
        )
        UPDATE {table.name} t SET version = t.version + 1, body = r.body, withdrawn = r.withdrawn,
            changed_at = CAST(:at AS timestamptz), changed_by = CAST(:author AS text),
            reason = r.reason{changes}
        FROM revised r WHERE t.id = r.id
        RETURNING t.id, t.version
    """)  # noqa: S608  (names of our own tables, values are bound)


def _changed(table: Table, name: str) -> str:
    if not _is_array(table, name):
        return f"r.{name}"
    return f"CASE WHEN r.{name} IS NOT NULL THEN ARRAY(SELECT json_array_elements_text(CAST(r.{name} AS json))) END"
