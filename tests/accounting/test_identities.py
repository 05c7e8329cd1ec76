"""Whom every record in effect is about, told line by line to statisticians."""

from collections import Counter

import orjson
import pytest

from shared.events.portal import BorderCrossing
from shared.testing.api import Api
from tests.accounting.conftest import Accounting
from tests.accounting.oracle_account import persons
from tests.accounting.test_exactness import same_persons
from tests.accounting.world import World


@pytest.mark.parametrize("size", [3, 20_000])
async def test_every_record_in_effect_names_its_person(
    api: Api, written: Accounting, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.accounting.cases.persons.identities.CHUNK", size)
    world = World(51, people=20)
    world.correct(0.2)
    await written.take(world.stream())
    answer = await api.client.get("/v1/identities", headers=api.token("statistician"))
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    expected = persons(world)
    subjects = {world.records[subject][-1].data["source_id"]: subject for subject in expected}
    assert Counter(line["source_id"] for line in lines) == Counter(subjects.keys())
    assert same_persons({subjects[line["source_id"]]: int(line["person"], 16) for line in lines}, expected)
    assert {line["source"] for line in lines} == {"portal"}
    kinds = {line["source_id"][0]: line["fact"] for line in lines}
    assert kinds == {
        "B": BorderCrossing.NAME, "R": "residence_registration.v1", "P": "residence_permit.v1",
    }  # fmt: skip


async def test_it_is_for_statisticians_and_leaves_a_trace(api: Api) -> None:
    assert (await api.client.get("/v1/identities")).status_code == 401
    assert (await api.client.get("/v1/identities", headers=api.token("operator"))).status_code == 403
    answer = await api.client.get("/v1/identities", headers=api.token("statistician"))
    assert (answer.status_code, answer.content) == (200, b"")
    logged = await api.rows("SELECT action, record_kind, everybody FROM access_log")
    assert logged == [{"action": "read", "record_kind": "identity", "everybody": True}]
