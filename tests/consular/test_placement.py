"""Contracts and complaints name placement agencies that are on the register (C6)."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import orjson

from shared.testing.api import Api
from tests.consular.test_forms import MINISTRY, example

AGENCIES, CONTRACTS, COMPLAINTS = "placement-agencies", "placement-contracts", "placement-complaints"
OTHER = "200340001008"


async def send(api: Api, path: str, **changes: Any) -> httpx.Response:
    body = example(path) | {"source_id": uuid4().hex} | changes
    return await api.client.post(f"/v1/{path}", json=body, headers=api.token(MINISTRY))


async def revise(api: Api, path: str, taken: httpx.Response, **changes: Any) -> httpx.Response:
    """A correction; without changes a withdrawal."""
    held = await api.client.get(f"/v1/{path}/{taken.json()['id']}", headers=api.token(MINISTRY))
    headers = api.token(MINISTRY) | {"If-Match": held.headers["ETag"], "Idempotency-Key": str(uuid4())}
    address = f"/v1/{path}/{taken.json()['id']}"
    if not changes:
        return await api.client.post(f"{address}:withdraw", json={"reason": "x"}, headers=headers)
    body = {"reason": "x", "record": held.json()["record"] | changes}
    return await api.client.put(address, json=body, headers=headers)


def why(answer: httpx.Response) -> tuple[int, str, list[str]]:
    said = answer.json()
    return answer.status_code, said["type"].rpartition("/")[2], [each["pointer"] for each in said["errors"]]


UNKNOWN = (422, "agency-unknown", ["/agency_bin"])
NAMED = (422, "agency-still-named", [""])


async def test_contracts_and_complaints_name_an_agency_that_is_on_the_register(consular: Api) -> None:
    for path in (CONTRACTS, COMPLAINTS):
        assert why(await send(consular, path)) == UNKNOWN
    await send(consular, AGENCIES, listed_on="2025-03-01", ended_on="2026-01-20")
    assert why(await send(consular, CONTRACTS, signed_on="2025-02-28")) == UNKNOWN
    assert why(await send(consular, CONTRACTS, signed_on="2026-01-20")) == UNKNOWN, "the first day without"
    signed = await send(consular, CONTRACTS, signed_on="2026-01-19")
    assert why(await send(consular, COMPLAINTS, received_on="2025-02-28")) == UNKNOWN
    received = await send(consular, COMPLAINTS)
    assert (signed.status_code, received.status_code) == (201, 201), "complaints come also after the end"

    for path, taken, day in ((CONTRACTS, signed, "signed_on"), (COMPLAINTS, received, "received_on")):
        for change in ({"agency_bin": OTHER}, {day: "2025-02-28"}):
            assert why(await revise(consular, path, taken, **change)) == (422, "agency-unknown", ["/record/agency_bin"])
        assert (await revise(consular, path, taken, country="DEU")).status_code == 200


async def test_of_a_batch_the_lines_alone_are_refused_that_name_an_unknown_agency(consular: Api) -> None:
    await send(consular, AGENCIES)
    bins = [example(AGENCIES)["agency_bin"], OTHER, example(AGENCIES)["agency_bin"]]
    lines = [orjson.dumps(example(CONTRACTS) | {"source_id": f"B-{n}", "agency_bin": b}) for n, b in enumerate(bins)]
    headers = consular.token(MINISTRY) | {"Content-Type": "application/x-ndjson"}
    answer = await consular.client.post(f"/v1/{CONTRACTS}:batch", content=b"\n".join(lines), headers=headers)
    answers = [orjson.loads(line) for line in answer.text.splitlines()]
    assert [each["status"] for each in answers[:3]] == ["created", "rejected", "created"]
    assert [each["pointer"] for each in answers[1]["problems"]] == ["/agency_bin"]


async def test_an_agency_stays_on_the_register_as_long_as_records_name_it(consular: Api) -> None:
    agency = await send(consular, AGENCIES)
    signed, received = await send(consular, CONTRACTS), await send(consular, COMPLAINTS)
    assert why(await revise(consular, AGENCIES, agency)) == NAMED
    for changes in ({"agency_bin": OTHER}, {"ended_on": "2026-01-20"}, {"listed_on": "2026-06-01"}):
        assert why(await revise(consular, AGENCIES, agency, **changes)) == NAMED, changes
    assert (await revise(consular, AGENCIES, agency, ended_on="2026-01-21")).status_code == 200, "the day after"

    again = await send(consular, AGENCIES, listed_on="2025-06-01")
    assert (await revise(consular, AGENCIES, agency)).status_code == 200, "another entry is there on these days"
    assert (await revise(consular, CONTRACTS, signed)).status_code == 200
    assert why(await revise(consular, AGENCIES, again)) == NAMED, "the complaint is left"
    assert (await revise(consular, COMPLAINTS, received)).status_code == 200
    assert (await revise(consular, AGENCIES, again)).status_code == 200


async def test_a_contract_and_the_withdrawal_of_its_agency_at_once_leave_no_contract_without(consular: Api) -> None:
    for _ in range(3):
        agency = await send(consular, AGENCIES, agency_bin=OTHER)
        gone, *taken = await asyncio.gather(
            revise(consular, AGENCIES, agency), *(send(consular, CONTRACTS, agency_bin=OTHER) for _ in range(3))
        )
        kept = [each for each in taken if each.status_code == 201]
        assert {each.status_code for each in (gone, *taken)} <= {200, 201, 422}
        assert (gone.status_code == 200) == (not kept)
        for each in kept:
            assert (await revise(consular, CONTRACTS, each)).status_code == 200
        if kept:
            assert (await revise(consular, AGENCIES, agency)).status_code == 200
