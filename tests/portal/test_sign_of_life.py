"""Signs of life from agencies that join (A5c): each reaches its own alone, and a total of nobody is no sign."""

import json
from typing import Any

from shared.testing.api import Api
from shared.testing.people import person

PATH = "/v1/signs-of-life"
HEALTH, SCHOOL = "health-register", "school-register"


def sign(**changes: Any) -> dict[str, Any]:
    return {
        "source_id": "S-1",
        "person": person(),
        "kind": "health",
        "seen_on": "2026-01-14",
        "region": "75",
        "agency": HEALTH,
    } | changes


def by(portal: Api, agency: str) -> dict[str, str]:
    return portal.token("life-signs", agency=agency) | {"Kosh-Purpose": "the monthly delivery"}


async def test_an_agency_hands_in_its_own_signs_and_reaches_these_alone(portal: Api) -> None:
    month = sign(source_id="S-2", seen_on="2026-01-01", precision="month", region=None)
    others = sign(source_id="S-3", agency=SCHOOL, kind="school")
    total = {key: value for key, value in sign(source_id="S-4").items() if key != "person"} | {"persons": 1_000}
    inside = sign(source_id="S-5", precision="month")
    lines = b"".join(json.dumps(each).encode() + b"\n" for each in (sign(), month, others, total, inside))
    kind = {"Content-Type": "application/x-ndjson"}
    answer = await portal.client.post(f"{PATH}:batch", content=lines, headers=by(portal, HEALTH) | kind)
    taken = [json.loads(line) for line in answer.text.splitlines()]
    assert [each["status"] for each in taken if "status" in each] == ["created", "created", *["rejected"] * 3]

    told = [each["data"] for each in await portal.events() if each["type"] == "kz.kosh.portal.sign_of_life.v1"]
    assert [(each["seen_on"], each["precision"], each["region"]) for each in told] == [
        ("2026-01-14", "day", "75"),
        ("2026-01-01", "month", None),
    ]

    same_number = await portal.client.post(PATH, json=sign(agency=SCHOOL, kind="school"), headers=by(portal, SCHOOL))
    assert same_number.status_code == 201, same_number.text  # agencies have numbers of their own
    own = taken[0]["id"]
    assert (await portal.client.get(f"{PATH}/{own}", headers=by(portal, HEALTH))).status_code == 200
    assert (await portal.client.get(f"{PATH}/{own}", headers=by(portal, SCHOOL))).status_code in (403, 404)
    withdrawn = await portal.client.post(
        f"{PATH}/{own}:withdraw", json={"reason": "not ours"}, headers=by(portal, SCHOOL) | {"If-Match": '"1"'}
    )
    assert withdrawn.status_code in (403, 404)
    for role in ("migration-police", "border", "statistician"):
        assert (await portal.client.get(f"{PATH}/{own}", headers=portal.token(role))).status_code == 403
