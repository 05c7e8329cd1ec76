"""Reviewers' words are facts: whatever comes before or after them, persons and figures are those of a rebuild."""

from random import Random
from typing import Any

import asyncpg
import pytest

from services.accounting.rules.persons.identity import Holder
from shared.events.police import CitizenshipChange
from tests.accounting.conftest import HASHES, Accounting, review_of
from tests.accounting.test_exactness import held
from tests.accounting.test_identity import IIN, IN, NODIRA, OUT, SOMEBODY
from tests.accounting.test_rebuild import derived, rebuilt
from tests.accounting.test_timeline import EVENTS, crossing, fact
from tests.accounting.world import Event, World

VERDICTS = (("same", "spelling"), ("same", "two_iins_of_one"), ("apart", "namesakes"), ("withdrawn", "said_in_error"))
CLAIMS = "SELECT key, number FROM linkage.claim ORDER BY key"
PAIRS = """SELECT one.key, other.key FROM linkage.claim one JOIN linkage.claim other USING (number)
WHERE one.key < other.key ORDER BY 1, 2"""
WORDS = "SELECT one, other FROM linkage.word ORDER BY 1, 2"
ADD = "INSERT INTO linkage.word (one, other, verdict, reason, said_by) VALUES ($1, $2, $3, $4, 'a reviewer')"


async def say_some(review: asyncpg.Connection, random: Random) -> None:
    """A few words about claims on one number, any claims, and claims that words were said of before."""
    about = [tuple(row) for row in await review.fetch(PAIRS)]
    keys = [key for key, _ in await review.fetch(CLAIMS)]
    about = random.sample(about, min(4, len(about))) + [tuple(sorted(random.sample(keys, 2))) for _ in range(2)]
    about += random.choices([tuple(row) for row in await review.fetch(WORDS)] or about, k=2)
    for pair in about:
        await review.execute(ADD, *pair, *random.choice(VERDICTS))


@pytest.mark.parametrize(("seed", "size"), [(32, 60), (33, 20)])
async def test_persons_and_figures_with_words_are_those_of_a_rebuild(
    accounting: Accounting, seed: int, size: int
) -> None:
    world, random = World(seed, people=8), Random(seed)
    async with review_of(accounting.database) as review:
        await accounting.take(world.stream(), size=80)
        for order in range(3):
            await say_some(review, random)
            taken = await accounting.writer.take_words()
            assert taken
            world.correct(0.2)
            await accounting.take(world.stream(order=order), size)
        assert await accounting.writer.take_words() == 0
    before = await derived(accounting.connection)
    assert await rebuilt(accounting) == before
    assert len({*(await held(accounting.connection, world)).person.values()}) > 3


def paper(number: str) -> dict[str, str]:
    return {"type": "P", "number": number, "issuing_state": "UZB"}


def renewed(record: str, person: dict[str, Any], former: str) -> Event:
    """A record that holds two claims: on the person's document, and on the one before it."""
    return fact(
        record, CitizenshipChange.TYPE, source_id=record, act="acquired", date="2025-03-01", other_country="UZB",
        person=person | {"citizenship": "KAZ"}, former_document=paper(former),
    )  # fmt: skip


async def persons(accounting: Accounting) -> int:
    count: int = await accounting.connection.fetchval("SELECT count(*) FROM linkage_derived.person")
    return count


async def test_a_record_about_known_claims_alone_may_make_a_link_fall_that_a_word_says_nothing_of(
    accounting: Accounting,
) -> None:
    """A and B agree in name on one passport; C and E are said to be apart; then records join A with C, and B with E. Of
    their birth dates the year alone is known: nothing is matched."""
    one, other = (dict[str, Any](NODIRA) | {"birth_date": year} for year in ("1988", "1984"))
    written = ((one, "AA1001"), (other, "AA1001"), (one, "AA2001"), (other, "AA3001"))
    a, b, c, e = [{**holder, "document": paper(number)} for holder, number in written]
    told = [
        crossing(number, "entry", f"2024-0{number}-01T10:00:00+05:00", each)
        for number, each in enumerate((a, b, c, e), 1)
    ]
    await accounting.take([EVENTS[0], *told])
    assert await persons(accounting) == 3
    claims = [HASHES.on_document("UZB", each["document"]["number"], holder_of(each)).key for each in (c, e)]
    async with review_of(accounting.database) as review:
        await review.execute(ADD, *sorted(claims), "apart", "namesakes")
    await accounting.writer.take_words()
    await accounting.take([renewed("C-1", a, "AA2001")])
    assert await persons(accounting) == 2
    await accounting.take([renewed("C-2", b, "AA3001")])
    assert await persons(accounting) == 2, "the link between A and B has fallen"
    before = await derived(accounting.connection)
    assert await rebuilt(accounting) == before


async def test_a_word_falls_when_a_record_gives_the_passport_to_another_iin(accounting: Accounting) -> None:
    """Nobody's claims share a number, and the new record names none of the claims that the word is about but one."""
    with_iin = SOMEBODY | {"birth_date": "1985-03-03"}
    on_paper: dict[str, Any] = SOMEBODY | {"iin": None, "document": paper("AA5001")}
    told = [crossing(1, *IN, with_iin), crossing(2, *OUT, on_paper)]
    await accounting.take([EVENTS[0], *told])
    iin = HASHES.on_iin(IIN, holder_of(with_iin)).key
    document = HASHES.on_document("UZB", "AA5001", holder_of(on_paper)).key
    async with review_of(accounting.database) as review:
        await review.execute(ADD, *sorted((iin, document)), "same", "spelling")
    await accounting.writer.take_words()
    assert await persons(accounting) == 1
    other = crossing(3, "entry", "2025-05-01T10:00:00+05:00", on_paper | {"iin": "850303445008"})
    await accounting.take([other])
    assert await persons(accounting) == 2
    await accounting.take([other | {"recordversion": 2, "recordwithdrawn": True}])
    assert await persons(accounting) == 1, "and it wakes when that record is withdrawn"


def holder_of(person: dict[str, Any]) -> Holder:
    return Holder(person["birth_date"], person["surname"], person["given_names"], person["sex"])


async def test_words_come_in_any_order_between_the_records(accounting: Accounting) -> None:
    """The same words before the records that bring their claims, and after them."""
    world = World(34, people=12)
    stream = world.stream()
    async with review_of(accounting.database) as review:
        await accounting.take(stream)
        await say_some(review, Random(34))
        await accounting.writer.take_words()
        after = await derived(accounting.connection)
        gone = [each | {"recordversion": 90, "recordwithdrawn": True} for each in world.stream(repeat=0)]
        await accounting.take(gone[::2])
        assert await derived(accounting.connection) != after
        await accounting.take(each | {"recordversion": 91, "recordwithdrawn": False} for each in newest(world))
    assert await derived(accounting.connection) == after


def newest(world: World) -> list[Event]:
    """The newest version of each record as an event, once."""
    return list({each["subject"]: each for each in world.stream(repeat=0, shuffled=False)}.values())
