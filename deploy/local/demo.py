"""`python -m deploy.local.demo`: loads invented figures through the services' own APIs, as any client would.

The crossings, registrations and the other records are invented; only the published series that accounting loads
beside them are real, each with its source.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import orjson

from deploy.local import issuer
from deploy.local.demo_travels import START, THROUGH, Traveller, World

Record = dict[str, Any]
TIMEOUT = 120.0
REGIONS = ("75", "71", "79", "19", "61", "35", "55", "63", "23", "47")
MISSIONS = {"RUS": "Moscow", "DEU": "Berlin", "KOR": "Seoul", "TUR": "Ankara", "USA": "Washington", "POL": "Warsaw"}
ABROAD = {"permanent": "permanent", "work": "work", "study": "study"}


def main() -> None:
    travellers = list(World().travellers())
    portal, consular = _client("portal"), _client("consular")
    _load(portal, "border-crossings", "border", (c for who in travellers for c in who.crossings))
    _load(portal, "residence-registrations", "migration-police", _registrations(travellers))
    _load(consular, "consular-registrations", "consul", _consular(travellers))
    coverage = {"register_start": START.isoformat(), "complete_through": THROUGH.isoformat()}
    portal.put("/v1/feeds/berkut/coverage", json=coverage, headers=_token("border")).raise_for_status()


def _client(service: str) -> httpx.Client:
    address = f"http://127.0.0.1:{os.environ[f'KOSH_{service.upper()}_PORT']}"
    return httpx.Client(base_url=address, timeout=TIMEOUT)


def _token(role: str) -> dict[str, str]:
    directory = Path(os.environ["KOSH_SYSTEM_TOKEN_FILE"]).parent
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
        first = who.crossings[0]
        settles = not who.resident and first["purpose"] in ("work", "family", "permanent", "study")
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


if __name__ == "__main__":
    main()
