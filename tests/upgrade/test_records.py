"""What a former release took is served by this one: read, found, told, corrected, and in the feed as it was."""

import importlib
from typing import Any

import orjson
import pytest

from deploy.services import REGISTERS
from shared.audit import chain
from shared.events.grants import grants_of
from shared.records.record_type import RecordType
from shared.testing.api import Api, StartApi
from tests.upgrade.__main__ import kinds

ENOUGH = 12
"""Records of each kind, those with a history first."""


@pytest.mark.parametrize("service", REGISTERS)
async def test_records_of_the_former_release_are_read_found_corrected_and_withdrawn(
    service: str, start_api: StartApi
) -> None:
    api = await start_api(service, importlib.import_module(f"services.{service}.app").make_app)
    paths = api.app.openapi()["paths"]
    told = await api.rows("SELECT * FROM outbox ORDER BY position")
    held = [(kind, row) for kind in kinds(service) for row in await stored(api, kind)]
    for kind, row in held:
        path, headers = f"/v1/{kind.path}", api.token(*kind.writers, *kind.readers)
        if "get" in paths.get(f"{path}/{{id}}", {}):
            await is_read(api, f"{path}/{row['id']}", row, headers)
        if f"{path}:find" in paths:
            await is_found(api, path, row, headers)
        if f"{path}:batch" in paths and kind.path != "host-notifications":  # theirs tells more than was handed in
            await is_known_again(api, path, row, headers)
    assert await api.rows("SELECT * FROM outbox ORDER BY position") == told
    await the_feed_is_whole(api, service, told)
    changed = [await is_changed(api, kind, row) for kind, row in held if f"/v1/{kind.path}/{{id}}:withdraw" in paths]
    assert any(changed)
    await the_access_log_holds(api)
    assert (await api.rows("SELECT * FROM outbox ORDER BY position"))[: len(told)] == told


async def stored(api: Api, kind: RecordType[Any]) -> list[dict[str, Any]]:
    """Some rows as the former release wrote them: its body is JSON of its own models."""
    query = f"SELECT * FROM {kind.table.name} ORDER BY version DESC, id LIMIT {ENOUGH}"  # noqa: S608 (names of ours)
    return [row | {"body": orjson.loads(row["body"])} for row in await api.rows(query)]


async def is_read(api: Api, path: str, row: dict[str, Any], headers: dict[str, str]) -> None:
    answer = await api.client.get(path, headers=headers)
    assert answer.status_code == 200, (path, answer.text)
    assert (answer.json()["version"], answer.json()["withdrawn"]) == (row["version"], row["withdrawn"])
    assert says(answer.json()["record"], row["body"]), path
    versions = (await api.client.get(f"{path}/history", headers=headers)).json()
    assert [each["version"] for each in versions] == list(range(1, row["version"] + 1))


async def is_found(api: Api, path: str, row: dict[str, Any], headers: dict[str, str]) -> None:
    wanted = {"source_id": row["body"]["source_id"]}
    answer = await api.client.post(f"{path}:find", json=wanted, headers=headers)
    assert str(row["id"]) in [each["id"] for each in answer.json()["records"]], (path, answer.text)


async def is_known_again(api: Api, path: str, row: dict[str, Any], headers: dict[str, str]) -> None:
    """A source that was not answered by the former version sends it again to this one."""
    if row["version"] == 1:
        answer = await api.client.post(path, json=row["body"], headers=headers)
        assert (answer.status_code, answer.json().get("id")) == (200, str(row["id"])), (path, answer.text)


async def is_changed(api: Api, kind: RecordType[Any], row: dict[str, Any]) -> bool:
    """Corrected and withdrawn, unless a procedure of its own has to, or it is withdrawn; false for those."""
    path, headers = f"/v1/{kind.path}/{row['id']}", api.token(*kind.writers, *kind.readers)
    if row["withdrawn"]:
        return False
    change = {"record": row["body"], "reason": "as it was"}
    answer = await api.client.put(path, json=change, headers=headers | {"If-Match": f'"{row["version"]}"'})
    assert answer.status_code == 200, (path, answer.text)
    tag = {"If-Match": answer.headers["etag"]}
    answer = await api.client.post(f"{path}:withdraw", json={"reason": "twice"}, headers=headers | tag)
    assert answer.status_code == 200, (path, answer.text)
    return True


async def the_feed_is_whole(api: Api, service: str, told: list[dict[str, Any]]) -> None:
    """Every consumer reads on over all that was told, from the beginning."""
    for grant in grants_of(service):
        answer = await api.client.get("/v1/events?limit=10000", headers=api.consumer(grant.consumer))
        assert answer.status_code == 200, answer.text
        assert int(answer.headers["Kosh-Position"]) == told[-1]["position"]


async def the_access_log_holds(api: Api) -> None:
    """The former version's seals fit, and the chain goes on from them."""
    before = await chain.check(api.engine, {})
    assert before.rows
    await chain.seal(api.engine)
    after = await chain.check(api.engine, {})
    assert after.broken is None
    assert after.rows > before.rows


def says(told: Any, stored: Any) -> bool:
    """Whether an answer repeats every member that was stored; it may know more."""
    if isinstance(stored, dict):
        return all(says(told.get(name), value) for name, value in stored.items())
    return bool(told == stored)
