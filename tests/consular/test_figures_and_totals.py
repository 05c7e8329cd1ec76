"""Host countries' figures (C2), and the totals of the register for the ministries (C5)."""

from datetime import UTC, datetime

import orjson

from shared import clock
from shared.testing.api import Api
from tests.consular.citizens import PATH, figure, registration

FIGURES = "/v1/host-country-figures"


async def test_a_figure_is_on_record_with_its_event_and_concerns_no_person(consular: Api) -> None:
    body = figure()
    first = await consular.client.post(FIGURES, json=body, headers=consular.token("consul"))
    again = await consular.client.post(FIGURES, json=body, headers=consular.token("consul"))
    read = await consular.client.get(f"{FIGURES}/{first.json()['id']}", headers=consular.token("statistician"))

    assert (first.status_code, again.status_code) == (201, 200)
    (event,) = await consular.events()
    assert event["type"] == "kz.kosh.consular.host_country_figure.v1"
    assert event["data"] == body == read.json()["record"]
    assert await consular.rows("SELECT id FROM access_log") == []


async def test_figures_come_in_bulk_and_are_corrected_and_withdrawn(consular: Api) -> None:
    headers = consular.token("consul")
    lines = [figure(), figure(value=-1, period="2019-13", concept="rich"), figure(period="2020-Q1")]
    answer = await consular.client.post(
        f"{FIGURES}:batch",
        content=b"\n".join(map(orjson.dumps, lines)),
        headers=headers | {"Content-Type": "application/x-ndjson"},
    )
    results = [orjson.loads(line) for line in answer.text.splitlines()]
    id = results[0]["id"]
    corrected = {"reason": "revised by the host country", "record": lines[0] | {"value": 11_500}}
    await consular.client.put(f"{FIGURES}/{id}", json=corrected, headers=headers | {"If-Match": '"1"'})
    await consular.client.post(
        f"{FIGURES}/{id}:withdraw", json={"reason": "another concept"}, headers=headers | {"If-Match": '"2"'}
    )
    history = (await consular.client.get(f"{FIGURES}/{id}/history", headers=headers)).json()

    assert [result.get("status") for result in results[:-1]] == ["created", "rejected", "created"]
    assert {problem["pointer"] for problem in results[1]["problems"]} == {"/value", "/period", "/concept"}
    assert [(v["version"], v["withdrawn"], v["record"]["value"]) for v in history] == [
        (1, False, 12_000),
        (2, False, 11_500),
        (3, True, 11_500),
    ]


async def test_figures_are_entered_by_the_consul_alone(consular: Api) -> None:
    for role in ("statistician", "citizen", "system"):
        assert (await consular.client.post(FIGURES, json=figure(), headers=consular.token(role))).status_code == 403


async def test_totals_count_what_is_in_effect_with_the_stale_apart_and_show_no_single_record(consular: Api) -> None:
    with clock.set_to(datetime(2026, 3, 16, 7, tzinfo=UTC)):
        entries = [
            registration(),
            registration(),
            registration(expected_until="2026-03-15"),
            registration(purpose="study", registered_on="2025-01-10"),
            registration(purpose="permanent", registered_on="2022-01-10", expected_until=None),
            registration(mission="Embassy in Ankara", country="TUR"),
            registration(ended_on="2026-03-10", end_reason="return"),
        ]
        for entry in entries:
            answer = await consular.client.post(PATH, json=entry, headers=consular.token("consul"))
            assert answer.status_code == 201
        headers = consular.token("consul") | {"If-Match": '"1"'}
        await consular.client.post(
            f"{PATH}/{answer.json()['id']}:withdraw", json={"reason": "entered twice"}, headers=headers
        )
        totals = (await consular.client.get("/v1/totals", headers=consular.token("statistician"))).json()

    assert totals["day"] == "2026-03-16"
    assert [tuple(each.values()) for each in totals["totals"]] == [
        ("Embassy in Ankara", "TUR", "work", 1, 0),
        ("Embassy in Seoul", "KOR", "permanent", 1, 0),
        ("Embassy in Seoul", "KOR", "study", 0, 1),
        ("Embassy in Seoul", "KOR", "work", 2, 1),
    ]


async def test_totals_are_for_the_ministries_only(consular: Api) -> None:
    assert (await consular.client.get("/v1/totals")).status_code == 401
    for role in ("citizen", "employer", "border"):
        assert (await consular.client.get("/v1/totals", headers=consular.token(role))).status_code == 403
    for role in ("consul", "statistician", "permits-officer"):
        assert (await consular.client.get("/v1/totals", headers=consular.token(role))).status_code == 200
