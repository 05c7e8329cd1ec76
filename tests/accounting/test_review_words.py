"""The review of a pair from the queue to the figure and back: a reviewer's word merges, parts and is withdrawn."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.accounting.cases.releases.cut import cut_release
from shared import clock
from shared.events.portal import FeedCoverage
from shared.testing.api import Api
from tests.accounting.conftest import HASHES, QUIET, Accounting
from tests.accounting.publish.test_releases import read
from tests.accounting.test_access_log import mine
from tests.accounting.test_identity import IIN, NODIRA, SOMEBODY, TIMUR, reviews
from tests.accounting.test_timeline import crossing, fact, ids
from tests.accounting.test_words_taken import holder_of, paper
from tests.accounting.world import Event

TODAY = datetime(2024, 6, 10, 12, tzinfo=UTC)
COVERED = fact("coverage", FeedCoverage.TYPE, feed="berkut", register_start="2019-01-01", complete_through="2024-05-31")
OLD, NEW = (
    {**NODIRA, "document": paper(number), "surname": name} for number, name in (("AA1", "RAHIMOVA"), ("AA2", "AZIZOVA"))
)
WAY: list[Event] = [
    COVERED,
    crossing(1, "entry", "2022-03-05T10:00:00+05:00", OLD),
    crossing(2, "exit", "2022-09-10T10:00:00+05:00", OLD),
    crossing(3, "entry", "2022-09-20T10:00:00+05:00", NEW),
]
"""Half a year on one passport and name, then for good on another: two persons to the registers."""
SAME = {"verdict": "same", "reason": "name_changed", "note": "The certificate of marriage was seen."}
WITHDRAWN = {"verdict": "withdrawn", "reason": "said_in_error"}
MONTHS = "DF_FLOW/M.IMM.M1216.KZ._T._T._T._T._T"
QUARTERS = "DF_FLOW/Q.IMM.M1216.KZ._T._T._T._T._T"


@pytest.fixture(autouse=True)
def _in_june_2024() -> Iterator[None]:
    with clock.set_to(TODAY):
        yield


def document_of(person: dict[str, Any]) -> int:
    return HASHES.on_document("UZB", person["document"]["number"], holder_of(person)).key


def named(*keys: int) -> str:
    return "-".join(f"{key:016x}" for key in sorted(keys))


async def say(api: Api, pair: str, word: dict[str, Any]) -> httpx.Response:
    return await api.client.post(f"/v1/reviews/{pair}/words", json=word, headers=api.token("statistician"))


async def shown(api: Api, pair: str) -> dict[str, Any]:
    answer = await api.client.get(f"/v1/reviews/{pair}", headers=api.token("statistician"))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_word_restates_two_past_months_in_a_new_vintage_and_back(api: Api, written: Accounting) -> None:
    await written.take(WAY)
    pair = named(document_of(OLD), document_of(NEW))
    apart, before = await ids(api), await read(api, MONTHS, "statistician")
    first = await cut_release(written.connection, QUIET)
    assert len(apart) == 2

    assert (await say(api, pair, SAME)).status_code == 201
    assert await ids(api) == apart, "the API writes no figure: the one writer takes the word"
    await written.writer.take_words()
    assert len(await ids(api)) == 1
    merged = await read(api, MONTHS, "statistician")
    restated = {key[3]: (before.get(key, 0), merged.get(key, 0)) for key in {*before, *merged}}
    assert {month: both for month, both in restated.items() if both[0] != both[1]} == {
        "2022-03": (0, 1),
        "2022-09": (1, 0),
    }
    with clock.set_to(TODAY + timedelta(days=30)):
        await cut_release(written.connection, QUIET)
    released = await read(api, f"{QUARTERS}?asOf=2024-08-01")
    assert released != (was := await read(api, f"{QUARTERS}?asOf={first.cut_at.date()}")), "another vintage"

    assert (await say(api, pair, WITHDRAWN)).status_code == 201
    await written.writer.take_words()
    assert await ids(api) == apart
    assert await read(api, MONTHS, "statistician") == before
    with clock.set_to(TODAY + timedelta(days=60)):
        await cut_release(written.connection, QUIET)
    assert await read(api, f"{QUARTERS}?asOf=2024-09-01") == was
    assert [(word["verdict"], word["reason"], word["taken"]) for word in (await shown(api, pair))["words"]] == [
        ("withdrawn", "said_in_error", True),
        ("same", "name_changed", True),
    ]


async def test_who_are_alike_beyond_numbers_are_in_the_queue_until_a_reviewer_joins_them(
    api: Api, written: Accounting
) -> None:
    """Two passports of one name and birth date, and crossings that no one person makes."""
    one, other = ({**NODIRA, "document": paper(number)} for number in ("FA1", "FA2"))
    elsewhere = crossing(2, "entry", "2024-01-01T10:20:00+05:00", other)
    elsewhere["data"]["checkpoint"] = "KHORGOS"
    await written.take([COVERED, crossing(1, "entry", "2024-01-01T10:00:00+05:00", one), elsewhere])
    (doubt,) = await reviews(api)
    assert (doubt["reason"], doubt["number"], doubt["records"]) == ("alike_but_vetoed", None, ["B-1", "B-2"])
    assert (
        {side["person"] for side in (await shown(api, doubt["id"]))["sides"]} == {*doubt["persons"]} == await ids(api)
    )
    assert (await say(api, doubt["id"], SAME)).status_code == 201
    assert await reviews(api) == []
    await written.writer.take_words()
    assert len(await ids(api)) == 1
    assert await reviews(api) == []


async def test_a_pair_in_doubt_is_shown_side_by_side_and_settled(api: Api, written: Accounting) -> None:
    """Twins in one passport, whom an officer tells apart."""
    twin = TIMUR | {"given_names": "TEMUR"}
    await written.take([COVERED, crossing(1, *AT[0], TIMUR), crossing(2, *AT[1], twin), crossing(3, *AT[0], twin)])
    (doubt,) = await reviews(api)
    told = await shown(api, doubt["id"])
    assert {side["person"] for side in told["sides"]} == {*doubt["persons"]} == await ids(api)
    assert [[record["source_id"] for record in side["records"]] for side in told["sides"]] in (
        [["B-1"], ["B-2", "B-3"]],
        [["B-2", "B-3"], ["B-1"]],
    )
    assert {(s["kind"], s["birth_date"], s["sex"], s["records"][0]["citizenship"]) for s in told["sides"]} == {
        ("document", "2015-06-06", "M", "UZB")
    }
    assert (told["same_number"], told["same_name"], told["one_person"]) == (True, False, False)
    assert told["why"] == ["other_name", "crossings_exclude_each_other"]
    assert "TIMUR" not in str(told)
    assert (await say(api, doubt["id"], {"verdict": "apart", "reason": "relatives"})).status_code == 201
    await written.writer.take_words()
    assert await reviews(api) == []
    assert len(await ids(api)) == 2


AT = (("entry", "2022-03-05T10:00:00+05:00"), ("exit", "2022-09-10T10:00:00+05:00"))


async def test_apart_parts_whom_a_link_joined(api: Api, written: Accounting) -> None:
    namesake = NODIRA | {"birth_date": "1984-03-03"}
    await written.take([COVERED, crossing(1, *AT[0], NODIRA), crossing(2, *AT[1], namesake)])
    assert len(await ids(api)) == 1
    (doubt,) = await reviews(api)
    assert doubt["reason"] == "attributes_differ"
    assert (await say(api, doubt["id"], {"verdict": "apart", "reason": "namesakes"})).status_code == 201
    await written.writer.take_words()
    assert len(await ids(api)) == 2
    assert await reviews(api) == []


async def test_a_word_that_records_stand_against_is_refused(api: Api, written: Accounting) -> None:
    with_paper = SOMEBODY | {"document": paper("AA7001")}
    other = SOMEBODY | {"iin": "850303445008", "birth_date": "1985-03-03"}
    await written.take([COVERED, crossing(1, *AT[0], with_paper), crossing(2, *AT[1], other)])
    on_iin, on_paper = HASHES.on_iin(IIN, holder_of(SOMEBODY)).key, document_of(with_paper)
    one = named(on_iin, on_paper)
    refused = await say(api, one, {"verdict": "apart", "reason": "number_mistyped"})
    assert refused.status_code == 409
    both = named(on_iin, HASHES.on_iin("850303445008", holder_of(other)).key)
    assert (await say(api, both, {"verdict": "same", "reason": "spelling"})).status_code == 409
    assert (await say(api, both, WITHDRAWN)).status_code == 409
    assert (await say(api, both, {"verdict": "same", "reason": "two_iins_of_one"})).status_code == 201
    await written.writer.take_words()
    assert len(await ids(api)) == 1
    assert (await say(api, both, {"verdict": "apart", "reason": "relatives"})).status_code == 201
    await written.writer.take_words()
    assert len(await ids(api)) == 2


async def test_a_word_that_a_record_overrules_later_is_listed(api: Api, written: Accounting) -> None:
    with_iin, on_paper = SOMEBODY, {**SOMEBODY, "iin": None, "document": paper("AA7001")}
    await written.take([COVERED, crossing(1, *AT[0], with_iin), crossing(2, *AT[1], on_paper)])
    pair = named(HASHES.on_iin(IIN, holder_of(with_iin)).key, document_of(on_paper))
    assert (await say(api, pair, {"verdict": "apart", "reason": "relatives"})).status_code == 201
    await written.writer.take_words()
    assert await reviews(api) == []
    both = crossing(3, "entry", "2023-03-05T10:00:00+05:00", on_paper | {"iin": IIN})
    await written.take([both])
    assert [(doubt["id"], doubt["reason"], doubt["number"]) for doubt in await reviews(api)] == [
        (pair, "word_not_followed", None)
    ]
    await written.take([both | {"recordversion": 2, "recordwithdrawn": True}])
    assert await reviews(api) == []
    assert len(await ids(api)) == 2


async def test_what_is_no_word_is_refused(api: Api, written: Accounting) -> None:
    await written.take(WAY)
    pair = named(document_of(OLD), document_of(NEW))
    assert (await say(api, pair, SAME | {"reason": "relatives"})).status_code == 422
    assert (await say(api, pair, SAME | {"note": "a\0b"})).status_code == 422
    assert (await say(api, pair, SAME | {"verdict": "maybe"})).status_code == 422
    for wrong in (named(2, 4), "-".join(reversed(pair.split("-")))):
        assert (await say(api, wrong, SAME)).status_code == 404
    assert (await say(api, "f" * 16 + "-" + "f" * 16, SAME)).status_code == 422


async def test_one_word_said_at_once_by_many_stands_once_and_whom_it_concerns_sees_it(
    api: Api, written: Accounting
) -> None:
    aziz = SOMEBODY | {"iin": "900501300120"}
    await written.take([COVERED, crossing(1, *AT[0], aziz), crossing(2, *AT[1], NODIRA)])
    pair = named(HASHES.on_iin("900501300120", holder_of(aziz)).key, document_of(NODIRA))
    said = await asyncio.gather(*(say(api, pair, SAME) for _ in range(4)))
    assert sorted(answer.status_code for answer in said) == [200, 200, 200, 201]
    assert len((await shown(api, pair))["words"]) == 1
    assert await mine(api, "900501300120") == [("person", "read"), *[("person", "repeat")] * 3, ("person", "change")]
