"""What reviewers said of pairs of claims: the review adds words, the intake takes them, so far as its position says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg

from services.accounting.rules.persons.words import Word

Connection = asyncpg.Connection

SOURCE: Final = "review"
"""As what words are a source among others, in source_state."""
LOCK: Final = 0x776F7264  # "word"; advisory locks are per database
TWO_IINS: Final = "two_iins_of_one"
"""The reason by which a reviewer joins persons of different IINs."""

_NEWEST_TAKEN = "(SELECT coalesce(max(id), 0) FROM linkage.word_taken)"
IS_TAKEN: Final = f"id <= {_NEWEST_TAKEN}"
"""SQL: whether the figures follow from a word yet."""
_IN_EFFECT = """SELECT id, one, other, verdict = 'same', reason = $1 FROM (
    SELECT DISTINCT ON (one, other) * FROM linkage.word WHERE {which} ORDER BY one, other, id DESC
) newest WHERE verdict <> 'withdrawn'"""


class Said(NamedTuple):
    """A word as it was said; `taken` once the figures have it."""

    id: int
    verdict: str
    reason: str
    note: str | None
    said_by: str
    agency: str | None
    said_at: datetime
    taken: bool


class Coming(NamedTuple):
    """A word that is not taken yet: its number, its claims and when it was said."""

    id: int
    one: int
    other: int
    said_at: datetime


async def about(connection: Connection, keys: Sequence[int]) -> list[Word]:
    """The words in effect about a claim of these, as far as they are taken."""
    which = f"{IS_TAKEN} AND (one = ANY($2::bigint[]) OR other = ANY($2::bigint[]))"
    return [Word(*row) for row in await connection.fetch(_IN_EFFECT.format(which=which), TWO_IINS, keys)]


async def is_any_taken(connection: Connection) -> bool:
    """Whether the figures follow from any word."""
    return bool(await connection.fetchval("SELECT EXISTS (SELECT FROM linkage.word_taken)"))


async def all_in_effect(connection: Connection) -> list[Word]:
    """All words in effect, as far as they are taken."""
    return [Word(*row) for row in await connection.fetch(_IN_EFFECT.format(which=IS_TAKEN), TWO_IINS)]


async def coming(connection: Connection, limit: int) -> list[Coming]:
    """Words that are not taken yet, oldest first."""
    found = await connection.fetch(
        f"SELECT id, one, other, said_at FROM linkage.word WHERE id > {_NEWEST_TAKEN} ORDER BY id LIMIT $1",  # noqa: S608
        limit,
    )
    return [Coming(*row) for row in found]


async def note_taken(connection: Connection, newest: int) -> None:
    """Words are taken up to this one."""
    await connection.execute("INSERT INTO linkage.word_taken (id) VALUES ($1)", newest)


async def become_speaker(connection: Connection) -> None:
    """Nobody else adds words until the transaction ends, so that they are committed in the order of their numbers."""
    await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)


async def history(connection: Connection, one: int, other: int) -> list[Said]:
    """All words on a pair of claims, the newest first."""
    found = await connection.fetch(
        f"""SELECT id, verdict, reason, note, said_by, agency, said_at, {IS_TAKEN} FROM linkage.word
        WHERE one = $1 AND other = $2 ORDER BY id DESC""",  # noqa: S608
        one,
        other,
    )
    return [Said(*row) for row in found]


async def add(connection: Connection, one: int, other: int, *word: str | None) -> Said:
    """Adds a word: verdict, reason, note, who says it, for which agency."""
    (row,) = await connection.fetch(
        """INSERT INTO linkage.word (one, other, verdict, reason, note, said_by, agency)
        VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id, verdict, reason, note, said_by, agency, said_at, false""",
        one,
        other,
        *word,
    )
    return Said(*row)
