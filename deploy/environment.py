"""Writes what docker-compose.yml requires into .env: python3 deploy/environment.py --identity-url https://id.example.kz

Every name that compose asks for and the file lacks gets a fresh random value; what stands there stays, so a later run
only adds what a newer version requires. Needs nothing but Python.
"""

import argparse
import base64
import os
import re
import secrets
from pathlib import Path
from uuid import uuid4

COMPOSE = Path(__file__).resolve().parents[1] / "docker-compose.yml"
REQUIRED = re.compile(r"\$\{(KOSH_[A-Z_]+):\?")


def required(compose: str) -> list[str]:
    """The names that a compose file cannot do without."""
    return sorted(set(REQUIRED.findall(compose)))


def fresh(name: str) -> str:
    """A value for `name` that nobody can guess, safe within an address."""
    if name == "KOSH_KAFKA_CLUSTER_ID":
        return cluster_id()
    return secrets.token_urlsafe(32)


def cluster_id() -> str:
    """A fresh id of a Kafka cluster. Like Kafka's own it never begins with "-", which programs take for an option."""
    while (made := base64.urlsafe_b64encode(uuid4().bytes).decode().rstrip("=")).startswith("-"):
        pass
    return made


def complete(known: str, names: list[str], identity_url: str) -> str:
    """The lines that `known` lacks of `names`."""
    have = {line.partition("=")[0] for line in known.splitlines()}
    values = {name: identity_url if name == "KOSH_IDENTITY_URL" else fresh(name) for name in names if name not in have}
    return "".join(f"{name}={value}\n" for name, value in values.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--identity-url", default="http://localhost:8180", help="by which people reach the provider")
    parser.add_argument("--development", action="store_true", help="a password for the invented people, too")
    parser.add_argument("--file", type=Path, default=Path(".env"))
    chosen = parser.parse_args()
    names = required(COMPOSE.read_text(encoding="utf-8")) + ["KOSH_PEOPLE_PASSWORD"] * chosen.development
    known = chosen.file.read_text(encoding="utf-8") if chosen.file.exists() else ""
    with os.fdopen(os.open(chosen.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="utf-8") as file:
        file.write(complete(known, names, chosen.identity_url))


if __name__ == "__main__":
    main()
