"""Compares tables and migrations, and writes the next migration, on a throw-away server.

`python -m deploy.local.migrations check` and `python -m deploy.local.migrations new SERVICE "what it does"`.
"""

import argparse
import asyncio
import importlib
import sys

from sqlalchemy import MetaData

from deploy.local.postgres import Database, Server
from deploy.local.temporary import temporary_server
from deploy.services import SERVICES
from shared.db.migrate import drift, generate, upgrade


def main() -> None:
    parser = argparse.ArgumentParser(prog="make migration", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("check", help="fail if the tables in the code are not those that the migrations make")
    new = commands.add_parser("new", help="write the next migration from that difference")
    new.add_argument("service", choices=SERVICES)
    new.add_argument("message")
    asked = parser.parse_args()
    if asked.command == "check":
        sys.exit(check())
    write(asked.service, asked.message)


def check() -> int:
    """1 if any service's tables differ from its migrations, which are named; else 0."""
    differences = []
    with temporary_server() as server:
        for service in SERVICES:
            database = migrated(server, service)
            differences += [f"{service}: {found}" for found in drift(database.owner_url, tables(service))]
    print("\n".join(differences) or "migrations make the tables of the code")
    return 1 if differences else 0


def write(service: str, message: str) -> None:
    with temporary_server() as server:
        generate(service, migrated(server, service).owner_url, tables(service), message)


def migrated(server: Server, service: str) -> Database:
    database = asyncio.run(server.ensure_database(service))
    upgrade(service, database.owner_url)
    return database


def tables(service: str) -> MetaData:
    found: MetaData = importlib.import_module(f"services.{service}.store.tables").metadata
    return found


if __name__ == "__main__":
    main()
