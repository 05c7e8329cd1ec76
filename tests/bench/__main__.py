"""`make bench`: every figure in turn, each in a process of its own, on servers of its own with full durability.

With names, only those: `make bench ARGS="rebuild residence"`.
"""

import argparse
import subprocess
import sys

FIGURES = (
    "portal_intake",
    "corrections",
    "daily_runs",
    "accounting_intake",
    "intake_memory",
    "catch_up",
    "freshness",
    "residence",
    "rebuild",
    "growth",
    "public_figures",
    "site_pages",
    "matching",
    "spark",
    "quota",
    "decision",
    "overload",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("figures", nargs="*", help=f"some of: {', '.join(FIGURES)}")
    asked = parser.parse_args().figures or FIGURES
    if unknown := set(asked) - set(FIGURES):
        parser.error(f"no such figure: {', '.join(sorted(unknown))}")
    failed = [name for name in asked if subprocess.run([sys.executable, "-m", f"tests.bench.{name}"]).returncode]
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
