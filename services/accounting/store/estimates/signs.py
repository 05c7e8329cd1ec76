"""Facts that are signs of life and no evidence of the rule; runs of the index, and the figures of the last one."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

from services.accounting.rules.residence.reckoning import Coverage

Connection = asyncpg.Connection

LOCK = 0x7369676E  # "sign"; advisory locks are per database


class SignRun(NamedTuple):
    """One reckoning of everybody: by which version of the model, of which days of the border feed."""

    made_at: datetime
    model: str
    coverage: Coverage


class SignFigure(NamedTuple):
    """A figure of the whole country: of the first day of a month (RESIDENTS), or of all of it (the others), with its
    standard error where it has one."""

    measure: str
    month: int
    value: int
    std_error: float | None


async def facts(connection: Connection, keys: Sequence[int], kinds: Sequence[str]) -> list[tuple[int, str, str]]:
    """The facts in effect of these kinds that hold one of the keys: key, kind, body."""
    found = await connection.fetch(
        """SELECT CASE document WHEN 0 THEN claim ELSE document END, kind, body::text FROM linkage.register_fact
        WHERE (claim = ANY($1::bigint[]) OR document = ANY($1::bigint[])) AND kind = ANY($2::text[])
        AND NOT withdrawn""",
        keys,
        kinds,
    )
    return [(row[0], row[1], row[2]) for row in found]


async def become_reckoner(connection: Connection) -> None:
    """Nobody else reckons the index until `make_way`, or the end of the connection."""
    await connection.execute("SELECT pg_advisory_lock($1)", LOCK)


async def make_way(connection: Connection) -> None:
    await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)


async def newest(connection: Connection) -> SignRun | None:
    """The newest run."""
    row = await connection.fetchrow(
        "SELECT made_at, model, register_start, obs_end FROM sign_run ORDER BY id DESC LIMIT 1"
    )
    return None if row is None else SignRun(row[0], row[1], Coverage(row[2], row[3]))


async def add(connection: Connection, run: SignRun, figures: Sequence[SignFigure]) -> None:
    """Adds a run; its figures take the place of those of the run before."""
    await connection.execute(
        "INSERT INTO sign_run (made_at, model, register_start, obs_end) VALUES ($1, $2, $3, $4)",
        run.made_at,
        run.model,
        *run.coverage,
    )
    await connection.execute("DELETE FROM sign_figure")
    columns = (*SignFigure._fields, "model")
    await connection.copy_records_to_table(
        "sign_figure", records=[(*figure, run.model) for figure in figures], columns=columns
    )


async def read(connection: Connection) -> list[tuple[SignFigure, str]]:
    """Every figure, with the version of the model that it was made by."""
    rows = await connection.fetch(
        "SELECT measure, month, value, std_error, model FROM sign_figure ORDER BY measure, month"
    )
    return [(SignFigure(*row[:4]), row[4]) for row in rows]
