"""Requests to missions and their answers (C2), the total that is told (C5), and who is on the register."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from shared import clock
from shared.testing.api import Api
from tests.consular.citizens import PATH, citizen, registration

REQUESTS = "/v1/statistics-requests"
NOW = datetime(2026, 3, 16, 7, tzinfo=UTC)


def asked(**changes: Any) -> dict[str, Any]:
    return {
        "source_id": "Q-1",
        "mission": "Embassy in Seoul",
        "country": "KOR",
        "concept": "irregular",
        "period": "2025",
        "act": "letter 12-3/45 of 12.01.2026",
        "asked_on": "2026-01-12",
        "answer_by": "2026-02-28",
    } | changes


def answer(**changes: Any) -> dict[str, Any]:
    return {
        "source_id": "F-KOR-2025",
        "value": 11_000,
        "source": "Ministry of Justice",
        "reliability": "official",
        "reported_on": "2026-03-10",
    } | changes


def step(api: Api, role: str = "consul", version: int = 1, **claims: Any) -> dict[str, str]:
    return api.token(role, **claims) | {"If-Match": f'"{version}"', "Idempotency-Key": str(uuid4())}


async def ask(api: Api, **changes: Any) -> str:
    taken = await api.client.post(REQUESTS, json=asked(**changes), headers=api.token("statistician"))
    assert taken.status_code == 201, taken.text
    return str(taken.json()["id"])


async def test_a_mission_answers_what_it_is_asked_and_the_figure_is_on_record_of_its_own(consular: Api) -> None:
    with clock.set_to(NOW):
        id = await ask(consular)
        late = await consular.client.get(f"{REQUESTS}/overdue", headers=consular.token("statistician"))
        answered = await consular.client.post(f"{REQUESTS}/{id}:answer", json=answer(), headers=step(consular))
        again = await consular.client.post(
            f"{REQUESTS}/{id}:decline", json={"reason": "x"}, headers=step(consular, version=2)
        )
        none = await consular.client.get(f"{REQUESTS}/overdue", headers=consular.token("statistician"))

    assert [each["source_id"] for each in late.json()] == ["Q-1"]
    assert (answered.json()["record"]["state"], answered.json()["record"]["figure"]) == ("answered", "F-KOR-2025")
    assert (again.status_code, none.json()) == (409, [])
    events = await consular.events()
    assert [event["type"].split(".")[3] for event in events] == [
        "statistics_request", "host_country_figure", "statistics_request",
    ]  # fmt: skip
    assert events[1]["data"] == answer() | {"country": "KOR", "concept": "irregular", "period": "2025"}


async def test_an_answer_that_cannot_be_leaves_the_request_open_and_no_figure(consular: Api) -> None:
    with clock.set_to(NOW):
        id = await ask(consular)
        future = answer(reported_on="2027-01-01")
        refused = await consular.client.post(f"{REQUESTS}/{id}:answer", json=future, headers=step(consular))
        foreign = await consular.client.post(
            f"{REQUESTS}/{id}:answer", json=answer(), headers=step(consular, agency="embassy-tokyo")
        )
        read = await consular.client.get(f"{REQUESTS}/{id}", headers=consular.token("statistician"))

    assert (refused.status_code, [each["pointer"] for each in refused.json()["errors"]]) == (422, ["/reported_on"])
    assert foreign.status_code == 404
    assert (read.json()["record"]["state"], len(await consular.events())) == ("asked", 1)


async def test_what_came_of_a_request_is_neither_handed_in_nor_corrected(consular: Api) -> None:
    settled = {"state": "declined", "settled_on": "2026-02-01", "declined_because": "personal data"}
    with clock.set_to(NOW):
        id = await ask(consular)
        born = await consular.client.post(
            REQUESTS, json=asked(source_id="Q-2", **settled), headers=consular.token("statistician")
        )
        corrected = await consular.client.put(
            f"{REQUESTS}/{id}",
            json={"reason": "x", "record": asked(**settled)},
            headers=step(consular, "statistician"),
        )
    assert [each["pointer"] for each in born.json()["errors"]] == ["/state"]
    assert {each["pointer"] for each in corrected.json()["errors"]} == {
        "/record/state", "/record/settled_on", "/record/declined_because",
    }  # fmt: skip


async def test_the_total_that_was_told_stays_whatever_the_register_holds_later(consular: Api) -> None:
    letter = {"source_id": "T-1", "act": "letter 08-1/3 of 12.01.2026"}
    with clock.set_to(NOW):
        headers = consular.token("statistician")
        for entry in (registration(), registration(purpose="study"), registration(expected_until="2026-03-15")):
            await consular.client.post(PATH, json=entry, headers=consular.token("consul"))
        told = await consular.client.post("/v1/register-totals", json=letter, headers=headers)
        await consular.client.post(PATH, json=registration(), headers=consular.token("consul"))
        again = await consular.client.post("/v1/register-totals", json=letter, headers=headers)
        other = await consular.client.post("/v1/register-totals", json=letter | {"act": "another"}, headers=headers)

    assert told.status_code == 201, told.text
    total = told.json()["record"]
    assert {name: total[name] for name in ("day", "registered", "working", "stale")} == {
        "day": "2026-03-16", "registered": 3, "working": 2, "stale": 1,
    }  # fmt: skip
    assert (told.status_code, again.status_code, again.json(), other.status_code) == (201, 200, told.json(), 409)
    assert (await consular.client.post("/v1/register-totals", json=letter)).status_code == 401
    assert (
        await consular.client.post("/v1/register-totals", json=letter, headers=consular.token("citizen"))
    ).status_code == 403


async def test_the_young_men_of_the_southern_regions_are_found_and_nobody_is_shown(consular: Api) -> None:
    young = {"sex": "M", "birth_date": "2003-07-12"}
    with clock.set_to(NOW):
        entries = [registration(person=citizen(**young), region_of_origin="61", legality="irregular") for _ in range(6)]
        entries += [registration(person=citizen(sex="F", birth_date="1990"), region_of_origin="75") for _ in range(4)]
        entries += [
            registration(person=citizen(**young), region_of_origin="61", ended_on="2026-03-10", end_reason="return")
        ]
        for entry in entries:
            taken = await consular.client.post(PATH, json=entry, headers=consular.token("consul"))
            assert taken.status_code == 201, taken.text

        async def profile(**query: Any) -> Any:
            found = await consular.client.post("/v1/totals:profile", json=query, headers=consular.token("statistician"))
            return found.json()

        south = await profile(by=["region_of_origin", "sex", "age_group"], country="KOR", purpose="work")
        irregular = await profile(by=["legal_basis"], legality="irregular", age_group="Y20T24")
        wrong = await profile(by=[], region_of_origin="99", age_group="young")

    assert south["lines"] == [
        {"by": {"region_of_origin": "61", "sex": "M", "age_group": "Y20T24"}, "citizens": 6},
    ]
    assert (south["smallest"], south["groups_withheld"]) == (5, 1)
    assert irregular["lines"] == [{"by": {"legal_basis": "E-9"}, "citizens": 6}]
    assert {each["pointer"] for each in wrong["errors"]} == {"/by", "/region_of_origin", "/age_group"}
