"""Facts that are signs of life and no evidence of the rule, and the figures that the index last gave."""

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg

Connection = asyncpg.Connection


class SignFigure(NamedTuple):
    """A figure of the whole country: of the first day of a month (RESIDENTS), or of all of it (the others)."""

    measure: str
    month: int
    value: int


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


async def replace(connection: Connection, model: str, figures: Sequence[SignFigure]) -> None:
    """Makes these all that there are, by one version of the model."""
    await connection.execute("DELETE FROM sign_figure")
    rows = [(*figure, model) for figure in figures]
    await connection.copy_records_to_table("sign_figure", records=rows, columns=("measure", "month", "value", "model"))


async def read(connection: Connection) -> list[tuple[SignFigure, str]]:
    """Every figure, with the version of the model that it was made by."""
    rows = await connection.fetch("SELECT measure, month, value, model FROM sign_figure ORDER BY measure, month")
    return [(SignFigure(row[0], row[1], row[2]), row[3]) for row in rows]
