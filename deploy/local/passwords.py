"""Passwords of one machine's own servers: made at first use, kept in one file that only its owner may read."""

import json
import secrets
from pathlib import Path

from deploy.local import private


def password(file: Path, role: str) -> str:
    """The password of `role`; the first question makes it."""
    known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    if role not in known:
        known[role] = secrets.token_urlsafe(24)
        private.write(file, json.dumps(known, indent=1))
    return known[role]
