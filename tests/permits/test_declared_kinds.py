"""Foreign labour beside permits and the Union: exempt workers, business immigrants; fingerprints and photo (L7)."""

from typing import Any, get_args

import pytest

from services.permits.rules.rulebook import rulebook
from shared import clock
from shared.events.permits import ExemptGround
from shared.kernel.codes import code_list
from shared.testing.api import Api
from shared.testing.people import person
from tests.permits import steps

EXEMPT, BUSINESS, BIOMETRICS = "/v1/exempt-workers", "/v1/business-immigrants", "/v1/biometric-registrations"


def exempt(**changes: Any) -> dict[str, Any]:
    return {
        "source_id": "EX-1",
        "person": person(citizenship="MNG"),
        "employer_bin": steps.EMPLOYER,
        "region": "75",
        "activity": "F",
        "occupation": "71",
        "qualified": True,
        "ground": "kandas",
        "ground_document": "KD-2026-1",
        "works_from": "2026-03-02",
        "works_until": None,
    } | changes


def business(**changes: Any) -> dict[str, Any]:
    return {
        "source_id": "BI-1",
        "person": person(citizenship="TUR"),
        "company_bin": steps.EMPLOYER,
        "region": "75",
        "activity": "G",
        "ground": "entrepreneur",
        "valid_from": "2026-03-02",
        "valid_until": "2028-03-01",
    } | changes


def biometrics(**changes: Any) -> dict[str, Any]:
    return {
        "source_id": "BR-1",
        "person": person(citizenship="UZB"),
        "region": "75",
        "office": "MP-75-01",
        "reference": "DF-1",
        "taken_on": "2026-03-01",
    } | changes


def pointers(answer: Any) -> list[str]:
    assert answer.status_code == 422, answer.text
    return [error["pointer"] for error in answer.json()["errors"]]


def test_every_ground_has_its_row_and_every_ground_of_the_norm_is_declared_somewhere() -> None:
    """Business immigrants, whom the list frees too, have a record of their own."""
    grounds = set(get_args(ExemptGround))
    listed = rulebook().on(clock.today())["free_persons"].codes()
    assert set(code_list("exempt_grounds")) == grounds
    assert set(listed) - grounds == {"business_immigrant"}


async def test_an_employer_declares_its_own_and_sees_no_other(permits: Api) -> None:
    own, other = steps.employer(permits), steps.employer(permits, steps.OTHER_EMPLOYER)
    body = exempt()
    answer = await permits.client.post(EXEMPT, json=body, headers=own)
    assert answer.status_code == 201
    (event,) = await permits.events()
    assert (event["type"], event["data"]) == ("kz.kosh.permits.exempt_worker.v1", body)
    seen = [await permits.client.get(f"{EXEMPT}/{answer.json()['id']}", headers=h) for h in (own, other)]
    assert [each.status_code for each in seen] == [200, 404]
    assert pointers(await permits.client.post(EXEMPT, json=exempt(source_id="EX-2"), headers=other)) == [
        "/employer_bin"
    ]


async def test_every_contradiction_of_a_declaration_is_told_at_once_and_in_each_language(permits: Api) -> None:
    wrong = exempt(
        ground="head_of_foreign_company",
        person=person(citizenship="KGZ"),
        occupation="93",
        qualified=False,
        works_from="2023-12-30",
        works_until="2023-12-29",
    )
    headers = steps.employer(permits) | {"Accept-Language": "kk"}
    answer = await permits.client.post(EXEMPT, json=wrong, headers=headers)
    assert pointers(answer) == ["/ground", "/person/citizenship", "/occupation", "/qualified", "/works_until"]
    assert "Басшының кәсібі емес." in answer.text
    assert await permits.events() == []


async def test_a_correction_cannot_bring_in_what_a_declaration_could_not(permits: Api) -> None:
    headers = steps.officer(permits)
    id = (await permits.client.post(EXEMPT, json=exempt(), headers=headers)).json()["id"]
    correction = {"reason": "other ground", "record": exempt(person=person(citizenship="KAZ"))}
    answer = await permits.client.put(f"{EXEMPT}/{id}", json=correction, headers=headers | {"If-Match": '"1"'})
    assert pointers(answer) == ["/record/person/citizenship"]


@pytest.mark.parametrize("ground", ["business_immigrant", "eaeu", "", "KANDAS", "kandas\u0000"])
async def test_a_ground_that_is_none_is_refused(permits: Api, ground: str) -> None:
    answer = await permits.client.post(EXEMPT, json=exempt(ground=ground), headers=steps.employer(permits))
    assert pointers(answer) == ["/ground"]


async def test_a_business_immigrant_holds_no_longer_than_the_ground_allows(permits: Api) -> None:
    headers = steps.officer(permits)
    kazakh = business(source_id="BI-2", ground="ethnic_kazakh", valid_until="2029-03-01")
    taken = [await permits.client.post(BUSINESS, json=body, headers=headers) for body in (business(), kazakh)]
    assert [answer.status_code for answer in taken] == [201, 201]
    late = business(source_id="BI-3", valid_until="2028-03-02", person=person(citizenship="KAZ"))
    assert pointers(await permits.client.post(BUSINESS, json=late, headers=headers)) == [
        "/person/citizenship",
        "/valid_until",
    ]
    early = business(source_id="BI-4", valid_from="2016-12-30", valid_until="2016-12-31")
    assert pointers(await permits.client.post(BUSINESS, json=early, headers=headers)) == ["/valid_from"]
    end = business(source_id="BI-5", valid_from="9999-12-31", valid_until="9999-12-31")
    assert (await permits.client.post(BUSINESS, json=end, headers=headers)).status_code in (201, 422)


async def test_of_fingerprints_and_photo_the_fact_is_kept_and_nothing_more(permits: Api) -> None:
    officer, police = steps.officer(permits), permits.token("migration-police")
    taken = await permits.client.post(BIOMETRICS, json=biometrics(), headers=police)
    assert taken.status_code == 201
    for name in ("photo", "image", "fingerprints", "template"):
        refused = await permits.client.post(
            BIOMETRICS, json=biometrics(source_id="BR-2") | {name: "QUJD"}, headers=police
        )
        assert pointers(refused) == [f"/{name}"]
    carried = await permits.client.post(BIOMETRICS, json=biometrics(reference="A" * 65), headers=officer)
    assert pointers(carried) == ["/reference"]
    employer = await permits.client.get(f"{BIOMETRICS}/{taken.json()['id']}", headers=steps.employer(permits))
    assert employer.status_code == 403
