"""What travellers, hosts, employers and officers do in a journey, over HTTP."""

import time
from base64 import b64encode
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import orjson

from shared import clock
from shared.testing.people import crossing
from tests.journeys.conftest import PATIENCE, World
from tests.portal.authority import Signer

EMPLOYER = "200340001008"
APPLICATIONS = "/v1/work-permit-applications"
NOTICES = "/v1/host-notifications"
T = TypeVar("T")


def until(found: Callable[[], T | None]) -> T:
    """What is found, within seconds: copies follow."""
    deadline = time.monotonic() + PATIENCE
    while (this := found()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return this


def days_ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def covered(world: World) -> None:
    """The border has told everything up to yesterday."""
    coverage = {"register_start": "2021-01-01", "complete_through": days_ago(1).isoformat()}
    world.call("PUT", "portal", "/v1/feeds/berkut/coverage", "border", json=coverage).raise_for_status()


def enter(world: World, who: dict[str, Any], day: date, **changes: Any) -> str:
    """The entry's own number at the border."""
    came = crossing(person=who, country=who["citizenship"], crossed_at=f"{day}T10:00:00+05:00", **changes)
    world.submit("portal", "/v1/border-crossings", "border", came)
    return str(came["source_id"])


def timeline(world: World, entry: str) -> dict[str, Any]:
    """What accounting knows of whoever made an entry."""
    lines = world.call("GET", "accounting", "/v1/classifications?method=M1216", "statistician").text.splitlines()
    (who,) = {line["person"] for line in map(orjson.loads, lines) if line["source_id"] == entry}
    found: dict[str, Any] = world.call("GET", "accounting", f"/v1/persons/{who}/timeline", "statistician").json()
    return found


def once(version: int | None = None) -> dict[str, str]:
    """Headers of a request that is to be done once, upon the version seen."""
    seen = {} if version is None else {"If-Match": f'"{version}"'}
    return {"Idempotency-Key": str(uuid4())} | seen


def sign_and_submit(world: World, notice: dict[str, Any], signer: Signer, folder: Path) -> dict[str, Any]:
    """The receipt of a notice that its host signed at the visa-migration portal or at egov, which hands it in."""
    document = orjson.dumps(notice)
    both = {"document": document, "signature": signer.sign(document, folder)}
    envelope = {name: b64encode(content).decode() for name, content in both.items()}
    claims = {"agency": notice["channel"]}
    answer = world.call("POST", "portal", f"{NOTICES}/signed", "notifier", json=envelope, claims=claims)
    assert answer.status_code == 201, answer.text
    receipt: dict[str, Any] = answer.json()["receipt"]
    return receipt


def prepared(world: World) -> None:
    """An employer, and a quota of the year: a hundred specialists, one head of a unit."""
    today, officer = clock.today(), "permits-officer"
    details = {"name": "Invented Systems LLP", "activity": "J", "region": "75"}
    world.call("PUT", "permits", f"/v1/employers/{EMPLOYER}", officer, json=details).raise_for_status()
    staff = {"citizens": dict.fromkeys("1234", 1_000)}
    world.call("PUT", "permits", f"/v1/employers/{EMPLOYER}/staff/{today}", officer, json=staff).raise_for_status()
    path = f"/v1/quotas/{today.year}"
    if world.call("GET", "permits", path, officer).status_code == 404:
        pools = [{"kind": "employer", "category": category, "size": size} for category, size in (("2", 1), ("3", 100))]
        quota = {"act": "invented order", "pools": pools}
        world.call("PUT", "permits", path, officer, json=quota).raise_for_status()


def apply(world: World, source_id: str, who: dict[str, Any], category: str = "3") -> dict[str, Any]:
    """The application as it was decided."""
    today = clock.today()
    term = {"valid_from": today.isoformat(), "valid_until": (today + timedelta(days=300)).isoformat()}
    vacancy = {"code": "V-1", "published_on": (today - timedelta(days=30)).isoformat()}
    worker = {"person": who, "category": category, "occupation": "25", "wage": 300_000, "vacancy": vacancy, **term}
    asked = {"source_id": source_id, "employer_bin": EMPLOYER, "kind": "employer", "region": "75", "workers": [worker]}
    return decided(world, world.submit("permits", APPLICATIONS, "permits-officer", asked))


def decided(world: World, application: dict[str, Any]) -> dict[str, Any]:
    """The decision, once the copy of bans is complete: until then there is none."""
    path, headers = f"{APPLICATIONS}/{application['id']}/decision", once(application["version"])

    def decision() -> dict[str, Any] | None:
        answer = world.call("POST", "permits", path, "permits-officer", headers=headers)
        return None if answer.status_code == 503 else answer.raise_for_status().json()

    return until(decision)


def pay(world: World, granted: dict[str, Any]) -> None:
    """Pays the fee, by which the permits are issued."""
    reference, fee = f"P-{granted['id']}", granted["fee"]
    payment = {"reference": reference, "paid_on": clock.today().isoformat(), "tenge": fee["tenge"]}
    path, headers = f"{APPLICATIONS}/{granted['id']}/payment", once(granted["version"])
    world.call("POST", "permits", path, "permits-officer", json=payment, headers=headers).raise_for_status()


def failed(application: dict[str, Any]) -> list[str]:
    """The rules by which an application was refused."""
    checks = application["decision"]["checks"]
    return [check["rule"] for check in checks if check["outcome"] == "failed"]
