"""Passwords of one machine's own servers: made at first use, kept in one file that only its owner may read."""

import json
import os
import secrets
from pathlib import Path


def password(file: Path, role: str) -> str:
    """The password of `role`; the first question makes it."""
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    if role not in known:
        known[role] = secrets.token_urlsafe(24)
        _write(file, json.dumps(known, indent=1))
    return known[role]


def _write(file: Path, text: str) -> None:
    unfinished = file.with_suffix(".new")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    unfinished.rename(file)
