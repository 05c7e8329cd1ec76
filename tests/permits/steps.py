"""What employers and officers do, step by step, over HTTP."""

from datetime import datetime
from itertools import count
from typing import Any
from uuid import uuid4

from shared.clock import ALMATY
from shared.testing.api import Api
from shared.testing.people import person

DAY = datetime(2026, 3, 2, 10, tzinfo=ALMATY)  # a Monday
EMPLOYER, OTHER_EMPLOYER = "200340001008", "210640000014"
APPLICATIONS = "/v1/work-permit-applications"
_numbers = count(1)


def officer(permits: Api) -> dict[str, str]:
    return permits.token("permits-officer")


def employer(permits: Api, bin_number: str = EMPLOYER) -> dict[str, str]:
    return permits.token("employer", bin=bin_number)


def once(headers: dict[str, str], version: int | None = None) -> dict[str, str]:
    """Headers of a request that is to be done once, upon the version seen."""
    seen = {} if version is None else {"If-Match": f'"{version}"'}
    return headers | {"Idempotency-Key": str(uuid4())} | seen


def worker(**changes: Any) -> dict[str, Any]:
    return {
        "person": person(),
        "category": "3",
        "occupation": "25",
        "wage": 300_000,
        "vacancy": {"code": "V-1", "published_on": "2016-01-04"},
        "valid_from": "2026-04-01",
        "valid_until": "2027-03-31",
    } | changes


def application(*workers: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {
        "source_id": f"A-{next(_numbers)}",
        "employer_bin": EMPLOYER,
        "kind": "employer",
        "region": "75",
        "workers": list(workers) or [worker()],
    } | changes


def pool(size: int, **named: Any) -> dict[str, Any]:
    return {"kind": "employer", "size": size} | (named or {"category": "3"})


async def register_employer(permits: Api, bin_number: str = EMPLOYER, activity: str = "J") -> None:
    """An employer with a thousand citizens in every category."""
    details = {"name": "Invented Systems LLP", "activity": activity, "region": "75"}
    await _put(permits, f"/v1/employers/{bin_number}", details)
    counts = {"citizens": dict.fromkeys("1234", 1_000)}
    await _put(permits, f"/v1/employers/{bin_number}/staff/2026-02-28", counts)


async def set_quota(
    permits: Api, *pools: dict[str, Any], version: int | None = None, year: int = 2026
) -> dict[str, Any]:
    body = {"act": "invented order", "pools": list(pools)}
    return await _put(permits, f"/v1/quotas/{year}", body, version)


async def _put(permits: Api, path: str, body: dict[str, Any], version: int | None = None) -> dict[str, Any]:
    seen = {} if version is None else {"If-Match": f'"{version}"'}
    answer = await permits.client.put(path, json=body, headers=officer(permits) | seen)
    put: dict[str, Any] = answer.raise_for_status().json()
    return put


async def submit(permits: Api, body: dict[str, Any]) -> dict[str, Any]:
    answer = await permits.client.post(APPLICATIONS, json=body, headers=officer(permits))
    submitted: dict[str, Any] = answer.raise_for_status().json()
    return submitted


async def decide(permits: Api, submitted: dict[str, Any]) -> dict[str, Any]:
    headers = once(officer(permits), submitted["version"])
    answer = await permits.client.post(f"{APPLICATIONS}/{submitted['id']}/decision", headers=headers)
    decided: dict[str, Any] = answer.raise_for_status().json()
    return decided


async def pay(permits: Api, granted: dict[str, Any], **changes: Any) -> dict[str, Any]:
    body = {"reference": f"P-{granted['id']}", "paid_on": "2026-03-02", "tenge": granted["fee"]["tenge"]} | changes
    headers = once(officer(permits), granted["version"])
    answer = await permits.client.post(f"{APPLICATIONS}/{granted['id']}/payment", json=body, headers=headers)
    issued: dict[str, Any] = answer.raise_for_status().json()
    return issued


async def issue(permits: Api, body: dict[str, Any]) -> dict[str, Any]:
    """From the application to the permits."""
    return await pay(permits, await decide(permits, await submit(permits, body)))


async def pools(permits: Api, year: int = 2026) -> list[tuple[int, int, int, int]]:
    """size, used, reserved, left of every pool of a year."""
    answer = await permits.client.get(f"/v1/quotas/{year}", headers=officer(permits))
    return [(p["size"], p["used"], p["reserved"], p["left"]) for p in answer.raise_for_status().json()["pools"]]
