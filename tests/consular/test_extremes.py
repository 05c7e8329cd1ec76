"""What intake accepts, every list can reckon with: consular entries and host countries' figures of extreme days."""

from datetime import UTC, datetime
from typing import Any

import pytest

from shared import clock
from shared.testing.api import Api
from tests.consular.citizens import MINE, PATH, citizen, figure, registration

LAST, FIRST, TODAY = "9999-12-31", "1900-01-01", "2026-03-04"
FIGURES = "/v1/host-country-figures"


@pytest.fixture(autouse=True)
def in_march() -> Any:
    with clock.set_to(datetime(2026, 3, 4, 7, tzinfo=UTC)):
        yield


async def test_no_stored_day_breaks_a_reading_or_an_act(consular: Api) -> None:
    headers = consular.token("consul")
    stays = [
        {"registered_on": registered, "renewed_on": renewed, "abroad_since": since, "expected_until": until}
        for registered, renewed in ((FIRST, None), (FIRST, TODAY), (TODAY, TODAY))
        for since, until in ((FIRST, FIRST), (FIRST, LAST), (None, LAST), (TODAY, None))
    ]
    people = [citizen(birth_date=FIRST) for _ in stays]
    kept = [
        await consular.client.post(PATH, json=registration(person=who, **days), headers=headers)
        for who, days in zip(people, stays, strict=True)
    ]
    assert [answer.status_code for answer in kept] == [201] * len(stays), [answer.text for answer in kept]
    ids = [answer.json()["id"] for answer in kept]

    readings = [
        await consular.client.get(address, headers=headers)
        for address in (
            f"{PATH}/stale", f"{PATH}/stale?limit=1", f"{PATH}/stale?after={ids[0]}", "/v1/totals",
            *(f"{PATH}/{id}{rest}" for id in ids for rest in ("", "/history", "/standing")),
        )
    ]  # fmt: skip
    readings += [await consular.client.get(MINE, headers=consular.token("citizen", iin=who["iin"])) for who in people]
    assert {(answer.request.url.path, answer.status_code) for answer in readings if answer.status_code != 200} == set()
    assert len(readings[0].json()) >= 4

    acts = []
    for id in ids:
        for version, (act, body) in enumerate(
            [("renew", {"expected_until": LAST}), ("end", {"ended_on": LAST, "reason": "return"}),
             ("end", {"ended_on": FIRST, "reason": "return"}), ("end", {"ended_on": TODAY, "reason": "return"})], 1,
        ):  # fmt: skip
            once = {"Idempotency-Key": f"{id}-{act}-{version}", "If-Match": '"1"' if version == 1 else '"2"'}
            acts.append(await consular.client.post(f"{PATH}/{id}:{act}", json=body, headers=headers | once))
    assert [(answer.request.url.path, answer.status_code) for answer in acts if answer.status_code >= 500] == []
    assert [answer.status_code for answer in acts[::4]] == [200] * len(ids)
    after = await consular.client.get("/v1/totals", headers=headers)
    assert after.status_code == 200


@pytest.mark.parametrize("period", ["1900", "1970", "2026", "2026-Q1", "2026-03", "2139-12", "3000", "9999", "٢٠٢٥"])
async def test_no_stored_period_breaks_a_reading(consular: Api, period: str) -> None:
    headers = consular.token("consul")
    kept = await consular.client.post(FIGURES, json=figure(period=period, reported_on=TODAY), headers=headers)
    assert kept.status_code in (201, 422)
    if kept.status_code == 201:
        id = kept.json()["id"]
        for rest in ("", "/history"):
            assert (await consular.client.get(f"{FIGURES}/{id}{rest}", headers=headers)).status_code == 200
    else:
        assert [error["pointer"] for error in kept.json()["errors"]] == ["/period"]
