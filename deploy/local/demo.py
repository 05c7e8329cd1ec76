"""`python -m deploy.local.demo`: a small simulated country, and permits of this year by their whole procedure.

Everybody and everything in it is invented; only the published series that accounting loads beside it are real, each
with its source. It comes through the services' own interfaces, as from any client (`deploy.simulation`).
"""

import os
import sys
import time
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import httpx

from deploy.local import issuer
from deploy.simulation.country import Country
from deploy.simulation.faults import true_evidence
from deploy.simulation.simulate import first_day, release, simulate, spooled
from shared import clock

Record = dict[str, Any]
TIMEOUT = 120.0
PATIENCE = 60  # seconds for copies to become complete
SEED, PEOPLE, YEARS, THROUGH = 1991, 4_000, 5, date(2026, 6, 30)
EMPLOYERS = {"200340001008": ("F", "75"), "210640000014": ("J", "71")}
WORKERS = 20  # of each employer


def main() -> None:
    folder = Path(os.environ.get("KOSH_STATE", ".run")) / "simulation" / "demonstration"
    if not (folder / "about.json").exists() or spooled(folder):  # an earlier run has not come so far
        simulate(SEED, PEOPLE, YEARS, THROUGH, folder)
    address = f"http://127.0.0.1:{os.environ['KOSH_PERMITS_PORT']}"
    with httpx.Client(base_url=address, timeout=TIMEOUT) as permits:
        _labour(permits)
    release()


def _labour(permits: httpx.Client) -> None:
    """Two employers, this year's quota, and permits by the whole procedure."""
    today = clock.today()
    officer = _token("permits-officer")
    pools: list[Record] = [{"kind": "employer", "size": 200, "category": category} for category in "1234"]
    pools += [{"kind": "seasonal", "size": 100}, {"kind": "labour_immigrant", "size": 2_000}]
    quota = {"act": "invented for the demonstration", "pools": pools}
    _done(permits.put(f"/v1/quotas/{today.year}", json=quota, headers=officer))
    workers = _workers(len(EMPLOYERS) * WORKERS)
    for number, (activity, region) in EMPLOYERS.items():
        details = {"name": f"Invented employer {activity}", "activity": activity, "region": region}
        _done(permits.put(f"/v1/employers/{number}", json=details, headers=officer))
        staff = {"citizens": dict.fromkeys("1234", 500)}
        _done(permits.put(f"/v1/employers/{number}/staff/{today}", json=staff, headers=officer))
        own, workers = workers[:WORKERS], workers[WORKERS:]
        issue_permits(permits, f"DEMO-A-{number}", number, region, own)


def _workers(count: int) -> list[Record]:
    """Of another country of the simulation: nobody of them has been here before."""
    others = Country(SEED + 1, PEOPLE, first_day(THROUGH, 1), THROUGH).lives()
    foreign = (life for life in others if life.kind == "permit_worker" and life.iin_on(THROUGH))
    return [true_evidence(life, THROUGH, local=False) for life in islice(foreign, count)]


def issue_permits(permits: httpx.Client, source_id: str, employer: str, region: str, people: list[Record]) -> None:
    """Application, decision, fee, permits: as an employer and an officer go through it. Done once: again on the same
    day each step answers as it did, and what was interrupted goes on; on another day it is another application."""
    today = clock.today()
    term = {"valid_from": today.isoformat(), "valid_until": (today + timedelta(days=300)).isoformat()}
    vacancy = {"code": f"V-{source_id}", "published_on": (today - timedelta(days=30)).isoformat()}
    worker = {"category": "3", "occupation": "25", "wage": 400_000, "vacancy": vacancy, **term}
    workers = [worker | {"person": p} for p in people]
    application = {"source_id": source_id, "employer_bin": employer, "kind": "employer", "region": region}
    path = "/v1/work-permit-applications"
    answer = permits.post(path, json=application | {"workers": workers}, headers=_token("permits-officer"))
    if answer.status_code == httpx.codes.CONFLICT:  # an earlier run of the demonstration has been here
        return
    lodged = _done(answer)
    decided = _decided(permits, f"{path}/{lodged['id']}/decision", _step(source_id + "-D", lodged))
    payment = {"reference": source_id, "paid_on": today.isoformat(), "tenge": decided["fee"]["tenge"] or 1}
    _done(permits.post(f"{path}/{lodged['id']}/payment", json=payment, headers=_step(source_id + "-P", decided)))
    print(f"  work permits: {len(people)} issued to one employer", flush=True)


def _decided(permits: httpx.Client, path: str, step: dict[str, str]) -> Record:
    """Right after the first start the copy of bans on entry may not be complete yet: then nobody decides (503)."""
    for _ in range(PATIENCE):
        answer = permits.post(path, headers=step)
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            break
        time.sleep(1)
    return _done(answer)


def _token(role: str) -> dict[str, str]:
    directory = Path(os.environ["KOSH_OIDC_JWKS_FILE"]).parent
    return {"Authorization": f"Bearer {issuer.mint(directory, role, agency='demonstration')}"}


def _step(key: str, seen: Record) -> dict[str, str]:
    return _token("permits-officer") | {"Idempotency-Key": key, "If-Match": f'"{seen["version"]}"'}


def _done(answer: httpx.Response) -> Record:
    if answer.is_error:
        sys.exit(f"the demonstration was refused: {answer.text}")
    body: Record = answer.json()
    return body


if __name__ == "__main__":
    main()
