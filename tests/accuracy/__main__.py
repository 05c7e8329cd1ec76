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

from tests.accuracy import report
from tests.accuracy.counted import Accounting
from tests.accuracy.measurement import measure, statistician
from tests.accuracy.truth import read

_PATIENCE = 1800  # seconds until what was played in is counted


def main() -> None:
    parser = argparse.ArgumentParser(prog="make accuracy", description=__doc__)
    parser.add_argument("truth", type=Path, help="the folder that make simulate has written")
    folder = parser.parse_args().truth
    with _client() as client:
        _await_settled(client)
        measurement = measure(read(folder), json.loads((folder / "about.json").read_text()), Accounting(client))
    report.write(measurement, folder)
    print(report.text(measurement), f"\n\n{folder}/accuracy.html, accuracy.csv, accuracy.json")


def _client() -> httpx.Client:
    address = f"http://127.0.0.1:{os.environ['KOSH_ACCOUNTING_PORT']}"
    return statistician(address, Path(os.environ["KOSH_OIDC_JWKS_FILE"]).parent)


def _await_settled(client: httpx.Client) -> None:
    until = time.monotonic() + _PATIENCE
    while not client.get("/v1/status").raise_for_status().json()["settled"]:
        if time.monotonic() > until:
            sys.exit("accounting has not counted what was played in: see /v1/status")
        time.sleep(1)


if __name__ == "__main__":
    main()
