"""Which person holds which key, and what claims say."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import asyncpg
import numpy as np
import numpy.typing as npt

from services.accounting.rules.persons.identity import FACT_KEYS, Claim

Connection = asyncpg.Connection


class HeldClaim(NamedTuple):
    """A claim, and the person who holds it at present, if anybody does."""

    claim: Claim
    person: int | None


async def persons_of(connection: Connection, keys: Iterable[int]) -> dict[int, int]:
    """The person of each key that somebody holds."""
    found = await connection.fetch(
        "SELECT key, person FROM derived.identity_key WHERE key = ANY($1::bigint[])", list(keys)
    )
    return {row[0]: row[1] for row in found}


async def insert_claims(connection: Connection, claims: Iterable[tuple[Claim, int]]) -> None:
    """Remembers what claims say, and the fact that said so first."""
    rows = [(*claim, fact) for claim, fact in claims]
    await connection.execute(
        """INSERT INTO claim (key, iin, born, name, fact) SELECT * FROM
        unnest($1::bigint[], $2::bigint[], $3::int[], $4::bigint[], $5::bigint[]) ON CONFLICT DO NOTHING""",
        *map(list, zip(*rows, strict=True)),
    )


async def claims_beside(connection: Connection, keys: Sequence[int]) -> list[HeldClaim]:
    """All claims on the IINs of the claims `keys`, these included."""
    found = await connection.fetch(
        """SELECT c.key, c.iin, c.born, c.name, k.person FROM claim c LEFT JOIN derived.identity_key k USING (key)
        WHERE c.iin IN (SELECT iin FROM claim WHERE key = ANY($1::bigint[]))""",
        keys,
    )
    return [HeldClaim(Claim(*row[:4]), row[4]) for row in found]


async def holdings_of_crossings(connection: Connection, facts: Sequence[int]) -> npt.NDArray[np.void]:
    """What these crossings hold, those in effect, as HOLDING."""
    return _fact_keys(
        await connection.fetch(
            "SELECT fact, claim, document FROM crossing WHERE fact = ANY($1::bigint[]) AND NOT withdrawn", facts
        )
    )


async def holdings_of_register_facts(connection: Connection, keys: Sequence[int]) -> npt.NDArray[np.void]:
    """What the other facts that hold one of these keys hold, as HOLDING."""
    return _fact_keys(
        await connection.fetch(
            """SELECT fact, claim, document FROM register_fact
            WHERE (claim = ANY($1::bigint[]) OR document = ANY($1::bigint[])) AND NOT withdrawn""",
            keys,
        )
    )


async def move_keys(connection: Connection, keys: Sequence[int], persons: Sequence[int], free: Sequence[int]) -> None:
    """Gives `keys` to `persons`, one each, and forgets the keys that nobody holds any longer."""
    if free:
        await connection.execute("DELETE FROM derived.identity_key WHERE key = ANY($1::bigint[])", free)
    await connection.execute(
        """INSERT INTO derived.identity_key (key, person) SELECT * FROM unnest($1::bigint[], $2::bigint[])
        ON CONFLICT (key) DO UPDATE SET person = excluded.person""",
        keys,
        persons,
    )


async def note_reviews(connection: Connection, iins: Sequence[int]) -> None:
    """Remembers IINs that several persons claim, for a reviewer."""
    await connection.execute(
        """INSERT INTO review (iin, found_at) SELECT iin, now() FROM unnest($1::bigint[]) AS u (iin)
        ON CONFLICT DO NOTHING""",
        iins,
    )


def _fact_keys(rows: Iterable[Iterable[int]]) -> npt.NDArray[np.void]:
    return np.array(list(map(tuple, rows)), FACT_KEYS)
