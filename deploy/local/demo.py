"""`python -m deploy.local.demo`: loads invented figures through the services' own APIs, as any client would.

The crossings, registrations and the other records are invented; only the published series that accounting loads
beside them are real, each with its source.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import orjson

from deploy.local import issuer
from deploy.local.demo_travels import START, THROUGH, Traveller, World
from shared import clock

Record = dict[str, Any]
TIMEOUT = 120.0
PATIENCE = 60  # seconds for copies to become complete
REGIONS = ("75", "71", "79", "19", "61", "35", "55", "63", "23", "47")
MISSIONS = {"RUS": "Moscow", "DEU": "Berlin", "KOR": "Seoul", "TUR": "Ankara", "USA": "Washington", "POL": "Warsaw"}
EMPLOYERS = {"200340001008": ("F", "75"), "210640000014": ("J", "71")}
ABROAD = {"permanent": "permanent", "work": "work", "study": "study"}


def main() -> None:
    travellers = list(World().travellers())
    portal, consular = _client("portal"), _client("consular")
    _load(portal, "residence-permits", "migration-police", _residence_permits(travellers))
    _load(portal, "border-crossings", "border", (c for who in travellers for c in who.crossings))
    _load(portal, "residence-registrations", "migration-police", _registrations(travellers))
    _load(consular, "consular-registrations", "consul", _consular(travellers))
    _load(_client("kandas"), "kandas-statuses", "kandas-officer", _kandas(travellers))
    _labour(_client("permits"), travellers)
    coverage = {"register_start": START.isoformat(), "complete_through": THROUGH.isoformat()}
    portal.put("/v1/feeds/berkut/coverage", json=coverage, headers=_token("border")).raise_for_status()
    _release()


def _release() -> None:
    """Everybody reads figures of a release alone: one is cut as soon as all that was loaded is counted."""
    accounting = _client("accounting")
    until = time.monotonic() + PATIENCE
    while not accounting.get("/v1/status").raise_for_status().json()["settled"]:
        if time.monotonic() > until:
            sys.exit("accounting has not counted what was loaded: cut a release when it has (make release)")
        time.sleep(0.5)
    subprocess.run([sys.executable, "-m", "services.accounting", "release"], check=True)


def _client(service: str) -> httpx.Client:
    address = f"http://127.0.0.1:{os.environ[f'KOSH_{service.upper()}_PORT']}"
    return httpx.Client(base_url=address, timeout=TIMEOUT)


def _token(role: str) -> dict[str, str]:
    directory = Path(os.environ["KOSH_OIDC_JWKS_FILE"]).parent
    return {"Authorization": f"Bearer {issuer.mint(directory, role, agency='demonstration')}"}


def _load(client: httpx.Client, path: str, role: str, records: Iterable[Record]) -> None:
    """Sends the records as one batch. Whatever is refused ends the demonstration with its reasons."""
    lines = b"\n".join(map(orjson.dumps, records))
    headers = _token(role) | {"Content-Type": "application/x-ndjson"}
    answer = client.post(f"/v1/{path}:batch", content=lines, headers=headers).raise_for_status()
    *outcomes, summary = map(orjson.loads, answer.content.splitlines())
    if summary["summary"]["rejected"]:
        sys.exit(f"{path}: {next(outcome for outcome in outcomes if outcome['status'] == 'rejected')}")
    print(f"  {path}: {summary['summary']['created']} taken", flush=True)


def _registrations(travellers: list[Traveller]) -> Iterator[Record]:
    """Most who settle register at a new address; some who emigrate de-register, most do not."""
    random = Random(148)  # noqa: S311
    for number, who in enumerate(travellers):
        if not who.crossings:
            continue
        first, settles = who.crossings[0], _settles(who)
        emigrates = who.resident and first["purpose"] == "permanent"
        if (settles and random.random() < 0.8) or (emigrates and random.random() < 0.45):
            yield {
                "source_id": f"DEMO-R-{number:06d}",
                "act": "registration" if settles else "deregistration",
                "date": first["crossed_at"][:10],
                "person": who.person,
                "region": random.choice(REGIONS),
                "residence": "temporary" if first["purpose"] in ("work", "study") and settles else "permanent",
                "counterpart_country": first["country"],
            }


def _settles(who: Traveller) -> bool:
    purposes = ("work", "family", "permanent", "study")
    return not who.resident and bool(who.crossings) and who.crossings[0]["purpose"] in purposes


def _residence_permits(travellers: list[Traveller]) -> Iterator[Record]:
    """Nine of ten who settle have a permit to; the others stay without right, and are found."""
    random = Random(477)  # noqa: S311
    for number, who in enumerate(travellers):
        if _settles(who) and random.random() < 0.9:
            permanent = who.crossings[0]["purpose"] in ("family", "permanent")
            yield {
                "source_id": f"DEMO-P-{number:06d}",
                "person": who.person,
                "residence": "permanent" if permanent else "temporary",
                "region": random.choice(REGIONS),
                "granted_on": who.crossings[0]["crossed_at"][:10],
            }


def _consular(travellers: list[Traveller]) -> Iterator[Record]:
    """One emigrant in four registers with a mission: by their own wish, so most do not."""
    random = Random(2023)  # noqa: S311
    for number, who in enumerate(travellers):
        if not (who.resident and who.crossings):
            continue
        left = who.crossings[0]
        if left["purpose"] in ABROAD and left["country"] in MISSIONS and random.random() < 0.25:
            day = left["crossed_at"][:10]
            yield {
                "source_id": f"DEMO-C-{number:06d}",
                "mission": MISSIONS[left["country"]],
                "person": who.person,
                "country": left["country"],
                "purpose": ABROAD[left["purpose"]],
                "registered_on": day,
                "abroad_since": day,
            }


def _kandas(travellers: list[Traveller]) -> Iterator[Record]:
    """Ethnic repatriates among those who came for good, taken over with the status that they were granted."""
    random = Random(1992)  # noqa: S311
    for number, who in enumerate(travellers):
        if who.resident or not who.crossings or who.person["citizenship"] not in ("UZB", "CHN", "MNG", "TKM"):
            continue
        came = who.crossings[0]
        if came["purpose"] in ("permanent", "family") and random.random() < 0.5:
            applied = date.fromisoformat(came["crossed_at"][:10]) + timedelta(days=20)
            yield {
                "source_id": f"DEMO-K-{number:06d}",
                "case": f"DEMO-K-{number:06d}",
                "member": "applicant",
                "person": who.person,
                "country_of_origin": who.person["citizenship"],
                "region": random.choice(REGIONS),
                "state": "granted",
                "applied_on": applied.isoformat(),
                "decided_on": (applied + timedelta(days=7)).isoformat(),
                "valid_until": (applied + timedelta(days=371)).isoformat(),
            }


def _labour(permits: httpx.Client, travellers: list[Traveller]) -> None:
    """Two employers, this year's quota, permits by the whole procedure, and workers from the EAEU as declared."""
    today = clock.today()
    officer = _token("permits-officer")
    for number, (activity, region) in EMPLOYERS.items():
        details = {"name": f"Invented employer {activity}", "activity": activity, "region": region}
        _done(permits.put(f"/v1/employers/{number}", json=details, headers=officer))
        staff = {"citizens": dict.fromkeys("1234", 500)}
        _done(permits.put(f"/v1/employers/{number}/staff/{today}", json=staff, headers=officer))
    pools = [{"kind": "employer", "size": 200, "category": category} for category in "34"]
    quota = {"act": "invented for the demonstration", "pools": pools}
    _done(permits.put(f"/v1/quotas/{today.year}", json=quota, headers=officer))
    working = [
        who for who in travellers if who.crossings and not who.resident and who.crossings[0]["purpose"] == "work"
    ]
    foreign = [who for who in working if who.person["citizenship"] not in ("RUS", "KGZ")]
    for number, (_, region) in EMPLOYERS.items():
        issue_permits(permits, f"DEMO-A-{number}", number, region, [foreign.pop().person for _ in range(20)])
    eaeu = [who for who in working if who.person["citizenship"] in ("RUS", "KGZ")]
    _load(permits, "eaeu-workers", "permits-officer", map(_declared, range(len(eaeu)), eaeu))


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


def _declared(number: int, who: Traveller) -> Record:
    employer, (activity, region) = list(EMPLOYERS.items())[number % len(EMPLOYERS)]
    return {
        "source_id": f"DEMO-E-{number:06d}",
        "person": who.person,
        "employer_bin": employer,
        "region": region,
        "activity": activity,
        "occupation": "711",
        "qualified": number % 3 == 0,
        "country": who.person["citizenship"],
        "works_from": who.crossings[0]["crossed_at"][:10],
    }


def _step(key: str, seen: Record) -> dict[str, str]:
    return _token("permits-officer") | {"Idempotency-Key": key, "If-Match": f'"{seen["version"]}"'}


def _done(answer: httpx.Response) -> Record:
    if answer.is_error:
        sys.exit(f"the demonstration was refused: {answer.text}")
    body: Record = answer.json()
    return body


if __name__ == "__main__":
    main()
