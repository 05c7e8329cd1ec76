"""Corrections and withdrawals in bulk: each line as its single form, none at its neighbours' cost, resumable."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import text

from shared.db.engine import make_engine
from shared.testing.api import Api
from shared.testing.people import crossing
from shared.testing.postgres import FreshDatabase
from shared.testing.process import ApiProcess, api_process
from tests.portal.guests import foreigner, invited_with_visa

PATH = "/v1/border-crossings"
ALMATY = {"agency": "ALA-AIR"}
NDJSON = {"Content-Type": "application/x-ndjson"}


async def submit(portal: Api, bodies: list[dict[str, Any]]) -> list[str]:
    """Their ids."""
    content = b"\n".join(map(orjson.dumps, bodies))
    answer = await portal.client.post(f"{PATH}:batch", content=content, headers=portal.token("border") | NDJSON)
    return [orjson.loads(line)["id"] for line in answer.content.splitlines()[:-1]]


async def correct(portal: Api, lines: list[Any], **claims: Any) -> tuple[list[dict[str, Any]], dict[str, int], str]:
    """The answers for the lines, the summary, and the batch's number."""
    content = b"\n".join(line if isinstance(line, bytes) else orjson.dumps(line) for line in lines)
    headers = portal.token("border", **claims) | NDJSON
    answer = await portal.client.post(f"{PATH}:correct-batch", content=content, headers=headers)
    assert answer.status_code == 200, answer.text
    *answers, last = map(orjson.loads, answer.content.splitlines())
    return answers, last["summary"], answer.headers["Kosh-Batch"]


def counts(**of: int) -> dict[str, int]:
    return {"corrected": 0, "withdrawn": 0, "repeated": 0, "rejected": 0} | of


def correction(id: str, body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"id": id, "version": 1, "reason": "wrong purpose", "record": body | {"purpose": "study"}} | changes


def statuses(answers: list[dict[str, Any]]) -> list[str]:
    return [answer["status"] for answer in answers]


async def test_a_thousand_corrections_among_all_that_can_be_wrong(portal: Api) -> None:
    bodies = [crossing() for _ in range(1_004)]
    ids = await submit(portal, bodies)
    good = [correction(id, body) for id, body in zip(ids[:1_000], bodies, strict=False)]
    stale, gone, moved, late = zip(ids[1_000:], bodies[1_000:], strict=True)
    withdrawal = {"id": gone[0], "version": 1, "reason": "no such person", "withdrawn": True}
    wrong = [
        correction(*stale, version=7),
        correction(*gone, version=2),
        correction("00000000-0000-0000-0000-000000000000", bodies[0]),
        b"{",
        b"",
        correction(*moved, record=moved[1] | {"source_id": "ANOTHER"}),
        correction(*late, record=late[1] | {"crossed_at": "2099-01-01T00:00:00+05:00"}),
        correction(*late, withdrawn=True),
        correction(*late, source_id=late[1]["source_id"]),
        correction(*late, version=None),
    ]
    events = len(await portal.events())

    answers, summary, batch = await correct(portal, [withdrawal, *good, *wrong])

    assert summary == counts(corrected=1_000, withdrawn=1, rejected=len(wrong))
    assert [answer["line"] for answer in answers] == list(range(1, len(answers) + 1))
    assert statuses(answers) == ["withdrawn", *["corrected"] * 1_000, *["rejected"] * len(wrong)]
    pointers = [answer["problems"][0]["pointer"] for answer in answers[1_001:]]
    assert pointers == [
        *("/version", "", "/id", "", "", "/record/source_id", "/record/crossed_at"),
        *("/record", "/id", "/version"),
    ]
    told = (await portal.events())[events:]
    assert {event["recordversion"] for event in told} == {2}
    assert len(told) == 1_001
    assert [event["data"]["purpose"] for event in told if not event["recordwithdrawn"]] == ["study"] * 1_000
    logged = await portal.rows("SELECT record_id, reason FROM access_log WHERE action = 'change'")
    assert sorted((row["record_id"], row["reason"]) for row in logged) == sorted(
        [(gone[0], "no such person"), *((id, "wrong purpose") for id in ids[:1_000])]
    )
    kept = await portal.client.get(f"{PATH}/rejects/{batch}", headers=portal.token("border"))
    assert len(kept.content.splitlines()) == len(wrong)


