"""`python -m deploy.local.token ROLE [--iin IIN] [--bin BIN] [--agency AGENCY] [--hours N]`: a token for development.

Prints one bearer token of the development issuer, and nothing else, so that a shell can take it as it is.
"""

import argparse
from datetime import timedelta
from pathlib import Path

from deploy.local.issuer import ensure_issuer, mint
from shared.http.callers import ROLES

DIRECTORY = Path(".run/issuer")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.local.token", description="Print a development token.")
    parser.add_argument("role", choices=sorted(ROLES))
    parser.add_argument("--iin", help="the person's own IIN")
    parser.add_argument("--bin", help="the enterprise's own BIN")
    parser.add_argument("--agency", help="on whose behalf")
    parser.add_argument("--hours", type=float, default=8)
    parser.add_argument("--directory", type=Path, default=DIRECTORY, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    ensure_issuer(asked.directory)
    ttl = timedelta(hours=asked.hours)
    print(mint(asked.directory, asked.role, iin=asked.iin, bin=asked.bin, agency=asked.agency, ttl=ttl))


if __name__ == "__main__":
    main()
