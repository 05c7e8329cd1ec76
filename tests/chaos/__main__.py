"""`make chaos`: MINUTES of trouble (5), SEED (1), BROKER=kafka; the report goes to `.run/chaos/` too."""

import os
import sys
from pathlib import Path

import orjson

from tests.chaos.play import play

PAUSE = 3.0
REPORTS = Path(".run/chaos")


def main() -> None:
    """Exit status 1 where something did not hold."""
    minutes, seed = float(os.environ.get("MINUTES") or 5), int(os.environ.get("SEED") or 1)
    kafka = os.environ.get("BROKER") == "kafka"
    times = max(1, round(minutes * 60 / PAUSE))
    report = play(seed, kafka=kafka, times=times, pause=PAUSE, tell=lambda text: print(text, flush=True))
    written = orjson.dumps(report.as_dict, option=orjson.OPT_INDENT_2)
    REPORTS.mkdir(parents=True, exist_ok=True)
    (REPORTS / f"{report.transport}-{seed}.json").write_bytes(written)
    print(written.decode())
    sys.exit(1 if report.findings else 0)


if __name__ == "__main__":
    main()
