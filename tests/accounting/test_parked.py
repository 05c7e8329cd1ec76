"""Operators see what was set aside, without its content, page by page, and have it taken up again."""

from typing import Any

from services.accounting.intake.decode import decode
from shared.inbox.source import Place
from shared.testing.api import Api
from tests.accounting.conftest import HASHES, Accounting
from tests.accounting.test_timeline import crossing


async def park(written: Accounting, count: int) -> None:
    good = crossing(1, "entry", "2024-01-01T10:00:00+05:00")
    events = [good | {"type": "kz.kosh.portal.unheard_of.v1"} for _ in range(count)]
    await written.writer.take(decode("portal", events, HASHES, [Place(0, n) for n in range(1, count + 1)]))


async def test_parked_events_are_listed_without_their_content(api: Api, written: Accounting) -> None:
    await park(written, 3)
    headers = api.token("operator")
    first = (await api.client.get("/v1/parked-events", params={"limit": 2}, headers=headers)).json()
    rest = (await api.client.get("/v1/parked-events", params={"cursor": first["next"]}, headers=headers)).json()
    items = first["items"] + rest["items"]
    assert (len(first["items"]), len(items), rest["next"]) == (2, 3, None)
    assert {item["reason"] for item in items} == {"unknown type or version"}
    assert "KARIMOV" not in str(items)
    assert "FA1234567" not in str(items)
    none = await api.client.get("/v1/parked-events", params={"source": "kandas"}, headers=headers)
    assert none.json()["items"] == []


async def test_operators_have_them_taken_up_again(api: Api, written: Accounting) -> None:
    await park(written, 2)
    answer = await api.client.post("/v1/parked-events:resend", headers=api.token("operator"))
    assert answer.json() == {"resent": 2}
    assert [each.position for each in await written.writer.to_resend("portal", 10)] == [1, 2]
    assert (await api.client.post("/v1/parked-events:resend", headers=api.token("statistician"))).status_code == 403


async def test_what_is_skipped_stays_listed_and_is_told_apart(api: Api, written: Accounting) -> None:
    """No alert speaks of it; sending it again, by its id, takes it back."""

    async def post(what: str, *ids: int) -> Any:
        asked = {"id": list(ids)}
        return (await api.client.post(f"/v1/parked-events:{what}", params=asked, headers=api.token("operator"))).json()

    async def rejected() -> tuple[int, int]:
        (found,) = (await api.client.get("/v1/status", headers=api.token("operator"))).json()["sources"]
        assert found["seen"] == found["counted"] + found["repeated"] + found["rejected"] + found["skipped"]
        return found["rejected"], found["skipped"]

    await park(written, 3)
    items = (await api.client.get("/v1/parked-events", headers=api.token("operator"))).json()["items"]
    assert [(item["part"], item["position"]) for item in items] == [(0, 1), (0, 2), (0, 3)]
    assert {len(item["digest"]) for item in items} == {64}
    one = items[0]["id"]
    assert await post("skip", one, one + 1_000) == {"skipped": 1}
    assert await post("skip", one) == {"skipped": 0}
    assert await rejected() == (2, 1)
    assert await post("resend") == {"resent": 2}
    assert await post("resend", one) == {"resent": 1}
    assert await rejected() == (3, 0)
    for what, role, ids in (("skip", "statistician", [one]), ("skip", "operator", []), ("resend", "operator", [2**63])):
        refused = await api.client.post(f"/v1/parked-events:{what}", params={"id": ids}, headers=api.token(role))
        assert refused.status_code == (403 if role == "statistician" else 422)
