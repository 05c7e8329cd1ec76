"""Whose numbers stand in the review is what the rule doubts of the claims in effect, settled ones gone."""

from itertools import combinations

import asyncpg
import numpy as np
import pytest

from services.accounting.cases.persons.reviews import Doubt, Doubts
from services.accounting.cases.rebuild import rebuild
from services.accounting.cases.residence.classification import pseudonym
from services.accounting.rules.persons.claims import MOST, doubtful, shared
from services.accounting.rules.persons.identity import CLAIM
from shared.testing.api import Api
from tests.accounting.conftest import Accounting
from tests.accounting.test_identity import IN, NODIRA, OUT
from tests.accounting.test_timeline import crossing
from tests.accounting.world import World


async def listed(api: Api) -> list[Doubt]:
    """All open doubts, three to a page."""
    found: list[Doubt] = []
    query: dict[str, str | int] = {"limit": 3}
    while True:
        answer = await api.client.get("/v1/reviews", params=query, headers=api.token("statistician"))
        page = Doubts.model_validate_json(answer.content)
        found += page.items
        if page.next is None:
            return found
        query["cursor"] = page.next


async def expected(accounting: Accounting) -> dict[tuple[str, frozenset[str]], str]:
    """The reason by number and persons, from the claims that somebody holds."""
    rows = await accounting.connection.fetch(
        """SELECT c.key, number, born, name, sex, dated, person
        FROM linkage.claim c JOIN linkage_derived.identity_key USING (key)"""
    )
    person = {row["key"]: row["person"] for row in rows}
    found = {}
    for bucket in shared(np.array([tuple(row)[:-1] for row in rows], CLAIM)):
        for pair in combinations(bucket, 2) if len(bucket) <= MOST else ():
            if doubtful(pair, person):
                holders = {pseudonym(person[claim.key]) for claim in pair}
                reason = "several_persons" if len(holders) > 1 else "attributes_differ"
                found[pseudonym(bucket[0].number), frozenset(holders)] = reason
    return found


def told(found: list[Doubt]) -> dict[tuple[str, frozenset[str]], str]:
    return {(doubt.number or "", frozenset(doubt.persons)): doubt.reason for doubt in found if doubt.number}


@pytest.mark.parametrize("size", [1, 50])
async def test_the_review_lists_what_the_rule_doubts(api: Api, written: Accounting, size: int) -> None:
    world = World(61, people=14)
    await written.take([crossing(901, *IN, NODIRA), crossing(902, *OUT, NODIRA | {"sex": "M"})])
    for order in range(3):
        world.correct(0.2)
        await written.take(world.stream(order=order), size)
        found = await listed(api)
        assert told(found) == await expected(written)
        assert len({doubt.id for doubt in found}) == len(found), "each pair once"
        assert len(told(found)) == len([doubt for doubt in found if doubt.number]), "each two persons of a number once"
    owner = await asyncpg.connect(api.database.owner_url.replace("+asyncpg", ""))
    await owner.execute("DELETE FROM linkage.review")
    await owner.close()
    await rebuild(written.database.owner_url.replace("+asyncpg", ""), lambda _: None)
    assert told(await listed(api)) == await expected(written)
    assert {doubt.reason for doubt in found if doubt.number} == {"several_persons", "attributes_differ"}
