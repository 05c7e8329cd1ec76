"""Accounting digests every fact that it is granted, as the committed examples show it, into its own tables."""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest

from services.accounting.intake.decode import PIECE, SIGNS, decode, decode_in_turns
from services.accounting.rules.rows import FactRow, keys_of
from shared.events.catalogue import FACTS
from shared.events.grants import grants
from shared.events.portal import BorderCrossing
from shared.testing.consumers import seen_by
from tests.accounting.conftest import HASHES, Accounting

PUBLISHED = {
    f"{path.parent.name}/{path.stem}": orjson.loads(path.read_bytes())
    for path in sorted(Path("contracts/examples").glob("*/*/*.json"))
}
EXAMPLES = {name: seen for name, example in PUBLISHED.items() if (seen := seen_by("accounting", example))}
"""As accounting is told of them."""


def test_every_fact_that_is_granted_is_read() -> None:
    granted = {type for grant in grants() if grant.consumer == "accounting" for type in grant.facts}
    assert {BorderCrossing.TYPE, *SIGNS} == granted < set(FACTS)


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_a_producer_tells_beyond_the_grant_makes_no_difference(example: str) -> None:
    """An older producer hands over whole facts, a newer one those that are granted: what is stored is the same."""
    assert decode("any", [PUBLISHED[example]], HASHES).register_facts == (
        decode("any", [EXAMPLES[example]], HASHES).register_facts
    )


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_every_example_is_understood(example: dict[str, Any]) -> None:
    batch = decode("any", [example], HASHES)
    assert [parked.reason for parked in batch.parked] == []
    rows: list[FactRow] = [*batch.crossings.values(), *batch.register_facts.values()]
    assert [bool(keys_of(row)) for row in rows] == ["person" in example["data"] and not example["recordwithdrawn"]]


async def test_a_batch_that_is_decoded_in_turns_is_the_same_and_holds_nobody_up() -> None:
    events = list(EXAMPLES.values()) * 5
    turns = 0

    async def take_turns() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(take_turns())
    batch, whole = await decode_in_turns("any", events, HASHES), decode("any", events, HASHES)
    beside.cancel()
    with suppress(asyncio.CancelledError):
        await beside
    assert turns >= len(events) // PIECE > 1
    for name in ("crossings", "register_facts", "overtaken", "parked", "seen", "newest_position"):
        assert getattr(batch, name) == getattr(whole, name)
    assert batch.claims.keys() == whole.claims.keys()


async def test_all_examples_are_stored_and_what_is_stored_names_nobody(accounting: Accounting) -> None:
    await accounting.writer.take(decode("any", list(EXAMPLES.values()), HASHES))
    stored = await accounting.connection.fetch(
        """SELECT to_jsonb(c)::text FROM linkage.crossing c
        UNION ALL SELECT to_jsonb(r)::text FROM linkage.register_fact r"""
    )
    assert len(stored) == len({example["subject"] for example in EXAMPLES.values()})
    for person in (example["data"]["person"] for example in PUBLISHED.values() if "person" in example["data"]):
        told = (person["surname"], person["given_names"], person["surname_cyrillic"], person["iin"])
        number = person["document"]["number"] if person["document"] else None
        assert not [text for text in (*told, number) if text and text in str(stored)]