async def test_it_is_on_record_as_the_single_form_leaves_it(portal: Api) -> None:
    bodies = [crossing(), crossing()]
    one, other = await submit(portal, bodies)
    single = correction(one, bodies[0])
    headers = portal.token("border") | {"If-Match": '"1"'}
    sent = {name: single[name] for name in ("reason", "record")}
    assert (await portal.client.put(f"{PATH}/{one}", json=sent, headers=headers)).status_code == 200
    await correct(portal, [correction(other, bodies[1])])

    def shape(states: list[dict[str, Any]]) -> list[dict[str, Any]]:
        hidden = {"id": "", "changed_at": ""}
        return [s | hidden | {"record": s["record"] | {"source_id": "", "person": ""}} for s in states]

    histories = [
        (await portal.client.get(f"{PATH}/{id}/history", headers=portal.token("border"))).json() for id in (one, other)
    ]
    assert shape(histories[0]) == shape(histories[1])


async def test_what_lies_elsewhere_is_not_there_and_nothing_is_moved_elsewhere(portal: Api) -> None:
    here, there = crossing(), crossing(checkpoint="NQZ-AIR")
    one, other = await submit(portal, [here, there])

    answers, summary, _ = await correct(
        portal,
        [
            correction(other, there),
            {"id": other, "version": 1, "reason": "x", "withdrawn": True},
            correction(one, here, record=here | {"checkpoint": "NQZ-AIR"}),
        ],
        **ALMATY,
    )

    assert summary == counts(rejected=3)
    assert [answer["problems"][0]["pointer"] for answer in answers] == [
        "/record/checkpoint",
        "/id",
        "/record/checkpoint",
    ]
    assert await portal.rows("SELECT id FROM border_crossing_history") == []


async def test_the_same_file_sent_again_answers_repeated_whatever_it_corrects_twice(portal: Api) -> None:
    bodies = [crossing() for _ in range(4)]
    ids = await submit(portal, bodies)
    twice = bodies[0] | {"purpose": "study"}
    lines = [
        correction(ids[0], bodies[0]),
        {
            "source_id": bodies[1]["source_id"],
            "expected": bodies[1],
            "reason": "x",
            "record": bodies[1] | {"purpose": "study"},
        },
        {"source_id": bodies[0]["source_id"], "version": 2, "reason": "x", "record": twice | {"direction": "exit"}},
        {"id": ids[2], "expected": bodies[2], "reason": "x", "withdrawn": True},
        {"id": ids[0], "version": 3, "reason": "x", "withdrawn": True},
        correction(ids[3], bodies[3]),
    ]
    await correct(portal, lines[:2])  # killed in the middle
    before, first, _ = await correct(portal, lines)
    events = len(await portal.events())
    again, second, _ = await correct(portal, lines)

    assert statuses(before) == ["repeated", "repeated", "corrected", "withdrawn", "withdrawn", "corrected"]
    assert first == counts(repeated=2, corrected=2, withdrawn=2)
    assert statuses(again) == ["repeated"] * 6
    assert second == counts(repeated=6)
    assert len(await portal.events()) == events


async def test_a_fault_of_the_database_is_pinned_to_its_line(portal: Api) -> None:
    bodies = [crossing(source_id=f"{n}-BAD" if n == 4 else f"{n}-GOOD") for n in range(7)]
    ids = await submit(portal, bodies)
    engine = make_engine(portal.database.owner_url)
    async with engine.begin() as connection:
        await connection.execute(
            text("CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$")
        )
        await connection.execute(
            text(
                "CREATE TRIGGER fails BEFORE UPDATE ON border_crossing FOR EACH ROW"
                " WHEN (NEW.source_id LIKE '%-BAD') EXECUTE FUNCTION fails()"
            )
        )
    await engine.dispose()

    answers, summary, _ = await correct(portal, [correction(*each) for each in zip(ids, bodies, strict=True)])

    assert summary == counts(corrected=6, rejected=1)
    assert statuses(answers)[4] == "rejected"


