"""What reviewers said of pairs of claims: the review adds words, the intake takes them, so far as its position says."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import asyncpg

from services.accounting.rules.persons.words import Word

Connection = asyncpg.Connection

SOURCE: Final = "review"
"""As what words are a source among others, in source_state."""
TWO_IINS: Final = "two_iins_of_one"
"""The reason by which a reviewer joins persons of different IINs."""

_TAKEN = f"id <= (SELECT position FROM source_state WHERE source = '{SOURCE}')"  # noqa: S608  (our own name)
_IN_EFFECT = """SELECT id, one, other, verdict = 'same', reason = $1 FROM (
    SELECT DISTINCT ON (one, other) * FROM linkage.word WHERE {which} ORDER BY one, other, id DESC
) newest WHERE verdict <> 'withdrawn'"""


class Coming(NamedTuple):
    """A word that is not taken yet: its number, its claims and when it was said."""

    id: int
    one: int
    other: int
    said_at: datetime


async def about(connection: Connection, keys: Sequence[int]) -> list[Word]:
    """The words in effect about a claim of these, as far as they are taken."""
    which = f"{_TAKEN} AND (one = ANY($2::bigint[]) OR other = ANY($2::bigint[]))"
    return [Word(*row) for row in await connection.fetch(_IN_EFFECT.format(which=which), TWO_IINS, keys)]


async def all_in_effect(connection: Connection) -> list[Word]:
    """All words in effect, as far as they are taken."""
    return [Word(*row) for row in await connection.fetch(_IN_EFFECT.format(which=_TAKEN), TWO_IINS)]


async def coming(connection: Connection, limit: int) -> list[Coming]:
    """Words that are not taken yet, oldest first."""
    found = await connection.fetch(
        """SELECT id, one, other, said_at FROM linkage.word
        WHERE id > coalesce((SELECT position FROM source_state WHERE source = $1), 0) ORDER BY id LIMIT $2""",
        SOURCE,
        limit,
    )
    return [Coming(*row) for row in found]
