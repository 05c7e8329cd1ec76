"""Operators see what was set aside, without its content, page by page, and have it taken up again."""

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
