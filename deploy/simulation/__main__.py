"""`make simulate PEOPLE=20000 YEARS=3 SEED=1`: an invented country into the running system, and its truth beside it.

The same seed gives the same country; WORLD=lost_year and the like the same one in a world that breaks what methods rely
on (worlds/*.toml). It is drawn whole, sent through the services' own interfaces as it became known,
and waited for until the figures hold all of it; then a release is cut. Best into a system of its own (`DEMO=no`).
"""

import argparse
import resource
import sys
from datetime import date
from pathlib import Path

from deploy.simulation import misspecified
from deploy.simulation.simulate import hear_hosts, release, simulate, tell
from shared import clock

_MEBI = 1024  # ru_maxrss counts in KiB


def main() -> None:
    """Ends with a reason where the country cannot be, or a service does not take it."""
    asked = _asked()
    if asked.through >= clock.today():
        sys.exit(f"{asked.through} is not over: registers know of days that are past")
    world = f"-{asked.world}" if asked.world else ""
    folder = asked.out or Path(f".run/simulation/{asked.people}-{asked.years}y-seed{asked.seed}{world}")
    simulate(asked.seed, asked.people, asked.years, asked.through, folder, asked.world)
    hear_hosts(folder)
    release()
    tell(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // _MEBI} MiB of memory")


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--people", type=int, default=20_000, help="how many lives")
    parser.add_argument("--years", type=int, default=3, help="how many years the registers write")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--through", type=date.fromisoformat, default=date(2026, 6, 30), help="the last day")
    parser.add_argument(
        "--world", choices=misspecified.names(), default="", help="one that breaks what methods rely on"
    )
    parser.add_argument("--out", type=Path, help="where the truth is kept")
    asked = parser.parse_args()
    if asked.people < 1 or not 1 <= asked.years <= 10:
        parser.error("at least one life, one to ten years")
    return asked


if __name__ == "__main__":
    main()
