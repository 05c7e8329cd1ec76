"""The record of final verdicts that were overturned: written with the change, never changed after."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

from services.accounting.rules.persons.final_changes import FinalChanges
from services.accounting.rules.releases.causes import Cause

Connection = asyncpg.Connection


class OverturnedVerdict(NamedTuple):
    """`was` and `became` are states of rules.outcome; `became` 0: the crossing is not counted any longer."""

    fact: int
    was: int
    became: int
    cause: Cause
    changed_at: datetime


async def note(connection: Connection, changes: FinalChanges, at: datetime) -> None:
    """Adds what was overturned."""
    if len(changes.facts):
        await connection.execute(
            """INSERT INTO linkage.final_change (fact, person, was, became, cause, changed_at)
            SELECT *, $6 FROM unnest($1::bigint[], $2::bigint[], $3::smallint[], $4::smallint[], $5::smallint[])""",
            *(each.tolist() for each in changes),
            at,
        )


async def of(connection: Connection, facts: Sequence[int], keys: Sequence[int] = ()) -> list[OverturnedVerdict]:
    """What was overturned of these crossings, and of crossings that whoever had one of these keys as id no longer has;
    the oldest first."""
    found = await connection.fetch(
        """SELECT fact, was, became, cause, changed_at FROM linkage.final_change
        WHERE fact = ANY($1::bigint[]) OR (became = 0 AND person = ANY($2::bigint[])) ORDER BY id""",
        facts,
        keys,
    )
    return [OverturnedVerdict(fact, was, became, Cause(cause), at) for fact, was, became, cause, at in found]
