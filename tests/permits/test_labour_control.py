"""Checks of employers and complaints: who sees them, what contradicts itself (L8)."""

from typing import Any

from shared.testing.api import Api
from tests.permits import steps

INSPECTIONS, COMPLAINTS = "/v1/employer-inspections", "/v1/labour-complaints"


def inspection(**changes: Any) -> dict[str, Any]:
    return {
        "source_id": "INSP-1",
        "employer_bin": steps.EMPLOYER,
        "region": "75",
        "inspected_on": "2026-03-03",
        "office": "Invented inspection",
        "basis": "planned",
        "result": "violations",
        "violations": [{"kind": "no_contract", "workers": 2}],
        "measures": ["fine"],
    } | changes


def complaint(**changes: Any) -> dict[str, Any]:
    return {
        "source_id": "C-1",
        "employer_bin": steps.EMPLOYER,
        "region": "75",
        "kind": "unpaid_wages",
        "received_on": "2026-03-04",
    } | changes


async def test_checks_and_complaints_are_the_region_s_and_a_complaint_is_hidden_from_the_employer(permits: Api) -> None:
    here = permits.token("permits-officer", agency="75")
    there = permits.token("permits-officer", agency="11")
    elsewhere = inspection(region="11", employer_bin=steps.OTHER_EMPLOYER)
    check = await permits.client.post(INSPECTIONS, json=inspection(), headers=here)
    same_number = await permits.client.post(INSPECTIONS, json=elsewhere, headers=there)
    made = await permits.client.post(COMPLAINTS, json=complaint(), headers=here)
    assert [each.status_code for each in (check, same_number, made)] == [201, 201, 201]
    own, other = steps.employer(permits), steps.employer(permits, steps.OTHER_EMPLOYER)
    seen = [
        (await permits.client.get(f"{path}/{taken.json()['id']}", headers=headers)).status_code
        for path, taken in ((INSPECTIONS, check), (COMPLAINTS, made))
        for headers in (here, there, own, other)
    ]
    assert seen == [200, 404, 200, 404, 200, 404, 403, 403]
    assert {event["type"].split(".")[-2] for event in await permits.events()} == {
        "employer_inspection",
        "labour_complaint",
    }
    feed = await permits.client.get("/v1/events", headers=permits.consumer("accounting"))
    assert feed.text.count("employer_inspection") == 0, "granted to nobody, told to nobody"


async def test_what_contradicts_itself_is_said_at_once(permits: Api) -> None:
    headers = steps.officer(permits)
    twice = [{"kind": "other", "workers": 1}, {"kind": "other", "workers": 2}]
    for path, body, pointers in (
        (INSPECTIONS, inspection(result="clean"), {"/violations", "/measures"}),
        (INSPECTIONS, inspection(violations=[]), {"/violations"}),
        (INSPECTIONS, inspection(violations=twice, measures=["fine", "fine"]), {"/violations/1", "/measures/1"}),
        (INSPECTIONS, inspection(inspected_on="2199-01-01"), {"/inspected_on"}),
        (INSPECTIONS, inspection(violations=[{"kind": "other", "workers": 2**63}]), {"/violations/0/workers"}),
        (COMPLAINTS, complaint(settled_on="2026-03-01", outcome="confirmed"), {"/settled_on"}),
        (COMPLAINTS, complaint(outcome="confirmed"), {"/settled_on"}),
        (COMPLAINTS, complaint(complainant="INVENTED NAME"), {"/complainant"}),
    ):
        answer = await permits.client.post(path, json=body, headers=headers)
        assert answer.status_code == 422, (body, answer.text)
        assert {error["pointer"] for error in answer.json()["errors"]} == pointers
