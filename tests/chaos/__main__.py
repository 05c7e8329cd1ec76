"""`make chaos MINUTES=5 SEED=1 BROKER=kafka`: plays one run; the report and the logs go to `.run/chaos/` too."""

import argparse
import sys
from pathlib import Path

import orjson

from tests.chaos.play import play

PAUSE = 3.0
REPORTS = Path(".run/chaos")


def main() -> None:
    """Exit status 1 where something did not hold."""
    asked = argparse.ArgumentParser(prog="make chaos")
    asked.add_argument("--minutes", type=float, default=5)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--kafka", action="store_true")
    wanted = asked.parse_args()
    kept = REPORTS / f"{'kafka' if wanted.kafka else 'feed'}-{wanted.seed}"
    report = play(
        wanted.seed,
        kafka=wanted.kafka,
        pause=PAUSE,
        seconds=wanted.minutes * 60,
        tell=lambda text: print(text, flush=True),
        keep_logs=kept,
    )
    written = orjson.dumps(report.as_dict, option=orjson.OPT_INDENT_2)
    kept.with_suffix(".json").write_bytes(written)
    print(written.decode())
    sys.exit(1 if report.findings else 0)


if __name__ == "__main__":
    main()