async def test_stays_follow_as_after_single_corrections(portal: Api) -> None:
    """The exits that ended stays are withdrawn: what is computed of them is that of now."""
    guests = [foreigner() for _ in range(3)]
    entries = [crossing(person=guest, visa_number=await invited_with_visa(portal, guest)) for guest in guests]
    exits = [crossing(person=guest, direction="exit", crossed_at="2026-03-05T10:15:00+05:00") for guest in guests]
    ids = await submit(portal, [*entries, *exits])
    stays = "SELECT exit FROM stay_registration WHERE NOT withdrawn"
    ended = [row["exit"] for row in await portal.rows(stays)]
    lines = [{"id": id, "version": 1, "reason": "x", "withdrawn": True} for id in ids[3:]]

    _, summary, _ = await correct(portal, lines)

    assert summary == counts(withdrawn=3)
    assert sorted(map(str, ended)) == sorted(ids[3:])
    assert [row["exit"] for row in await portal.rows(stays)] == [None] * 3


async def test_a_withdrawn_record_that_is_sent_again_is_told_the_one_thing_to_do(portal: Api) -> None:
    body = crossing()
    (id,) = await submit(portal, [body])
    await correct(portal, [{"id": id, "version": 1, "reason": "x", "withdrawn": True}])
    other, border = body | {"purpose": "study"}, portal.token("border")

    single = await portal.client.post(PATH, json=other, headers=border)
    put = await portal.client.put(
        f"{PATH}/{id}", json={"reason": "x", "record": other}, headers=border | {"If-Match": '"2"'}
    )
    batch = await portal.client.post(f"{PATH}:batch", content=orjson.dumps(other), headers=border | NDJSON)
    line, _ = map(orjson.loads, batch.content.splitlines())

    assert (single.status_code, put.status_code, line["status"]) == (409, 409, "rejected")
    (told,) = {single.json()["detail"], put.json()["detail"], line["problems"][0]["detail"]}
    assert "was withdrawn on" in told
    assert "under a source_id that was not used before" in told


async def test_the_history_says_who_made_each_version(portal: Api) -> None:
    body = crossing()
    (id,) = await submit(portal, [body])
    await correct(portal, [correction(id, body)], subject="officer-7")

    history = (await portal.client.get(f"{PATH}/{id}/history", headers=portal.token("border"))).json()

    assert [version["author"] for version in history][1:] == ["officer-7"]
    assert history[0]["author"] != "officer-7"


async def post(api: ApiProcess, path: str, content: bytes | AsyncIterator[bytes]) -> list[dict[str, Any]]:
    headers = api.token("border") | NDJSON
    async with httpx.AsyncClient(timeout=120) as client:
        answer = await client.post(f"{api.address}{PATH}{path}", content=content, headers=headers)
    return [orjson.loads(line) for line in answer.content.splitlines()]


@pytest.mark.timeout(200)
async def test_killed_in_the_middle_and_sent_again_nothing_is_done_twice_or_not_at_all(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    database = await fresh_database("portal")
    engine = make_engine(database.app_url)
    done = text("SELECT count(*) FROM border_crossing_history")
    bodies = [crossing() for _ in range(4_500)]

    async def revised() -> int:
        async with engine.connect() as connection:
            return int(await connection.scalar(done) or 0)

    async with api_process("portal", database, tmp_path / "issuer") as api:
        *taken, _ = await post(api, ":batch", b"\n".join(map(orjson.dumps, bodies)))
        lines = [orjson.dumps(correction(t["id"], body)) + b"\n" for t, body in zip(taken, bodies, strict=True)]

        async def dying() -> AsyncIterator[bytes]:
            """A whole chunk, then more while the server falls as soon as that chunk is stored."""
            yield b"".join(lines[:2_500])
            while not await revised():
                yield b""
            os.kill(api.pid, signal.SIGKILL)
            yield b"".join(lines[2_500:])

        with pytest.raises(httpx.TransportError):
            await post(api, ":correct-batch", dying())
    before = await revised()
    assert 0 < before < 4_500

    async with api_process("portal", database, tmp_path / "issuer") as api:
        *_, last = await post(api, ":correct-batch", b"".join(lines))
    assert last["summary"] == counts(corrected=4_500 - before, repeated=before)
    assert await revised() == 4_500
    await engine.dispose()
