"""Guests on a visa, their hosts, invitations and visas, for the tests of P2 and P3."""

from itertools import count
from typing import Any

from shared.testing.api import Api
from shared.testing.people import crossing, person

HOST_BIN = "960440000111"
WRITERS = {"border-crossings": "border", "visas": "consul", "host-notifications": "clerk"}
_serial = count(1)


def key() -> dict[str, str]:
    return {"Idempotency-Key": f"test-{next(_serial)}"}


def foreigner(**changes: Any) -> dict[str, Any]:
    """A citizen of a state whose citizens need a visa."""
    number = next(_serial)
    document = {"type": "P", "number": f"U{number:08d}", "issuing_state": "TUR", "expires": "2035-01-31"}
    return person(document=document, citizenship="TUR") | changes


def invitation(guest: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An organisation in Almaty invites on business, for the year 2026-2027."""
    return {
        "source_id": f"I-{next(_serial)}",
        "inviter": {"kind": "organisation", "bin": HOST_BIN},
        "host_address": {"region": "75", "kato": "751110000", "text": "Abay avenue 10"},
        "person": guest,
        "purpose": "business",
        "category": "B1",
        "stay_from": "2026-03-01",
        "stay_until": "2027-02-28",
    } | changes


def visa(guest: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A visa as it is handed in that was issued elsewhere."""
    number = next(_serial)
    limits = {"valid_until": "2026-05-29", "stay_days": 30} if changes.get("entries") == "single" else {}
    return (
        {
            "source_id": f"MFA-{number}",
            "number": f"T{number:07d}",
            "person": guest,
            "category": "B1",
            "entries": "multiple",
            "electronic": False,
            "valid_from": "2026-03-01",
            "valid_until": "2027-02-28",
            "stay_days": 60,
            "invitation": None,
            "issued_on": "2026-02-16",
            "state": "issued",
            "annulled_on": None,
        }
        | limits
        | changes
    )


async def invited(portal: Api, guest: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The answer of the portal to an invitation of the guest."""
    headers = portal.token("host", bin=HOST_BIN) | key()
    answer = await portal.client.post("/v1/invitations", json=invitation(guest, **changes), headers=headers)
    found: dict[str, Any] = answer.raise_for_status().json()
    return found


async def with_visa(portal: Api, guest: dict[str, Any], **changes: Any) -> str:
    """The number of a visa on record."""
    body = visa(guest, **changes)
    (await portal.client.post("/v1/visas", json=body, headers=portal.token("consul"))).raise_for_status()
    return str(body["number"])


async def invited_with_visa(portal: Api, guest: dict[str, Any], **address: Any) -> str:
    """The number of a visa on an invitation to Almaty, or to the address that `address` changes."""
    to = {"region": "75", "kato": "751110000", "text": "Abay avenue 10"} | address
    granted = await invited(portal, guest, host_address=to)
    return await with_visa(portal, guest, invitation=granted["number"])


async def cross(portal: Api, guest: dict[str, Any], at: str, direction: str = "entry", **changes: Any) -> str:
    """The record of a crossing."""
    body = crossing(person=guest, crossed_at=at, direction=direction, country="TUR", purpose="business") | changes
    answer = await portal.client.post("/v1/border-crossings", json=body, headers=portal.token("border"))
    return str(answer.raise_for_status().json()["id"])


async def correct(portal: Api, id: str, version: int = 1, of: str = "border-crossings", **changes: Any) -> None:
    """Corrects a crossing, or another record."""
    headers = portal.token(WRITERS[of])
    found = (await portal.client.get(f"/v1/{of}/{id}", headers=headers)).json()["record"]
    body = {"reason": "keyed in wrongly", "record": found | changes}
    answer = await portal.client.put(f"/v1/{of}/{id}", json=body, headers=headers | {"If-Match": f'"{version}"'})
    answer.raise_for_status()


async def withdraw(portal: Api, id: str, version: int = 1, of: str = "border-crossings") -> None:
    """Withdraws a crossing, or another record."""
    headers = portal.token(WRITERS[of]) | {"If-Match": f'"{version}"'}
    path = f"/v1/{of}/{id}:withdraw"
    (await portal.client.post(path, json={"reason": "never was"}, headers=headers)).raise_for_status()


async def stays(portal: Api) -> list[dict[str, Any]]:
    """What the portal last told of each stay that stands, by the day of the entry."""
    newest = {event["subject"]: event for event in await portal.events() if ".stay_registration." in event["type"]}
    standing = [event["data"] for event in newest.values() if not event["recordwithdrawn"]]
    return sorted(standing, key=lambda stay: stay["since"])


async def duties(portal: Api, **wanted: Any) -> list[dict[str, Any]]:
    """The duties that the migration police is reminded of."""
    answer = await portal.client.post("/v1/host-duties:search", json=wanted, headers=portal.token("migration-police"))
    found: list[dict[str, Any]] = answer.raise_for_status().json()["duties"]
    return found
