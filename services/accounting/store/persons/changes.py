"""How persons became others: added with the change itself, and never changed after."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

from services.accounting.rules.persons.changes import Became, Kind, Trigger, TriggerKind

Connection = asyncpg.Connection

NEWEST = 100
"""Changes that are shown of a person at most."""


class Noted(NamedTuple):
    """One change of a person: `cause` is what came, a record of a fact (`kind_of_record`, `source_id`) or a word."""

    at: datetime
    kind: Kind
    former: int
    successor: int
    keys: list[int]
    cause: TriggerKind
    fact_kind: str | None
    source_id: str | None
    word: int | None
    verdict: str | None
    reason: str | None


async def note(connection: Connection, changes: Iterable[tuple[Became, Trigger]]) -> None:
    """Adds changes, each with its cause."""
    rows = [
        (
            *became,
            cause.kind,
            None if cause.kind == "word" else cause.id,
            cause.id if cause.kind == "word" else None,
        )
        for became, cause in changes
    ]
    if not rows:
        return
    columns = ("kind", "former", "successor", "keys", "cause", "fact", "word")
    await connection.copy_records_to_table("person_change", schema_name="linkage", records=rows, columns=columns)


async def of_persons(connection: Connection, ids: Sequence[int]) -> list[Noted]:
    """The newest changes from or to one of these ids, the last first."""
    found = await connection.fetch(
        """SELECT c.at, c.kind, c.former, c.successor, c.keys, c.cause, f.kind AS fact_kind, f.source_id, c.word,
            w.verdict, w.reason
        FROM linkage.person_change c LEFT JOIN linkage.word w ON w.id = c.word
        LEFT JOIN LATERAL (
            SELECT 'border_crossing.v1' AS kind, source_id FROM linkage.crossing WHERE fact = c.fact
            UNION ALL SELECT kind, source_id FROM linkage.register_fact WHERE fact = c.fact
        ) f ON true
        WHERE c.former = ANY($1::bigint[]) OR c.successor = ANY($1::bigint[]) ORDER BY c.id DESC LIMIT $2""",
        ids,
        NEWEST,
    )
    return [Noted(*row) for row in found]


async def keys_of_former(connection: Connection, former: int) -> tuple[list[int], list[int]]:
    """What a person became when the id ended: the keys that were theirs, and the ids of who they were then."""
    found = await connection.fetch(
        """SELECT successor, keys FROM linkage.person_change WHERE former = $1 AND at = (
            SELECT max(at) FROM linkage.person_change WHERE former = $1)""",
        former,
    )
    return sorted({key for _, keys in found for key in keys}), sorted({successor for successor, _ in found})
