"""`make audit-check`: the command `access-log-check` of every service, with the settings of the running system.

All are asked, whatever one of them says; it fails where one does not fit.
"""

import subprocess
import sys

from deploy.services import SERVICES


def main() -> None:
    inside = [sys.executable, "-m", "deploy.local.inside"]
    failed = 0
    for service in SERVICES:
        failed |= subprocess.run([*inside, f"services.{service}", "access-log-check"], check=False).returncode
    sys.exit(failed)


if __name__ == "__main__":
    main()
