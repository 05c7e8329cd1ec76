"""Files that hold secrets."""

import os
from pathlib import Path


def write(file: Path, text: str) -> None:
    """Replaces the file whole or not at all; only its owner may ever read it."""
    unfinished = file.with_suffix(".new")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    unfinished.rename(file)
