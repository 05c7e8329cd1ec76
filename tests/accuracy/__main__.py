"""`make accuracy TRUTH=<folder>`: holds the running system's figures to the truth of the simulated country in it.

The country is played in by `make simulate`, which leaves its truth in that folder; the report goes there as well.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import httpx

from deploy.local import issuer
from deploy.simulation.truth import TrueRecord
from tests.accuracy import naive, report
from tests.accuracy.counted import Accounting
from tests.accuracy.crossings import judged
from tests.accuracy.measures import measured
from tests.accuracy.persons import Pairs, by_group, scored
from tests.accuracy.said import Record
from tests.accuracy.truth import Truth, read

_PATIENCE = 1800  # seconds until what was played in is counted
_TIMEOUT = 600


def main() -> None:
    parser = argparse.ArgumentParser(prog="make accuracy", description=__doc__)
    parser.add_argument("truth", type=Path, help="the folder that make simulate has written")
    folder = parser.parse_args().truth
    with _client() as client:
        _await_settled(client)
        measurement = measure(read(folder), json.loads((folder / "about.json").read_text()), Accounting(client))
    report.write(measurement, folder)
    print(report.text(measurement), f"\n\n{folder}/accuracy.html, accuracy.csv, accuracy.json")


def measure(truth: Truth, about: dict[str, object], accounting: Accounting) -> report.Report:
    """Everything that the truth and accounting both know."""
    records = naive.standing(truth.records)
    persons = accounting.persons()
    known = {naive.record_of(each): each for each in records if naive.record_of(each) in persons}
    taken, today = _by_groups(truth, known, persons), _by_groups(truth, known, naive.by_document(records))
    verdicts = judged(truth, records, accounting.crossings("M1216"))
    return report.Report(about, taken, today, verdicts, list(measured(truth, accounting)))


def _by_groups(truth: Truth, records: dict[Record, TrueRecord], persons: dict[Record, str]) -> dict[str, Pairs]:
    """All pairs, then those within each origin and within each register."""
    lives = {record: each.life for record, each in records.items()}
    origin = by_group(lives, persons, lambda record: truth.lives[lives[record]].citizenship)
    register = by_group(lives, persons, lambda record: f"{record[0]} {record[1]}")
    return {"_T": scored(lives, persons)} | origin | register


def _client() -> httpx.Client:
    directory = Path(os.environ["KOSH_OIDC_JWKS_FILE"]).parent
    token = issuer.mint(directory, "statistician", agency="demonstration")
    return httpx.Client(
        base_url=f"http://127.0.0.1:{os.environ['KOSH_ACCOUNTING_PORT']}",
        headers={"Authorization": f"Bearer {token}", "Kosh-Purpose": "accuracy on a simulated country"},
        timeout=_TIMEOUT,
    )


def _await_settled(client: httpx.Client) -> None:
    until = time.monotonic() + _PATIENCE
    while not client.get("/v1/status").raise_for_status().json()["settled"]:
        if time.monotonic() > until:
            sys.exit("accounting has not counted what was played in: see /v1/status")
        time.sleep(1)


if __name__ == "__main__":
    main()
