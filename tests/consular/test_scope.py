"""An entry belongs to its mission and to the citizen: the Berlin consul knows of none of Seoul's."""

import pytest

from shared.testing.api import Api
from tests.consular.citizens import registration

PATH = "/v1/consular-registrations"


@pytest.mark.parametrize("agency", ["Embassy in Seoul", "embassy-seoul", "foreign-ministry"])
async def test_stale_entries_are_listed_within_the_reach_of_the_consul(consular: Api, agency: str) -> None:
    body = registration(abroad_since="2019-01-15", registered_on="2020-03-02", expected_until="2021-01-15")
    taken = await consular.client.post(PATH, json=body, headers=consular.token("consul"))
    assert taken.status_code == 201, taken.text

    async def stale(of: str, query: str = "") -> list[str]:
        answer = await consular.client.get(f"{PATH}/stale{query}", headers=consular.token("consul", agency=of))
        return [entry["id"] for entry in answer.raise_for_status().json()]

    assert await stale(agency) == [taken.json()["id"]]
    for stranger in ("embassy-berlin", "Embassy in Berlin", "an office of which nobody knows", "75"):
        assert await stale(stranger) == await stale(stranger, "?mission=Embassy in Seoul") == []


async def test_a_consul_enters_nobody_for_another_mission(consular: Api) -> None:
    headers = consular.token("consul", agency="embassy-berlin")
    answer = await consular.client.post(PATH, json=registration(), headers=headers)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/mission"]
