"""`python -m deploy.local.inside MODULE [ARGUMENT ...]`: runs a module with the settings of the running system.

For example `python -m deploy.local.inside services.accounting rebuild`.
"""

import os
import sys
from pathlib import Path

from deploy.local import settings_file
from deploy.local.failure import Failed
from deploy.local.lock import is_held


def main() -> None:
    if len(sys.argv) == 1:
        sys.exit(__doc__)
    try:
        settings = settings_of(Path(os.environ.get("KOSH_STATE", ".run")))
    except Failed as failure:
        sys.exit(f"kosh: {failure}")
    os.execve(sys.executable, [sys.executable, "-m", *sys.argv[1:]], os.environ | settings)  # noqa: S606 - no shell


def settings_of(state: Path) -> dict[str, str]:
    """Raises Failed where nothing runs: its databases would not answer, each in many lines."""
    settings = settings_file.read(state)
    if not is_held(state):
        raise Failed(f"nothing runs in {state} now: start it in another terminal with make run")
    return settings


if __name__ == "__main__":
    main()
