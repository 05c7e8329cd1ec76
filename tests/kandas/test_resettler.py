"""Internal resettlers: one of them whole, and the register of all, searched and exported without names (K6)."""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from shared.clock import ALMATY, set_to
from shared.testing.api import Api
from shared.testing.people import person
from tests.kandas.test_employment_request import FOUND, act, asked
from tests.kandas.test_employment_request import ask as ask_for_work
from tests.kandas.test_quota_inclusion import PATH as INCLUSIONS
from tests.kandas.test_quota_inclusion import end, family, include, quota, resettler
from tests.kandas.test_support_grant import ask as ask_for_support
from tests.kandas.test_support_grant import one_off

PATH = "/v1/resettlers"
KNOWN = {"iin": "910202300454", "birth_date": "1991-02-02", "sex": "M", "citizenship": "KAZ"}
COMPETENCE = {"education": "vocational", "occupation": "7126", "qualification": "Plumber, 4th grade"}


@pytest.fixture(autouse=True)
def spring() -> Iterator[None]:
    with set_to(datetime(2026, 3, 16, 9, tzinfo=ALMATY)):
        yield


async def get(kandas: Api, path: str, **claims: Any) -> Any:
    return await kandas.client.get(f"{PATH}{path}", headers=kandas.token("kandas-officer", **claims))


async def lines(kandas: Api, query: str = "", **claims: Any) -> list[dict[str, Any]]:
    answer = await get(kandas, query, **claims)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["lines"])


async def test_a_resettler_is_one_record_whole_and_a_line_without_a_name(kandas: Api) -> None:
    await quota(kandas, resettler=3)
    known = resettler(person=person(**KNOWN), programme="Enbek", competence=COMPETENCE)
    one, other = resettler(), resettler(region_of_origin="33")
    included = await include(kandas, family(known, one, other))
    first, _, third = (each["inclusion_id"] for each in included.json()["members"])
    grant = (await ask_for_support(kandas, one_off(first))).json()
    withdrawn = await ask_for_support(kandas, one_off(third))
    headers = kandas.token("kandas-officer") | {"If-Match": '"1"'}
    taken_out = f"/v1/support-grants/{withdrawn.json()['id']}:withdraw"
    assert (await kandas.client.post(taken_out, json={"reason": "x"}, headers=headers)).status_code == 200
    work = (await ask_for_work(kandas, asked(inclusion=first))).json()["id"]
    assert (await act(kandas, work, "place", found_on="2026-03-16", **FOUND)).status_code == 200
    assert (await end(kandas, first, "left_region")).status_code == 200

    whole = (await get(kandas, f"/{first}")).json()
    told = whole["inclusion"]
    assert (told["region_of_origin"], told["region"], told["programme"]) == ("61", "59", "Enbek")
    assert told["competence"] == COMPETENCE
    assert [each["amount"] for each in whole["support"]] == [grant["amount"]]
    assert [each["employer_bin"] for each in whole["employment"]] == [FOUND["employer_bin"]]
    assert (whole["payback"]["owed"], whole["payback"]["amount_owed"]) == (True, grant["amount"])
    bare = (await get(kandas, f"/{third}")).json()
    assert (bare["support"], bare["employment"], bare["payback"]["owed"]) == ([], [], False)
    await _read_by_the_person(kandas)
    await _in_the_register(kandas, first, third, grant["amount"])
    assert (await get(kandas, f"/{work}")).status_code == 404


async def _read_by_the_person(kandas: Api) -> None:
    log = await kandas.client.get("/v1/me/access-log", headers=kandas.token("citizen", iin=KNOWN["iin"]))
    read = {row["record_kind"] for row in log.json()["usage"] if row["reason"] == "the resettler whole"}
    assert read == {"quota_inclusion", "support_grant", "employment_request"}


async def _in_the_register(kandas: Api, first: str, third: str, granted: int) -> None:
    assert {each["id"] for each in await lines(kandas, "?education=vocational&occupation=7126&programme=Enbek")} == {
        first
    }
    (line,) = await lines(kandas, "?state=ended")
    assert (line["support_tenge"], line["work"], line["end_reason"]) == (granted, "found", "left_region")
    assert {each["id"] for each in await lines(kandas, "?region_of_origin=33&included_from=2026-03-16")} == {third}
    assert await lines(kandas, "?included_until=2026-03-15") == []
    page = (await get(kandas, "?limit=2")).json()
    both = [*page["lines"], *await lines(kandas, f"?limit=2&cursor={page['next']}")]
    assert both == await lines(kandas)
    assert len(both) == 3
    exported = list(csv.DictReader((await get(kandas, "/export")).text.splitlines()))
    assert [row["id"] for row in exported] == [each["id"] for each in await lines(kandas)]
    assert "surname" not in exported[0]

    assert (await get(kandas, f"/{first}", agency="akimat-55")).status_code == 404
    assert await lines(kandas, agency="akimat-55") == []
    assert len((await get(kandas, "/export", agency="akimat-55")).text.splitlines()) == 1
    for wrong in ("?region=XX", "?occupation=1234567890123456789", "?education=none", "?included_from=0001-01-01"):
        assert (await get(kandas, wrong)).status_code == 422


async def test_competence_is_corrected_and_repeats_of_before_are_the_same(kandas: Api) -> None:
    await quota(kandas, resettler=1)
    body = family(resettler())
    (member,) = (await include(kandas, body)).json()["members"]
    headers = kandas.token("kandas-officer") | {"If-Match": '"1"'}
    path = f"{INCLUSIONS}/{member['inclusion_id']}"
    record = (await kandas.client.get(path, headers=headers)).json()["record"]
    changed = {"reason": "stated later", "record": record | {"competence": COMPETENCE, "programme": "Enbek"}}
    corrected = await kandas.client.put(path, json=changed, headers=headers)
    assert corrected.json()["record"]["competence"] == COMPETENCE, corrected.text
    assert (await include(kandas, body)).status_code == 200
    wrong = family(resettler(competence={"education": "x", "occupation": "12345", "qualification": "", "more": 1}))
    refused = await include(kandas, wrong)
    assert {error["pointer"] for error in refused.json()["errors"]} >= {
        f"/members/0/competence/{name}" for name in ("education", "occupation", "qualification", "more")
    }
