"""A former pseudonym leads to whom the person became, and each change has its cause on record."""

from typing import Any

import httpx

from shared.testing.api import Api
from tests.accounting.conftest import Accounting
from tests.accounting.test_access_log import mine
from tests.accounting.test_identity import NODIRA, SOMEBODY
from tests.accounting.test_review_words import AT, COVERED, SAME, WITHDRAWN, document_of, named, say
from tests.accounting.test_timeline import crossing, ids, timeline
from tests.accounting.test_words_taken import paper

NUMBERS = ("AA9001", "AA9002", "AA9003")
# Of the birth dates the year alone is known: nothing is matched by name.
LOW, MIDDLE, HIGH = sorted(
    ({**NODIRA, "birth_date": "1988", "document": paper(number)} for number in NUMBERS), key=document_of
)
DAYS = [f"2022-0{month}-05T10:00:00+05:00" for month in (1, 2, 3)]


def pair(one: dict[str, Any], other: dict[str, Any]) -> str:
    return named(document_of(one), document_of(other))


def id_of(person: dict[str, Any]) -> str:
    return f"{document_of(person):016x}"


async def changes(api: Api, id: str) -> httpx.Response:
    return await api.client.get(f"/v1/persons/{id}/changes", headers=api.token("statistician"))


async def told(api: Api, id: str) -> list[tuple[Any, ...]]:
    """The changes, the oldest first: kind, whose id, now whose, cause, and by which record or word."""
    answer = await changes(api, id)
    assert answer.status_code == 200, answer.text
    return [
        (each["kind"], each["former"], each["successor"], each["cause"], each["source_id"] or each["word"]["reason"])
        for each in reversed(answer.json()["items"])
    ]


async def spoken(api: Api, written: Accounting, pair: str, word: dict[str, Any]) -> None:
    assert (await say(api, pair, word)).status_code == 201
    await written.writer.take_words()


async def test_whoever_was_merged_and_then_split_is_several(api: Api, written: Accounting) -> None:
    persons = (LOW, MIDDLE, HIGH)
    await written.take([COVERED, *(crossing(n, "entry", DAYS[n - 1], who) for n, who in enumerate(persons, 1))])
    low, middle, high = map(id_of, persons)
    await spoken(api, written, pair(MIDDLE, HIGH), SAME)
    await spoken(api, written, pair(LOW, MIDDLE), SAME)
    for former in (middle, high):
        answer = await timeline(api, former)
        assert (answer.status_code, answer.headers["location"]) == (308, f"/v1/persons/{low}/timeline")
    await spoken(api, written, pair(MIDDLE, HIGH), WITHDRAWN)
    assert await ids(api) == {low, high}
    answer = await timeline(api, middle)
    assert (answer.status_code, answer.json()) == (300, {"former": middle, "persons": sorted((low, high))})
    assert (await timeline(api, high)).status_code == 200, "it is somebody's again"
    assert await told(api, middle) == [
        ("merge", high, middle, "word", "name_changed"),
        ("merge", middle, low, "word", "name_changed"),
    ]
    assert await told(api, high) == [
        ("merge", high, middle, "word", "name_changed"),
        ("split", low, high, "word", "said_in_error"),
    ]
    assert (await changes(api, middle)).json()["now"] == sorted((low, high))


async def test_whose_only_document_is_corrected_is_followed_by_the_record(api: Api, written: Accounting) -> None:
    mistyped = crossing(1, *AT[0], LOW)
    await written.take([COVERED, mistyped])
    corrected = mistyped | {"recordversion": 2, "data": mistyped["data"] | {"person": HIGH}}
    await written.take([corrected])
    answer = await timeline(api, id_of(LOW))
    assert (answer.status_code, answer.headers["location"]) == (308, f"/v1/persons/{id_of(HIGH)}/timeline")
    assert await told(api, id_of(LOW)) == [("renamed", id_of(LOW), id_of(HIGH), "correction", "B-1")]
    await written.take([mistyped | {"recordversion": 3}])
    assert (await timeline(api, id_of(LOW))).status_code == 200
    assert (await timeline(api, id_of(HIGH))).status_code == 308, "and back"
    await written.take([mistyped | {"recordversion": 4, "recordwithdrawn": True}])
    assert (await timeline(api, id_of(LOW))).status_code == 404, "nothing is left of them"


async def test_a_record_that_joins_and_its_withdrawal_are_the_causes(api: Api, written: Accounting) -> None:
    with_iin = {**SOMEBODY, "birth_date": "1990", "iin": "900501300120"}
    on_paper = {**with_iin, "iin": None, "document": paper("AA7001")}
    await written.take([COVERED, crossing(1, *AT[0], with_iin), crossing(2, *AT[1], on_paper)])
    apart = await ids(api)
    link = crossing(3, "entry", "2023-03-05T10:00:00+05:00", on_paper | {"iin": "900501300120"})
    await written.take([link])
    (both,) = await ids(api)
    (other,) = apart - {both}
    await written.take([link | {"recordversion": 2, "recordwithdrawn": True}])
    assert await ids(api) == apart
    assert await told(api, other) == [
        ("merge", other, both, "record", "B-3"),
        ("split", both, other, "withdrawal", "B-3"),
    ]
    assert (await changes(api, "0123456789abcdef")).status_code == 404
    assert await mine(api, "900501300120") == [("person", "read"), *[("classification", "read")] * 3]
