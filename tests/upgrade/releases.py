"""The databases of former releases, one dump of each service's (`make release-dump`), and how one is restored."""

import gzip
import re
from pathlib import Path
from typing import Final

import asyncpg

from deploy.databases import LINKAGE
from deploy.local.postgres import Database, Server

FOLDER: Final = Path(__file__).with_name("releases")
RELEASES: Final = sorted(path.name for path in FOLDER.iterdir())
"""Days of releases, oldest first: a version must take over the data of each."""
NOT_OURS = re.compile(r"^(\\|SET transaction_timeout).*\n", re.MULTILINE)
"""Lines that only psql understands, or a newer server."""


def sql(release: str, service: str) -> str:
    """The dump as SQL for any server."""
    return NOT_OURS.sub("", gzip.decompress((FOLDER / release / f"{service}.sql.gz").read_bytes()).decode())


async def restored(server: Server, release: str, service: str, name: str) -> Database:
    """The database as that release left it, and upon it deploy.databases, as before each upgrade."""
    await server.ensure_database(service, name=name)
    connection = await asyncpg.connect(server.dsn(name))
    try:
        for schema in LINKAGE:
            await connection.execute(f"DROP SCHEMA IF EXISTS {schema}")
        await connection.execute(sql(release, service))
    finally:
        await connection.close()
    return await server.ensure_database(service, name=name)
