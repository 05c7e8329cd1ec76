"""Invented families on their way to the status."""

from itertools import count
from typing import Any

from shared.testing.api import Api
from shared.testing.people import person

PATH = "/v1/kandas-applications"
FULL = ("application", "autobiography", "identity", "ethnicity")
_numbers = count(1)


def papers(*kinds: str, on: str) -> list[dict[str, Any]]:
    return [{"kind": kind, "received_on": on} for kind in kinds]


def lodgement(*members: dict[str, Any], on: str = "2026-03-16", **changes: Any) -> dict[str, Any]:
    """An application of one complete applicant, or of `members`."""
    number = f"KD-{next(_numbers):05d}"
    family = members or (member(on=on),)
    numbered = [{"source_id": f"{number}-{place}", **each} for place, each in enumerate(family, 1)]
    return {"source_id": number, "lodged_on": on, "mission": None, "region": "61", "members": numbered} | changes


def member(
    place: str = "applicant", kinds: tuple[str, ...] = FULL, on: str = "2026-03-16", **changes: Any
) -> dict[str, Any]:
    return {
        "member": place,
        "person": person(),
        "country_of_origin": "UZB",
        "documents": papers(*kinds, on=on),
    } | changes


def findings(body: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Every member of a lodgement is found to be an ethnic Kazakh who was no citizen before."""
    found = {"ethnicity_confirmed": True, "formerly_citizen": False} | changes
    return {"findings": [{"member": each["source_id"], **found} for each in body["members"]]}


class Desk:
    """An officer (or a consul) who works on cases; every write has a key of its own unless given."""

    def __init__(self, api: Api, *roles: str, **claims: Any) -> None:
        self.api = api
        self.headers = api.token(*(roles or ("kandas-officer",)), **claims)

    async def lodge(self, body: dict[str, Any]) -> Any:
        return await self.api.client.post(PATH, json=body, headers=self.headers)

    async def read(self, path: str) -> Any:
        return await self.api.client.get(path, headers=self.headers)

    async def act(self, path: str, body: dict[str, Any], version: int, key: str | None = None) -> Any:
        headers = {"If-Match": f'"{version}"', "Idempotency-Key": key or f"key-{next(_numbers)}"}
        return await self.api.client.post(path, json=body, headers=self.headers | headers)
