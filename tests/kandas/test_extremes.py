"""What intake accepts, every list and every run can reckon with: kandas records and cases of extreme days."""

from collections.abc import Iterator
from typing import Any

import pytest

from shared.testing.api import Api
from shared.testing.people import person
from tests.kandas.families import PATH, Desk, findings, lodgement, member, papers
from tests.kandas.test_application import noon
from tests.kandas.test_status import RUNS, STATUSES, taken_over

LAST, FIRST, EARLY, TODAY = "9999-12-31", "1900-01-01", "2015-12-31", "2026-03-18"


@pytest.fixture(autouse=True)
def on_18_march_2026() -> Iterator[None]:
    with noon(TODAY):
        yield


def settler() -> dict[str, Any]:
    return person(birth_date=FIRST, document=person()["document"] | {"expires": LAST})


async def test_no_stored_status_breaks_a_reading_or_the_run(kandas: Api) -> None:
    desk = Desk(kandas)
    lives = [
        (FIRST, FIRST, FIRST),
        (FIRST, FIRST, LAST),
        (FIRST, TODAY, None),
        (TODAY, TODAY, LAST),
        (EARLY, EARLY, EARLY),
    ]
    ids = []
    for number, (applied, decided, until) in enumerate(lives):
        who = {"person": settler(), "source_id": f"OLD-{number}", "case": f"CASE-{number}", "region": "75"}
        days = {"applied_on": applied, "decided_on": decided, "valid_until": until}
        answer = await kandas.client.post(STATUSES, json=taken_over(**who, **days), headers=desk.headers)
        assert answer.status_code == 201, answer.text
        ids.append(answer.json()["id"])
    answers = [await kandas.client.post(RUNS, headers=kandas.token("operator")) for _ in range(2)]
    for id in ids:
        answers += [await desk.read(f"{STATUSES}/{id}{rest}") for rest in ("", "/history", "/decisions")]
    for day in (FIRST, TODAY, LAST):
        answers.append(await desk.act(f"{STATUSES}/{ids[3]}:end", {"ended_on": day, "reason": "leaving"}, 1))
    answers.append(await kandas.client.get("/v1/events?limit=1000", headers=kandas.token("system", azp="kosh-portal")))
    assert [(answer.request.url.path, answer.status_code) for answer in answers if answer.status_code >= 500] == []
    assert [answer.status_code for answer in answers[:17]] == [200] * 17
    (run, repeated) = (answer.json() for answer in answers[:2])
    assert (run["expired"], repeated["expired"]) == (2, 0)


@pytest.mark.parametrize("day", [FIRST, EARLY, TODAY, LAST])
async def test_no_case_of_any_day_breaks_its_way(kandas: Api, day: str) -> None:
    desk = Desk(kandas)
    body = lodgement(member(on=day) | {"person": settler(), "country_of_origin": "MNG"}, on=min(day, TODAY))
    lodged = await desk.lodge(body)
    answers = [lodged]
    if lodged.status_code == 201:
        case = f"{PATH}/{lodged.json()['id']}"
        later = [{"member": body["members"][0]["source_id"], "documents": papers("identity", on=LAST)}]
        answers += [
            await desk.read(case),
            await desk.act(f"{case}/documents", {"documents": later}, 1),
            await desk.act(f"{case}/hearing", {"held_on": LAST}, 1),
            await desk.act(f"{case}/decision", findings(body), 1),
            await desk.read(case),
            await kandas.client.post(RUNS, headers=kandas.token("operator")),
        ]
    assert [(answer.request.url.path, answer.status_code) for answer in answers if answer.status_code >= 500] == []
    assert lodged.status_code == 201 or day in (FIRST, EARLY, LAST)
