"""Border crossings over HTTP: one and many, repeats, faults, corrections, withdrawals (P1, G2, G3, G4)."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from shared import clock
from shared.testing.api import Api
from shared.testing.people import crossing, person

PATH = "/v1/border-crossings"
DOCUMENT = {"type": "P", "number": "N1", "issuing_state": "UZB"}


async def submit(portal: Api, body: dict[str, Any]) -> Any:
    return await portal.client.post(PATH, json=body, headers=portal.token("border"))


async def test_a_new_crossing_is_on_record_with_its_event(portal: Api) -> None:
    body = crossing()
    answer = await submit(portal, body)

    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"1"'
    (event,) = await portal.events()
    assert event["type"] == "kz.kosh.portal.border_crossing.v1"
    assert event["subject"] == answer.json()["id"]
    assert event["recordversion"] == 1
    assert event["time"] == "2026-03-01T05:15:00+00:00"
    assert event["data"]["person"] == body["person"]
    assert event["data"]["crossed_at"] == body["crossed_at"]


async def test_a_repeat_answers_200_with_the_same_body_and_no_second_event(portal: Api) -> None:
    body = crossing()
    first, again = await submit(portal, body), await submit(portal, body)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert len(await portal.events()) == 1


async def test_the_same_source_id_with_other_content_is_a_conflict(portal: Api) -> None:
    body = crossing()
    await submit(portal, body)
    answer = await submit(portal, body | {"direction": "exit"})

    assert answer.status_code == 409
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert len(await portal.events()) == 1


async def test_every_fault_is_named_at_once_and_nothing_sent_is_repeated(portal: Api) -> None:
    wrong = person(birth_date="1990-13-01", citizenship="UZ", surname="Каримов", iin="900501300123")
    answer = await submit(portal, crossing(direction="in", crossed_at="2026-03-01T10:15:00", person=wrong, typo=1))

    assert answer.status_code == 422
    pointers = {error["pointer"] for error in answer.json()["errors"]}
    assert pointers == {
        "/direction",
        "/crossed_at",
        "/typo",
        "/person/birth_date",
        "/person/citizenship",
        "/person/surname",
        "/person/iin",
    }
    assert not any(sent in answer.text for sent in ("1990-13-01", "Каримов", "900501300123"))


@pytest.mark.parametrize(("issuer", "nationality"), [("UNO", "UNO"), ("GBR", "GBN"), ("XOM", "ITA"), ("EUE", "XXX")])
async def test_documents_of_organisations_are_taken_as_icao_lists_them(
    portal: Api, issuer: str, nationality: str
) -> None:
    document = DOCUMENT | {"issuing_state": issuer}
    answer = await submit(portal, crossing(person=person(document=document, citizenship=nationality)))

    assert answer.status_code == 201, answer.text
    kept = (await portal.events())[0]["data"]["person"]
    assert (kept["document"]["issuing_state"], kept["citizenship"]) == (issuer, nationality)
    sought = {"document": document, "citizenship": nationality}
    found = await portal.client.post("/v1/stay-control:check", json=sought, headers=portal.token("migration-police"))
    assert found.status_code == 200, found.text


async def test_an_organisation_is_no_country_to_come_from(portal: Api) -> None:
    answer = await submit(portal, crossing(country="UNO"))

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/country"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00"])
async def test_a_year_beyond_all_registers_is_a_fault_of_the_field(portal: Api, moment: str) -> None:
    answer = await submit(portal, crossing(crossed_at=moment))

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/crossed_at"]


async def test_a_correction_needs_the_version_and_keeps_history(portal: Api) -> None:
    body = crossing()
    id = (await submit(portal, body)).json()["id"]
    corrected = {"reason": "wrong direction keyed in", "record": body | {"direction": "exit"}}
    border = portal.token("border")

    missing = await portal.client.put(f"{PATH}/{id}", json=corrected, headers=border)
    stale = await portal.client.put(f"{PATH}/{id}", json=corrected, headers=border | {"If-Match": '"7"'})
    done = await portal.client.put(f"{PATH}/{id}", json=corrected, headers=border | {"If-Match": '"1"'})
    history = await portal.client.get(f"{PATH}/{id}/history", headers=border)

    assert (missing.status_code, stale.status_code, done.status_code) == (428, 412, 200)
    assert done.headers["ETag"] == '"2"'
    assert [(v["version"], v["record"]["direction"]) for v in history.json()] == [(1, "entry"), (2, "exit")]
    assert [event["recordversion"] for event in await portal.events()] == [1, 2]


async def test_a_withdrawal_is_a_version_that_no_longer_counts(portal: Api) -> None:
    id = (await submit(portal, crossing())).json()["id"]
    versioned = portal.token("border") | {"If-Match": '"1"'}
    answer = await portal.client.post(f"{PATH}/{id}:withdraw", json={"reason": "entered twice"}, headers=versioned)

    assert answer.status_code == 200
    assert [event["recordwithdrawn"] for event in await portal.events()] == [False, True]
    versioned = portal.token("border") | {"If-Match": '"2"'}
    again = await portal.client.post(f"{PATH}/{id}:withdraw", json={"reason": "entered twice"}, headers=versioned)
    assert again.status_code == 409


async def test_a_repeat_after_a_correction_still_answers_as_the_first_did(portal: Api) -> None:
    body = crossing()
    first = await submit(portal, body)
    correction = {"reason": "wrong purpose", "record": body | {"purpose": "study"}}
    path, versioned = f"{PATH}/{first.json()['id']}", portal.token("border") | {"If-Match": '"1"'}
    assert (await portal.client.put(path, json=correction, headers=versioned)).status_code == 200
    again = await submit(portal, body)

    assert again.status_code == 200
    assert (again.content, again.headers["ETag"]) == (first.content, '"1"')


async def test_a_correction_can_be_repeated_under_its_key(portal: Api) -> None:
    body = crossing()
    path = f"{PATH}/{(await submit(portal, body)).json()['id']}"
    correction = {"reason": "wrong direction keyed in", "record": body | {"direction": "exit"}}
    keyed = portal.token("border") | {"If-Match": '"1"', "Idempotency-Key": "correction 1"}
    first = await portal.client.put(path, json=correction, headers=keyed)
    again = await portal.client.put(path, json=correction, headers=keyed)
    other = await portal.client.put(path, json=correction | {"reason": "another"}, headers=keyed)
    new_key = await portal.client.put(path, json=correction, headers=keyed | {"Idempotency-Key": "correction 2"})

    assert [answer.status_code for answer in (first, again, other, new_key)] == [200, 200, 409, 412]
    assert (again.content, again.headers["ETag"]) == (first.content, '"2"')
    assert other.json()["type"].endswith("/idempotency-key-reused")
    assert [event["recordversion"] for event in await portal.events()] == [1, 2]


async def test_a_refused_correction_leaves_its_key_free(portal: Api) -> None:
    body = crossing()
    path = f"{PATH}/{(await submit(portal, body)).json()['id']}"
    correction = {"reason": "wrong direction keyed in", "record": body | {"direction": "exit"}}
    keyed = portal.token("border") | {"Idempotency-Key": "correction 1"}
    stale = await portal.client.put(path, json=correction, headers=keyed | {"If-Match": '"7"'})
    done = await portal.client.put(path, json=correction, headers=keyed | {"If-Match": '"1"'})

    assert (stale.status_code, done.status_code) == (412, 200)


async def test_a_withdrawal_can_be_repeated_under_its_key(portal: Api) -> None:
    path = f"{PATH}/{(await submit(portal, crossing())).json()['id']}:withdraw"
    keyed = portal.token("border") | {"If-Match": '"1"', "Idempotency-Key": "withdrawal 1"}
    first = await portal.client.post(path, json={"reason": "entered twice"}, headers=keyed)
    again = await portal.client.post(path, json={"reason": "entered twice"}, headers=keyed)
    other = await portal.client.post(path, json={"reason": "another"}, headers=keyed)

    assert [answer.status_code for answer in (first, again, other)] == [200, 200, 409]
    assert (again.content, again.headers["ETag"]) == (first.content, '"2"')
    assert [event["recordwithdrawn"] for event in await portal.events()] == [False, True]


async def post_batch(portal: Api, content: bytes | AsyncIterator[bytes], **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await portal.client.post(f"{PATH}:batch", content=content, headers=portal.token("border") | named)


async def batch(portal: Api, lines: list[bytes]) -> tuple[list[dict[str, Any]], str]:
    answer = await post_batch(portal, b"\n".join(lines) + b"\n", Content_Type="application/x-ndjson")
    assert answer.status_code == 200
    return [json.loads(line) for line in answer.text.splitlines()], answer.headers["Kosh-Batch"]


async def test_a_batch_answers_line_by_line_in_order(portal: Api) -> None:
    good = crossing()
    lines = [
        orjson.dumps(good),
        b"not json",
        orjson.dumps(good),
        orjson.dumps(good | {"purpose": "study"}),
        orjson.dumps(crossing(person=person(sex="?", birth_date="1"))),
        orjson.dumps(crossing()),
    ]
    answers, _ = await batch(portal, lines)

    assert [answer["line"] for answer in answers[:-1]] == [1, 2, 3, 4, 5, 6]
    assert [answer["status"] for answer in answers[:-1]] == [
        "created",
        "rejected",
        "repeated",
        "rejected",
        "rejected",
        "created",
    ]
    assert answers[0]["id"] == answers[2]["id"]
    assert {problem["pointer"] for problem in answers[4]["problems"]} == {"/person/sex", "/person/birth_date"}
    assert answers[-1] == {"summary": {"created": 2, "repeated": 1, "rejected": 3}}
    assert len(await portal.events()) == 2


async def test_a_source_that_sends_its_correction_again_repeats_itself(portal: Api) -> None:
    first, headers = crossing(), portal.token("border")
    mended = first | {"purpose": "study", "source_id": first["source_id"]}
    id = (await submit(portal, first)).json()["id"]
    correction = {"reason": "mistyped", "record": mended}
    put = await portal.client.put(f"{PATH}/{id}", json=correction, headers=headers | {"If-Match": '"1"'})
    single, before, other = (
        await submit(portal, mended), await submit(portal, first), await submit(portal, first | {"purpose": "transit"})
    )  # fmt: skip
    answers, _ = await batch(portal, [orjson.dumps(mended), orjson.dumps(first)])

    assert put.status_code == 200
    assert [(a.status_code, a.json().get("id")) for a in (single, before)] == [(200, id), (200, id)]
    assert other.status_code == 409
    assert [answer["status"] for answer in answers[:-1]] == ["repeated", "repeated"]
    assert len(await portal.events()) == 2


async def test_a_mark_before_a_single_record_is_passed_over(portal: Api) -> None:
    headers = portal.token("border") | {"Content-Type": "application/json"}
    answer = await portal.client.post(PATH, content=b"\xef\xbb\xbf" + orjson.dumps(crossing()), headers=headers)
    assert answer.status_code == 201


@pytest.mark.parametrize("crossed_at", ["1970-01-01T00:00:00+05:00", "2139-12-31T23:59:59Z"])
async def test_the_first_and_the_last_day_that_are_counted_are_taken(portal: Api, crossed_at: str) -> None:
    body = crossing(crossed_at=crossed_at, person=person(birth_date="1969"))
    with clock.set_to(datetime(2140, 1, 1, 7, tzinfo=UTC)):
        answer = await portal.client.post(PATH, json=body, headers=portal.token("border"))
    assert answer.status_code == 201


async def test_nothing_is_taken_for_a_time_a_date_or_a_flag_that_is_none(portal: Api) -> None:
    times = [1772349300, "1772349300", "2026-03-01", "2026-03-01T10:15:00", "1969-12-31T23:00:00-05:00"]
    times += ["2140-01-01T00:00:00+05:00", None, True]
    expiries = [1900800000, "1900800000", "2030-01-31T00:00:00"]
    wrong = [
        *((crossing(crossed_at=each), "/crossed_at") for each in times),
        *((crossing(resident_at_start=each), "/resident_at_start") for each in ("true", 1, 0, "yes")),
        *((crossing(person=person(document=DOCUMENT | {"expires": e})), "/person/document/expires") for e in expiries),
    ]
    answers, _ = await batch(portal, [orjson.dumps(line) for line, _ in wrong])

    assert [[problem["pointer"] for problem in answer["problems"]] for answer in answers[:-1]] == [
        [pointer] for _, pointer in wrong
    ]
    single = await portal.client.post(PATH, json=wrong[0][0], headers=portal.token("border"))
    assert [error["pointer"] for error in single.json()["errors"]] == ["/crossed_at"]
    assert await portal.events() == []


@pytest.mark.parametrize("media_type", ["application/jsonl", "application/ndjson", "Application/X-NDJSON; a=b"])
async def test_lines_have_several_names(portal: Api, media_type: str) -> None:
    answer = await post_batch(portal, orjson.dumps(crossing()), Content_Type=media_type)
    assert json.loads(answer.text.splitlines()[-1])["summary"]["created"] == 1


@pytest.mark.parametrize(
    ("headers", "advice"),
    [
        ({}, "application/x-ndjson"),
        ({"Content_Type": "application/json"}, "application/x-ndjson"),
        ({"Content_Type": "application/x-ndjson", "Content_Encoding": "gzip"}, "without a Content-Encoding"),
    ],
)
async def test_a_batch_of_another_form_is_not_begun(portal: Api, headers: dict[str, str], advice: str) -> None:
    answer = await post_batch(portal, orjson.dumps(crossing()), **headers)

    assert (answer.status_code, answer.headers["Content-Type"]) == (415, "application/problem+json")
    assert advice in answer.json()["detail"]
    assert await portal.events() == []


async def statuses(portal: Api, content: bytes, size: int) -> list[str]:
    """What becomes of the lines of `content`, sent `size` bytes at a time; their numbers are those of the client."""

    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(content), size):
            yield content[start : start + size]

    sent = await post_batch(portal, parts(), Content_Type="application/x-ndjson")
    *answers, _ = map(json.loads, sent.text.splitlines())
    assert [answer["line"] for answer in answers] == list(range(1, len(answers) + 1))
    return [answer["status"] for answer in answers]


@pytest.mark.parametrize("size", [1, 2, 7, 100_000])
async def test_mark_before_and_white_space_after_the_lines_are_no_lines(portal: Api, size: int) -> None:
    one, two = orjson.dumps(crossing()), orjson.dumps(crossing())

    content = b"\xef\xbb\xbf" + one + b"\r\n\n \n" + two + b"\r\n\n \t\n  "
    assert await statuses(portal, content, size) == ["created", "rejected", "rejected", "created"]
    assert await statuses(portal, b"\n" + one, size) == ["rejected", "repeated"]
    assert await statuses(portal, one + b"\n\xef\xbb\xbf" + two, size) == ["repeated", "rejected"]


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf \n\n", b" " * 60_000])
async def test_a_batch_of_nothing_has_no_line(portal: Api, content: bytes) -> None:
    assert await statuses(portal, content, 10_000) == []


async def test_white_space_without_end_is_not_held_back(portal: Api) -> None:
    content = orjson.dumps(crossing()) + b"\n" + (b" " * 999 + b"\n") * 100
    found = await statuses(portal, content, 10_000)

    assert found[0] == "created"
    assert 0 < found.count("rejected") < 100


async def test_rejects_are_downloaded_mended_and_sent_again(portal: Api) -> None:
    right = [crossing() for _ in range(3)]
    broken = [right[0], right[1] | {"direction": "sideways"}, right[2] | {"country": "Atlantis"}]
    _, name = await batch(portal, [orjson.dumps(line) for line in broken])

    bare = await portal.client.get(f"{PATH}/rejects/{name}", headers=portal.token("border"))
    explained = await portal.client.get(f"{PATH}/rejects/{name}?problems=true", headers=portal.token("border"))
    assert [json.loads(line) for line in bare.text.splitlines()] == broken[1:]
    assert [json.loads(line)["line"] for line in explained.text.splitlines()] == [2, 3]
    stranger = await portal.client.get(f"{PATH}/rejects/{name}", headers=portal.token("border", subject="other"))
    assert stranger.status_code == 404

    answers, _ = await batch(portal, [orjson.dumps(line) for line in right])
    assert answers[-1] == {"summary": {"created": 2, "repeated": 1, "rejected": 0}}


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_a_line_is_told_what_a_single_record_is_in_the_same_language(portal: Api, language: str) -> None:
    speaking = portal.token("border") | {"Accept-Language": language}
    taken = crossing()
    wrong = [
        *(crossing() | changed for changed in ({"direction": "sideways"}, {"country": "Atlantis", "purpose": "x"})),
        crossing(crossed_at="2199-01-01T10:00:00+05:00"),
    ]
    lines = b"\n".join(map(orjson.dumps, [taken, *wrong, taken | {"purpose": "study"}]))
    told = await portal.client.post(
        f"{PATH}:batch", content=lines, headers=speaking | {"Content-Type": "application/x-ndjson"}
    )
    first, *answers, _ = map(json.loads, told.text.splitlines())
    assert first["status"] == "created"
    singles = [(await portal.client.post(PATH, json=body, headers=speaking)).json()["errors"] for body in wrong]
    assert [answer["problems"] for answer in answers[:-1]] == singles
    conflict = await portal.client.post(PATH, json=taken | {"purpose": "study"}, headers=speaking)
    assert [each["detail"] for each in answers[-1]["problems"]] == [conflict.json()["detail"]]
    download = f"{PATH}/rejects/{told.headers['Kosh-Batch']}?problems=true"
    explained = await portal.client.get(download, headers=speaking)
    kept = [json.loads(line)["problems"] for line in explained.text.splitlines()]
    assert kept == [answer["problems"] for answer in answers]
    for answer in (told, explained):
        assert answer.headers["Content-Language"].split(", ") == [language, "en"][: 1 + (language != "en")]
        assert "Accept-Language" in answer.headers["Vary"]
    later = await portal.client.get(download, headers=portal.token("border"))
    details = [each["detail"] for line in later.text.splitlines() for each in json.loads(line)["problems"]]
    assert all(detail.isascii() for detail in details), "kept in English, whoever sent it"
    assert (details == [each["detail"] for line in kept for each in line]) == (language == "en")


async def test_who_reads_rejected_lines_stands_in_the_access_log(portal: Api) -> None:
    _, name = await batch(portal, [b"not json"])
    reader = portal.token("border", agency="border-service") | {"Kosh-Purpose": "mending"}
    answer = await portal.client.get(f"{PATH}/rejects/{name}", headers=reader)

    assert answer.content == b"not json\n"
    logged = await portal.rows("SELECT action, agency, record_kind, record_id, reason FROM access_log ORDER BY id")
    seen = {"action": "search", "agency": "border-service", "record_kind": "border_crossing", "reason": "mending"}
    assert logged == [seen | {"record_id": None}, seen | {"record_id": name}]


async def test_of_a_batch_without_rejected_lines_nothing_is_known(portal: Api) -> None:
    _, whole = await batch(portal, [orjson.dumps(crossing())])
    _, other = await batch(portal, [b"not json"])
    for path in (f"{PATH}/rejects/{whole}", f"{PATH}/rejects/{UUID(int=1)}", f"/v1/violations/rejects/{other}"):
        answer = await portal.client.get(path, headers=portal.token("border", "migration-police"))
        assert (answer.status_code, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert await portal.rows("SELECT id FROM access_log WHERE action <> 'create'") == []


async def test_more_rejected_lines_than_a_page_come_whole_and_in_order(portal: Api) -> None:
    lines = [b"line %d" % number for number in range(2_100)]
    _, name = await batch(portal, lines)
    answer = await portal.client.get(f"{PATH}/rejects/{name}", headers=portal.token("border"))
    assert answer.content.splitlines() == lines


async def test_a_batch_larger_than_a_chunk_is_taken_whole_and_a_resend_takes_nothing_twice(portal: Api) -> None:
    lines = [orjson.dumps(crossing()) for _ in range(2_345)]
    first, _ = await batch(portal, lines)
    again, _ = await batch(portal, lines)

    assert first[-1] == {"summary": {"created": 2_345, "repeated": 0, "rejected": 0}}
    assert again[-1] == {"summary": {"created": 0, "repeated": 2_345, "rejected": 0}}
    assert [answer["id"] for answer in first[:-1]] == [answer["id"] for answer in again[:-1]]
    assert await portal.rows("SELECT count(*) AS n FROM outbox") == [{"n": 2_345}]


async def test_reading_a_record_leaves_a_row_in_the_access_log(portal: Api) -> None:
    id = (await submit(portal, crossing())).json()["id"]
    before = await portal.rows("SELECT count(*) AS n FROM access_log")
    answer = await portal.client.get(f"{PATH}/{id}", headers=portal.token("migration-police"))
    after = await portal.rows("SELECT count(*) AS n FROM access_log")

    assert answer.json()["record"]["checkpoint"] == "ALA-AIR"
    assert after[0]["n"] == before[0]["n"] + 1


async def test_other_roles_are_refused(portal: Api) -> None:
    assert (await portal.client.post(PATH, json=crossing())).status_code == 401
    answer = await portal.client.post(PATH, json=crossing(), headers=portal.token("consul"))
    assert answer.status_code == 403
