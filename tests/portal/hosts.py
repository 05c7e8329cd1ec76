"""Invented hosts and their notices."""

from base64 import b64encode
from itertools import count
from typing import Any
from uuid import uuid4

from shared.kernel.iin import check_digit
from shared.testing.api import Api
from shared.testing.people import person

PATH = "/v1/host-notifications"
_numbers = count(1)


def number(first_eleven: str) -> str:
    """An IIN or BIN that the check digit fits."""
    return f"{first_eleven}{check_digit(first_eleven)}"


HOST_IIN = number("80051530012")
HOTEL_BIN = number("05034000123")
PERSON = {"kind": "person", "iin": HOST_IIN}
HOTEL = {"kind": "organisation", "bin": HOTEL_BIN}


def notice(channel: str = "eqonaq", **changes: Any) -> dict[str, Any]:
    """A notice of a new guest who arrived at the hotel on Friday, 20 March 2026; `changes` replace members."""
    paper = {"paper": {"number": "17/26", "on": "2026-03-20"}} if channel in ("office", "post") else {}
    own = {
        "source_id": f"2026/{next(_numbers):06d}",
        "channel": channel,
        "host": HOTEL,
        "person": person(),
        "address": {"kato": "750000000", "text": "Abai avenue 10"},
        "stay_from": "2026-03-20",
        "stay_until": "2026-04-10",
        "purpose": "tourism",
    }
    return own | paper | changes


def eqonaq(portal: Api, **claims: Any) -> dict[str, str]:
    """e-Qonaq, speaking for the hotel unless `claims` say for whom."""
    claims = claims or {"bin": HOTEL_BIN}
    return portal.token("notifier", **{"agency": "eqonaq", "subject": "eqonaq", **claims})


def as_host(portal: Api, **claims: Any) -> dict[str, str]:
    return portal.token("host", **(claims or {"bin": HOTEL_BIN}))


def _number(body: dict[str, Any]) -> dict[str, str]:
    return {name: value for name, value in body["host"].items() if name in ("iin", "bin") and value}


async def hand_in(portal: Api, body: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
    caller = headers or (eqonaq(portal, **_number(body)) if body["channel"] == "eqonaq" else portal.token("clerk"))
    return await portal.client.post(PATH, json=body, headers=caller)


async def submit(portal: Api, document: bytes, signature: bytes, headers: dict[str, str] | None = None) -> Any:
    """Hands in a signed document, as the host unless `headers` name another caller."""
    envelope = {"document": b64encode(document).decode(), "signature": b64encode(signature).decode()}
    return await portal.client.post(f"{PATH}/signed", json=envelope, headers=headers or as_host(portal))


async def step(portal: Api, id: str, name: str, headers: dict[str, str], version: int = 1, **body: Any) -> Any:
    """One step of a notice's way."""
    once = {"If-Match": f'"{version}"', "Idempotency-Key": str(uuid4())}
    return await portal.client.post(f"{PATH}/{id}:{name}", json=body, headers=headers | once)
