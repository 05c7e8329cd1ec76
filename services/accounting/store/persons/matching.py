"""Claims that may be one person's though they are made on different numbers, by blocks."""

from collections.abc import Collection, Mapping, Sequence

import asyncpg
import numpy as np
import numpy.typing as npt

from services.accounting.rules.persons.likeness import STORED
from services.accounting.rules.persons.matching import Sights

Connection = asyncpg.Connection
Records = npt.NDArray[np.void]

COMPARED = np.dtype([*STORED.descr, ("person", "<i8")])
"""A claim as it is stored for comparison, and the person who holds it at present (0: nobody)."""

NAMESAKE = np.dtype([("block", "<i8"), ("born", "<i4"), ("key", "<i8"), ("person", "<i8")])
"""A claim in a block of a year, and the person who holds it."""

_COLUMNS = """c.key, c.number, c.born, c.sex, c.state, c.day_block, c.year_block, c.surname_1, c.surname_2,
    c.given_1, c.given_2, coalesce(k.person, 0)"""


async def compared(connection: Connection, keys: Sequence[int]) -> Records:
    """These claims, those of them that are compared, as COMPARED."""
    found = await connection.fetch(
        f"""SELECT {_COLUMNS} FROM linkage.claim c LEFT JOIN linkage_derived.identity_key k USING (key)
        WHERE c.key = ANY($1::bigint[]) AND c.day_block IS NOT NULL""",  # noqa: S608
        keys,
    )
    return np.array(list(map(tuple, found)), COMPARED)


async def in_day_blocks(connection: Connection, blocks: Collection[int], but: Sequence[int], most: int) -> Records:
    """Of each block the claims that somebody holds, at most `most`, without the keys `but`, as COMPARED."""
    found = await connection.fetch(
        f"""SELECT found.* FROM unnest($1::bigint[]) AS b (block) CROSS JOIN LATERAL (
            SELECT {_COLUMNS} FROM linkage.claim c JOIN linkage_derived.identity_key k USING (key)
            WHERE c.day_block = b.block AND c.day_block <> 0 AND NOT c.key = ANY($2::bigint[]) LIMIT $3
        ) AS found""",  # noqa: S608
        list(blocks),
        but,
        most,
    )
    return np.array(list(map(tuple, found)), COMPARED)


async def on_numbers(
    connection: Connection, numbers: Collection[int], but: Sequence[int], most: int
) -> list[tuple[int, int]]:
    """Of each number the claims that somebody holds, at most `most`, without the keys `but`: number and key."""
    found = await connection.fetch(
        """SELECT found.* FROM unnest($1::bigint[]) AS b (number) CROSS JOIN LATERAL (
            SELECT c.number, c.key FROM linkage.claim c JOIN linkage_derived.identity_key k USING (key)
            WHERE c.number = b.number AND NOT c.key = ANY($2::bigint[]) LIMIT $3
        ) AS found""",
        list(numbers),
        but,
        most,
    )
    return [(row[0], row[1]) for row in found]


async def in_year_blocks(connection: Connection, blocks: Collection[int], but: Sequence[int], most: int) -> Records:
    """Of each block the claims that somebody holds, at most `most`, without the keys `but`, as NAMESAKE."""
    found = await connection.fetch(
        """SELECT found.* FROM unnest($1::bigint[]) AS b (block) CROSS JOIN LATERAL (
            SELECT c.year_block, c.born, c.key, k.person
            FROM linkage.claim c JOIN linkage_derived.identity_key k USING (key)
            WHERE c.year_block = b.block AND c.year_block <> 0 AND NOT c.key = ANY($2::bigint[]) LIMIT $3
        ) AS found""",
        list(blocks),
        but,
        most,
    )
    return np.array(list(map(tuple, found)), NAMESAKE)


async def met_blocks(connection: Connection, blocks: Collection[int]) -> dict[int, bool]:
    """Those of the blocks in which a pair has met, and whether they are crowded."""
    found = await connection.fetch(
        "SELECT block, crowded FROM linkage.met_block WHERE block = ANY($1::bigint[])", list(blocks)
    )
    return {row[0]: row[1] for row in found}


async def note_met_blocks(connection: Connection, blocks: Collection[int]) -> None:
    """Remembers blocks in which a pair has met."""
    await connection.execute(
        "INSERT INTO linkage.met_block (block) SELECT unnest($1::bigint[]) ON CONFLICT DO NOTHING", list(blocks)
    )


async def note_crowded(connection: Connection, crowded: Mapping[int, bool]) -> None:
    """Remembers which blocks more claims share than may join."""
    await connection.execute(
        """UPDATE linkage.met_block b SET crowded = u.crowded FROM unnest($1::bigint[], $2::bool[]) u (block, crowded)
        WHERE b.block = u.block AND b.crowded <> u.crowded""",
        list(crowded),
        list(crowded.values()),
    )


async def note_doubtful_pairs(
    connection: Connection, pairs: npt.NDArray[np.int64], weights: npt.NDArray[np.float64], why: Sequence[str]
) -> None:
    """Remembers pairs of keys that a reviewer may see."""
    await connection.execute(
        """INSERT INTO linkage.doubtful_pair (one, other, weight, why)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::real[], $4::text[]) ON CONFLICT DO NOTHING""",
        pairs[:, 0].tolist(),
        pairs[:, 1].tolist(),
        weights.tolist(),
        why,
    )


async def seen(connection: Connection, facts: Sequence[int]) -> tuple[npt.NDArray[np.int64], Sights]:
    """These facts, as far as they are crossings in effect, and each as evidence; whose it is is left open (0)."""
    asked = """SELECT fact, 0, day::bigint * 86400 + second, checkpoint, arrival
        FROM linkage.crossing WHERE fact = ANY($1::bigint[]) AND NOT withdrawn"""
    found = await connection.fetch(asked, facts) if facts else []
    columns = np.array(list(map(tuple, found)), np.int64).reshape(-1, 5).T
    return columns[0], Sights(*columns[1:])
