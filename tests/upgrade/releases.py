"""Former releases (`make release-dump`): one dump of each service's database, how it is restored, and the registers'
code of the newest of them."""

import gzip
import lzma
import re
import subprocess
import tarfile
from pathlib import Path
from typing import Final

import asyncpg

from deploy.databases import LINKAGE
from deploy.local.postgres import Database, Server
from deploy.services import REGISTERS

FOLDER: Final = Path(__file__).with_name("releases")
RELEASES: Final = sorted(path.name for path in FOLDER.iterdir())
"""Days of releases, oldest first: a version must take over the data of each."""
CODE = "registers.tar.xz"
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


def keep_code(folder: Path) -> None:
    """Writes the registers' code as it is committed: the next version's test runs it beside that version."""
    names = [
        "services/__init__.py",
        *(f"services/{register}" for register in REGISTERS),
        "shared",
        "contracts",
        "deploy",
    ]
    archive = [
        "git",
        "archive",
        "--format=tar",
        "HEAD",
        *names,
        ":(exclude)contracts/examples",
        ":(exclude)contracts/http",
    ]
    told = subprocess.run(archive, check=True, capture_output=True).stdout
    (folder / CODE).write_bytes(lzma.compress(told, preset=9 | lzma.PRESET_EXTREME))


def code(directory: Path) -> Path:
    """The newest release's code, unpacked into `directory`: where its processes are started."""
    with tarfile.open(FOLDER / RELEASES[-1] / CODE) as held:
        held.extractall(directory, filter="data")
    return directory
