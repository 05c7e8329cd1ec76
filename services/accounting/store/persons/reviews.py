"""Pairs of claims about whose holders there is a doubt, for clerical review. What is claimed now, the keys in effect
tell: a pair about which there is no doubt any longer, or of which a reviewer's word is followed, is no longer listed.

The SQL says what rules.claims.doubtful does; a test holds both equal.
"""

from datetime import datetime
from typing import Final, Literal, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounting.rules.persons.claims import MOST
from services.accounting.store.persons.words import IS_TAKEN

Reason = Literal["several_persons", "attributes_differ", "word_not_followed", "alike", "alike_but_vetoed"]
Place = tuple[int, int, int]
"""Where an entry stands in the list: its number, and the two claims."""
FIRST: Final[Place] = (0, 0, 0)


class DoubtRow(NamedTuple):
    """Two claims, by their keys. `number` is the keyed hash of what both claim, 0 where that is not one number;
    `persons` hold them; `records` are where each was first made."""

    number: int
    one: int
    other: int
    reason: Reason
    found_at: datetime
    persons: list[int]
    records: list[str]


_DATES_DIFFER = """(a.born >> 9 <> b.born >> 9
    OR (a.born >> 5 & 15 <> b.born >> 5 & 15 AND 0 NOT IN (a.born >> 5 & 15, b.born >> 5 & 15))
    OR (a.born & 31 <> b.born & 31 AND 0 NOT IN (a.born & 31, b.born & 31)))"""
_SEXES_DIFFER = "(a.sex <> b.sex AND 0 NOT IN (a.sex, b.sex))"
_NAMES_DIFFER = "(a.name <> b.name AND 0 NOT IN (a.name, b.name))"
# Of each two persons and each one person of a number, one pair of claims stands for all.
_OPEN = text(f"""
WITH word AS (
    SELECT said.*, k.person, l.person AS other_person FROM (
        SELECT DISTINCT ON (one, other) * FROM linkage.word ORDER BY one, other, id DESC
    ) said LEFT JOIN linkage_derived.identity_key k ON k.key = one
    LEFT JOIN linkage_derived.identity_key l ON l.key = other WHERE verdict <> 'withdrawn'
), held AS (
    SELECT c.*, k.person, r.found_at, count(*) OVER (PARTITION BY number) AS claims
    FROM linkage.review r JOIN linkage.claim c USING (number)
    JOIN linkage_derived.identity_key k ON k.key = c.key WHERE r.number >= :number
), pair AS (
    SELECT number, a.key AS one, b.key AS other, a.found_at, a.person, b.person AS other_person
    FROM held a JOIN held b USING (number)
    WHERE a.key < b.key AND a.claims <= {MOST} AND CASE WHEN a.person = b.person THEN {_SEXES_DIFFER} OR {_DATES_DIFFER}
        ELSE a.key & 1 = 1 OR NOT ({_SEXES_DIFFER} AND {_DATES_DIFFER} AND {_NAMES_DIFFER}) END
), doubt AS (
    (SELECT DISTINCT ON (number, least(person, other_person), greatest(person, other_person)) number, one, other,
        CASE WHEN person = other_person THEN 'attributes_differ' ELSE 'several_persons' END AS reason,
        found_at, person, other_person
    FROM pair WHERE NOT EXISTS (
        SELECT FROM word WHERE (word.one, word.other) = (pair.one, pair.other)
            OR (verdict = 'apart' AND pair.person <> pair.other_person AND (word.person, word.other_person)
                IN ((pair.person, pair.other_person), (pair.other_person, pair.person)))
    ) ORDER BY number, least(person, other_person), greatest(person, other_person), one, other)
    UNION ALL (SELECT DISTINCT ON (least(a.person, b.person), greatest(a.person, b.person)) 0, one, other,
        CASE why WHEN 'veto' THEN 'alike_but_vetoed' ELSE 'alike' END, found_at, a.person, b.person
    FROM linkage.doubtful_pair JOIN linkage_derived.identity_key a ON a.key = one
    JOIN linkage_derived.identity_key b ON b.key = other
    WHERE a.person <> b.person AND NOT EXISTS (
        SELECT FROM word WHERE (word.person, word.other_person) IN ((a.person, b.person), (b.person, a.person))
    ) AND NOT EXISTS (
        SELECT FROM pair WHERE (pair.person, pair.other_person) IN ((a.person, b.person), (b.person, a.person)))
    ORDER BY least(a.person, b.person), greatest(a.person, b.person), one, other)
    UNION ALL SELECT 0, one, other, 'word_not_followed', said_at, person, other_person FROM word
    WHERE {IS_TAKEN} AND (verdict = 'same') <> (person = other_person)
)
SELECT number, one, other, reason, found_at, ARRAY[least(person, other_person), greatest(person, other_person)],
    ARRAY(SELECT DISTINCT f.source_id FROM linkage.claim c CROSS JOIN LATERAL (
        SELECT source_id FROM linkage.crossing WHERE fact = c.fact
        UNION ALL SELECT source_id FROM linkage.register_fact WHERE fact = c.fact
    ) f WHERE c.key IN (one, other) ORDER BY 1)
FROM doubt WHERE (number, one, other) > (:number, :one, :other) ORDER BY number, one, other LIMIT :limit
""")  # noqa: S608


async def still_open(connection: AsyncConnection, after: Place, limit: int) -> list[DoubtRow]:
    """Entries that stand after a place, in their order."""
    place = dict(zip(("number", "one", "other"), after, strict=True))
    found = await connection.execute(_OPEN, place | {"limit": limit})
    return [
        DoubtRow(number, one, other, reason, found_at, sorted({*persons}), records)
        for number, one, other, reason, found_at, persons, records in found
    ]
