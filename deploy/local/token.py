"""`make token ROLE=statistician`: prints a bearer token of the development issuer, good for an hour."""

import argparse
import os
from pathlib import Path

from deploy.local import issuer
from shared.identity.roles import ROLES


def main() -> None:
    parser = argparse.ArgumentParser(prog="make token", description=__doc__)
    parser.add_argument("role", choices=sorted(ROLES), nargs="+")
    parser.add_argument("--iin", help="the person who asks, where the role is one's own")
    parser.add_argument("--bin", help="the employer who asks")
    development = f"(default: {issuer.DEVELOPMENT})"
    parser.add_argument(
        "--agency", default=issuer.DEVELOPMENT, help=f"on whose behalf it is asked; reaches the country {development}"
    )
    parser.add_argument("--purpose", default=issuer.DEVELOPMENT, help=f"why it is asked {development}")
    parser.add_argument("--client", help="the program that asks: kosh-accounting reads feeds as accounting does")
    asked = parser.parse_args()
    directory = Path(os.environ.get("KOSH_STATE", ".run")) / "issuer"
    issuer.ensure_issuer(directory)
    named = {"iin": asked.iin, "bin": asked.bin, "agency": asked.agency, "purpose": asked.purpose}
    client = {"client_id": asked.client} if asked.client else {}
    print(issuer.mint(directory, asked.role, **named, **client))


if __name__ == "__main__":
    main()
