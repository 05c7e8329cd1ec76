"""What is written where there is no document number is no key: it joins nobody, bars nobody and names nobody."""

from typing import Any

import pytest

from shared.testing.api import Api
from shared.testing.people import crossing, person
from tests.portal.guests import foreigner, with_visa
from tests.portal.test_border_control import BORDER, POLICE, alerts, ban, post


def without_number(number: str) -> dict[str, Any]:
    """A person with a filler in the place of the document's number."""
    return person(document={"type": "P", "number": number, "issuing_state": "UZB", "expires": None})


@pytest.mark.parametrize("number", ["NODOC", "000000000"])
async def test_two_people_without_a_number_are_two_people_to_everything(portal: Api, number: str) -> None:
    one, other = without_number(number), without_number(number)
    await post(portal, "entry-bans", ban(one), POLICE)
    await post(portal, "border-crossings", crossing(person=other), BORDER)
    assert await alerts(portal) == []

    asked = {"document": {"issuing_state": "UZB", "number": number}}
    assert (await post(portal, "registers/barred:search", asked, POLICE))["entries"] == []
    assert (await post(portal, "entry-bans:check", asked, BORDER))["possible"] == []
    for table in ("border_crossing", "entry_ban"):
        assert [row["document"] for row in await portal.rows(f"SELECT document FROM {table}")] == [None]  # noqa: S608
    named = await portal.rows("SELECT person_document FROM access_log WHERE person_document IS NOT NULL")
    assert named == [], "the log names people by what is theirs"


async def test_a_filler_cannot_be_reported_lost(portal: Api) -> None:
    reported = {
        "source_id": "LOST-1",
        "document": {"type": "P", "number": "NODOC", "issuing_state": "UZB", "expires": None},
        "report": "lost",
        "reported_on": "2026-02-01",
    }
    asked = portal.token(POLICE) | {"Accept-Language": "kk"}
    answer = await portal.client.post("/v1/lost-documents", json=reported, headers=asked)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"] == [{"pointer": "/document/number", "detail": "Нөмірдің жоқтығын білдіреді."}]
    assert answer.headers["Content-Language"] == "kk"


async def test_a_visa_shown_without_a_number_is_nobody_s(portal: Api) -> None:
    guest = foreigner(document=without_number("NODOC")["document"])
    number = await with_visa(portal, guest)
    shown = {"number": number, "document": guest["document"]}
    answer = await portal.client.post("/v1/visas:look-up", json=shown, headers=portal.token(BORDER))
    assert (answer.status_code, answer.json()["valid"]) == (200, False)
