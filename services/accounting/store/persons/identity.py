"""Which person holds which key, and what claims say."""

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

import asyncpg
import numpy as np
import numpy.typing as npt

from services.accounting.rules.persons.claims import Sighting
from services.accounting.rules.persons.identity import CLAIM, FACT_KEYS, Claim, MadeClaim, among_set
from services.accounting.store.persons.matching import COMPARED

Connection = asyncpg.Connection


class HeldClaim(NamedTuple):
    """A claim, and the person who holds it at present, if anybody does."""

    claim: Claim
    person: int | None


async def persons_of(connection: Connection, keys: Iterable[int]) -> dict[int, int]:
    """The person of each key that somebody holds."""
    found = await connection.fetch(
        "SELECT key, person FROM linkage_derived.identity_key WHERE key = ANY($1::bigint[])", list(keys)
    )
    return {row[0]: row[1] for row in found}


async def insert_claims(connection: Connection, claims: Collection[tuple[MadeClaim, int]]) -> npt.NDArray[np.void]:
    """Remembers what claims say, and the fact that said so first. Returns those that nobody had made, as COMPARED."""
    fields = (*MadeClaim._fields, "fact")
    columns = dict(zip(fields, zip(*((*made, fact) for made, fact in claims), strict=True), strict=True))
    added = await connection.fetch(
        """INSERT INTO linkage.claim (key, number, born, name, sex, dated,
            state, day_block, year_block, surname_1, surname_2, given_1, given_2, fact) SELECT * FROM
        unnest($1::bigint[], $2::bigint[], $3::int[], $4::bigint[], $5::int2[], $6::bool[],
            $7::int2[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[],
            $14::bigint[])
        ON CONFLICT DO NOTHING RETURNING key""",
        *columns.values(),
    )
    made = np.zeros(len(claims), COMPARED)
    for name in {*(COMPARED.names or ())} & columns.keys():
        made[name] = columns[name]
    return made[among_set(made["key"], [row[0] for row in added])]


async def renew_likenesses(connection: Connection, claims: Iterable[MadeClaim]) -> int:
    """Gives stored claims the likeness that they have now. Returns how many had another, or none."""
    rows = [(each.key, *each[len(Claim._fields) :]) for each in claims]
    renewed = await connection.fetchval(
        """WITH renewed AS (
            UPDATE linkage.claim c SET state = u.state, day_block = u.day_block, year_block = u.year_block,
                surname_1 = u.surname_1, surname_2 = u.surname_2, given_1 = u.given_1, given_2 = u.given_2
            FROM unnest($1::bigint[], $2::int2[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
                $7::bigint[], $8::bigint[])
                AS u (key, state, day_block, year_block, surname_1, surname_2, given_1, given_2)
            WHERE c.key = u.key AND (c.state, c.day_block, c.year_block, c.surname_1, c.surname_2, c.given_1, c.given_2)
                IS DISTINCT FROM (u.state, u.day_block, u.year_block, u.surname_1, u.surname_2, u.given_1, u.given_2)
            RETURNING c.key
        ) SELECT count(*) FROM renewed""",
        *map(list, zip(*rows, strict=True)),
    )
    return int(renewed)


async def claims_beside(connection: Connection, keys: Sequence[int]) -> list[HeldClaim]:
    """All claims on the numbers of the claims `keys`, these included."""
    found = await connection.fetch(
        """SELECT c.key, c.number, c.born, c.name, c.sex, c.dated, k.person
        FROM linkage.claim c LEFT JOIN linkage_derived.identity_key k USING (key)
        WHERE c.number IN (SELECT number FROM linkage.claim WHERE key = ANY($1::bigint[]))""",
        keys,
    )
    return [HeldClaim(Claim(*row[:-1]), row[-1]) for row in found]


async def said(connection: Connection, keys: Sequence[int]) -> npt.NDArray[np.void]:
    """What these claims say, as CLAIM."""
    found = await connection.fetch(
        "SELECT key, number, born, name, sex, dated FROM linkage.claim WHERE key = ANY($1::bigint[])", keys
    )
    return np.array(list(map(tuple, found)), CLAIM)


async def sightings(connection: Connection, facts: Sequence[int]) -> dict[int, list[Sighting]]:
    """These crossings, those in effect, as evidence of who cannot be one person, by each key that they hold."""
    found = await connection.fetch(
        """SELECT claim, document, day::bigint * 86400 + second, checkpoint, arrival
        FROM linkage.crossing WHERE fact = ANY($1::bigint[]) AND NOT withdrawn""",
        facts,
    )
    by_key: dict[int, list[Sighting]] = {}
    for claim, document, at, checkpoint, arrival in found:
        for key in filter(None, (claim, document)):
            by_key.setdefault(key, []).append(Sighting(key, at, checkpoint, bool(arrival)))
    return by_key


async def iins(connection: Connection, keys: Sequence[int]) -> npt.NDArray[np.int64]:
    """These claims, each with its number, as two columns."""
    asked = "SELECT key, number FROM linkage.claim WHERE key = ANY($1::bigint[])"
    found = await connection.fetch(asked, keys) if keys else []
    return np.array(list(map(tuple, found)), np.int64).reshape(-1, 2)


async def holdings_of_crossings(connection: Connection, facts: Sequence[int]) -> npt.NDArray[np.void]:
    """What these crossings hold, those in effect, as HOLDING."""
    asked = "SELECT fact, claim, document, 0 FROM linkage.crossing WHERE fact = ANY($1::bigint[]) AND NOT withdrawn"
    return _fact_keys(await connection.fetch(asked, facts) if facts else [])


async def holdings_of_register_facts(connection: Connection, keys: Sequence[int]) -> npt.NDArray[np.void]:
    """What the other facts that hold one of these keys hold, as HOLDING."""
    return _fact_keys(
        await connection.fetch(
            """SELECT fact, claim, document, former FROM linkage.register_fact
            WHERE (claim = ANY($1::bigint[]) OR document = ANY($1::bigint[])
                OR (former <> 0 AND former = ANY($1::bigint[]))) AND NOT withdrawn""",
            keys,
        )
    )


async def move_keys(connection: Connection, keys: Sequence[int], persons: Sequence[int], free: Sequence[int]) -> None:
    """Gives `keys` to `persons`, one each, and forgets the keys that nobody holds any longer."""
    if keys:
        await connection.execute(
            """INSERT INTO linkage_derived.identity_key (key, person) SELECT * FROM unnest($1::bigint[], $2::bigint[])
            ON CONFLICT (key) DO UPDATE SET person = excluded.person""",
            keys,
            persons,
        )
    if free:
        await connection.execute("DELETE FROM linkage_derived.identity_key WHERE key = ANY($1::bigint[])", free)


async def note_reviews(connection: Connection, numbers: Sequence[int]) -> None:
    """Remembers numbers about whose holders there is a doubt, for a reviewer."""
    if not numbers:
        return
    await connection.execute(
        """INSERT INTO linkage.review (number, found_at) SELECT number, now() FROM unnest($1::bigint[]) AS u (number)
        ON CONFLICT DO NOTHING""",
        numbers,
    )


def _fact_keys(rows: Iterable[Iterable[int]]) -> npt.NDArray[np.void]:
    return np.array(list(map(tuple, rows)), FACT_KEYS)
