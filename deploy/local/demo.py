"""`python -m deploy.local.demo`: a small simulated country, and permits of this year by their whole procedure.

Everybody and everything in it is invented; only the published series that accounting loads beside it are real, each
with its source. It comes through the services' own interfaces, as from any client (`deploy.simulation`).
"""

import math
import os
import subprocess
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
from deploy.simulation.simulate import first_day, release, settle, simulate, spooled
from shared import clock

Record = dict[str, Any]
TIMEOUT = 120.0
PATIENCE = 60  # seconds for copies to become complete
SEED, PEOPLE, YEARS, THROUGH = 1991, 4_000, 5, date(2026, 6, 30)
EMPLOYERS = {"200340001008": ("F", "75"), "210640000014": ("J", "71")}
WORKERS = 20  # of each employer
PLACES = {"1": 906, "2": 5_054, "3": 10_786, "4": 2_888, "seasonal": 2_366, "labour_immigrant": 271_300}
"""The quota of 2024 as it was published, by category of employers' permits and kind (`services/permits/data`)."""
SHARES = {
    2021: (0.31, 3.2),
    2022: (0.31, 3.2),
    2023: (0.24, 3.2),
    2024: (0.23, 3.1),
    2025: (0.25, 2.95),
    2026: (0.25, 2.9),
}
"""Per cent of the labour force, of employers' permits and of labour immigrants (norms `quota_ceiling...`; of the latter
none was found before 2023: assumed); the last stands for later years. The parts are those of 2024."""
FOR_EACH = 200, 1_000
"""Published places for which there is one here: so many fewer are the people that come to take them."""


def main() -> None:
    folder = Path(os.environ.get("KOSH_STATE", ".run")) / "simulation" / "demonstration"
    if not (folder / "about.json").exists() or spooled(folder):  # an earlier run has not come so far
        simulate(SEED, PEOPLE, YEARS, THROUGH, folder)
    address = f"http://127.0.0.1:{os.environ['KOSH_PERMITS_PORT']}"
    with httpx.Client(base_url=address, timeout=TIMEOUT) as permits:
        for year in range(first_day(THROUGH, YEARS).year, clock.today().year + 1):
            _done(permits.put(f"/v1/quotas/{year}", json=quota(year), headers=_token("permits-officer")))
        _labour(permits)
    for due in ("quota-told", "staff-told"):  # by the clock hourly: the release would not know of them
        subprocess.run([sys.executable, "-m", "services.permits", due], check=True)
    settle()
    release()


def _labour(permits: httpx.Client) -> None:
    """Two employers, and permits by the whole procedure."""
    today = clock.today()
    officer = _token("permits-officer")
    workers = _workers(len(EMPLOYERS) * WORKERS)
    for number, (activity, region) in EMPLOYERS.items():
        details = {"name": f"Invented employer {activity}", "activity": activity, "region": region}
        _done(permits.put(f"/v1/employers/{number}", json=details, headers=officer))
        staff = {"citizens": dict.fromkeys("1234", 500)}
        _done(permits.put(f"/v1/employers/{number}/staff/{today}", json=staff, headers=officer))
        own, workers = workers[:WORKERS], workers[WORKERS:]
        issue_permits(permits, f"DEMO-A-{number}", number, region, own)


def quota(year: int) -> Record:
    """Of the whole year: ordered once the country's permits are on record, it counts them as used."""
    pools = [_pool(name, places, year) for name, places in PLACES.items()]
    return {"act": "invented for the demonstration", "holds_from": f"{year}-01-01", "pools": pools}


def _pool(name: str, places: int, year: int) -> Record:
    named = {"kind": "employer", "category": name} if name.isdigit() else {"kind": name}
    own = int(name == "labour_immigrant")
    share = SHARES[min(year, max(SHARES))][own] / SHARES[2024][own]
    return named | {"size": math.ceil(places * share / FOR_EACH[own])}


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
