"""Makes a service's database and its two roles on any PostgreSQL: the owner migrates, the other one works with it.

As a job, `python -m deploy.databases portal permits ...`: for the services named, by the addresses (with names and
passwords) that they will read themselves, as the administrator whose address is in KOSH_POSTGRES_ADMIN_URL. Settings
may lie in KOSH_SECRETS_DIR, too. A second run changes nothing but passwords that have become others.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

import asyncpg
from pydantic import Field
from pydantic_settings import BaseSettings


@dataclass(frozen=True)
class Login:
    """A role and the password by which it may log in."""

    role: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class DatabaseSpec:
    """A database, owned by `owner`, in which `app` works."""

    name: str
    owner: Login
    app: Login

    @classmethod
    def of(cls, owner_url: str, app_url: str) -> Self:
        """The database to which these addresses will lead."""
        return cls(urlsplit(owner_url).path.strip("/"), _login(owner_url), _login(app_url))


class Addresses(BaseSettings):
    """A service's addresses of its database, as `shared.settings` reads them."""

    database_url: str = Field(repr=False)
    owner_database_url: str = Field(repr=False)


class Administrator(BaseSettings):
    postgres_admin_url: str = Field(repr=False, validation_alias="KOSH_POSTGRES_ADMIN_URL")


async def ensure(administrator: str, wanted: DatabaseSpec, template: str | None = None) -> None:
    """Makes what is missing, and sets the passwords. `administrator` is the address of any database of the server.

    A copy of `template` brings that one's tables and privileges along.
    """
    async with _connected(administrator) as connection:
        for login in (wanted.owner, wanted.app):
            await _ensure_role(connection, login)
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", wanted.name) is None:
            made = f'CREATE DATABASE "{wanted.name}" OWNER "{wanted.owner.role}"'
            await connection.execute(f'{made} TEMPLATE "{template}" STRATEGY FILE_COPY' if template else made)
        await connection.execute(f'REVOKE ALL ON DATABASE "{wanted.name}" FROM PUBLIC')
        await connection.execute(f'GRANT CONNECT ON DATABASE "{wanted.name}" TO "{wanted.app.role}"')
    if template is None:
        await _grant_future_tables(administrator, wanted)


async def _ensure_role(connection: asyncpg.Connection, login: Login) -> None:
    known = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", login.role)
    verb = "ALTER" if known else "CREATE"
    # Such commands take no parameters: the server itself quotes the values into one.
    query = f"SELECT format('{verb} ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)"
    await connection.execute(await connection.fetchval(query, login.role, login.password))


async def _grant_future_tables(administrator: str, wanted: DatabaseSpec) -> None:
    """Of what the owner will create, in whatever schema, the service may read and add rows; migrations grant more to
    the tables that declare it (shared.db.grants), and take back what was granted more freely once."""
    future = f'ALTER DEFAULT PRIVILEGES FOR ROLE "{wanted.owner.role}" GRANT'
    async with _connected(urlsplit(administrator)._replace(path=f"/{wanted.name}").geturl()) as connection:
        await connection.execute(f'{future} SELECT, INSERT ON TABLES TO "{wanted.app.role}"')
        await connection.execute(f'{future} USAGE ON SEQUENCES TO "{wanted.app.role}"')
        await connection.execute(f'{future} USAGE ON SCHEMAS TO "{wanted.app.role}"')


@asynccontextmanager
async def _connected(address: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(address.replace("+asyncpg", "", 1))
    try:
        yield connection
    finally:
        await connection.close()


def _login(url: str) -> Login:
    parts = urlsplit(url)
    return Login(unquote(parts.username or ""), unquote(parts.password or ""))


async def _ensure_all(services: Sequence[str]) -> None:
    secrets = os.environ.get("KOSH_SECRETS_DIR")
    administrator = Administrator(_secrets_dir=secrets).postgres_admin_url
    for service in services:
        addresses = Addresses(_env_prefix=f"KOSH_{service.upper()}_", _secrets_dir=secrets)
        await ensure(administrator, DatabaseSpec.of(addresses.owner_database_url, addresses.database_url))


if __name__ == "__main__":
    asyncio.run(_ensure_all(sys.argv[1:]))
