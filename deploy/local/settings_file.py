"""The running system's settings, so that a command given in another terminal reaches the same databases."""

import json
from collections.abc import Mapping
from pathlib import Path

from deploy.local import private
from deploy.local.failure import Failed

NAME = "settings.json"


def write(state: Path, settings: Mapping[str, str]) -> None:
    private.write(state / NAME, json.dumps(settings, indent=1))


def read(state: Path) -> dict[str, str]:
    """Raises Failed where nothing has run yet."""
    try:
        found: dict[str, str] = json.loads((state / NAME).read_text())
    except FileNotFoundError:
        raise Failed(f"nothing has run in {state} yet: start it in another terminal with make run") from None
    return found
