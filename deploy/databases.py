"""Makes a service's database and its roles on any PostgreSQL: the owner migrates, the service's own works with it.

Where what identifies persons is kept apart (LINKAGE), three roles more: the intake writes there, the review reads
there, and the service's own role does not enter; the public one enters another room alone (PUBLIC), of what everybody
may read.

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
from typing import Final, Self
from urllib.parse import unquote, urlsplit

import asyncpg
from pydantic import Field
from pydantic_settings import BaseSettings

LINKAGE: Final = ("linkage", "linkage_derived")
"""The schemas that hold what identifies persons, where a service keeps that apart."""
PUBLIC: Final = "public_figures"
"""The schema that holds what everybody may read, of such a service."""


@dataclass(frozen=True)
class Login:
    """A role and the password by which it may log in."""

    role: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class DatabaseSpec:
    """A database, owned by `owner`, in which `app` works; `intake` writes and `review` reads its linkage room, and
    `public` reads the room of what everybody may read."""

    name: str
    owner: Login
    app: Login
    intake: Login | None = None
    review: Login | None = None
    public: Login | None = None

    @classmethod
    def of(cls, owner_url: str, app_url: str, *entering: str | None) -> Self:
        """The database to which these addresses will lead; `entering` are the intake's, the review's and the public."""
        others = (_login(url) if url else None for url in entering)
        return cls(urlsplit(owner_url).path.strip("/"), _login(owner_url), _login(app_url), *others)

    @property
    def entering(self) -> list[Login]:
        """Who may enter the linkage room."""
        return [login for login in (self.intake, self.review) if login]

    @property
    def working(self) -> list[Login]:
        """Who may connect beside the owner."""
        return [self.app, *self.entering, *([self.public] if self.public else [])]


class Addresses(BaseSettings):
    """A service's addresses of its database, as `shared.settings` reads them."""

    database_url: str = Field(repr=False)
    owner_database_url: str = Field(repr=False)
    intake_database_url: str | None = Field(None, repr=False)
    review_database_url: str | None = Field(None, repr=False)
    public_database_url: str | None = Field(None, repr=False)


class Administrator(BaseSettings):
    postgres_admin_url: str = Field(repr=False, validation_alias="KOSH_POSTGRES_ADMIN_URL")


async def ensure(administrator: str, wanted: DatabaseSpec, template: str | None = None) -> None:
    """Makes what is missing, and sets the passwords. `administrator` is the address of any database of the server.

    A copy of `template` brings that one's tables and privileges along.
    """
    async with _connected(administrator) as connection:
        for login in (wanted.owner, *wanted.working):
            await _ensure_role(connection, login)
        if wanted.public:
            await connection.execute(f'ALTER ROLE "{wanted.public.role}" SET search_path = {PUBLIC}')
            await connection.execute(f'ALTER ROLE "{wanted.public.role}" SET default_transaction_read_only = on')
        if await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", wanted.name) is None:
            made = f'CREATE DATABASE "{wanted.name}" OWNER "{wanted.owner.role}"'
            await connection.execute(f'{made} TEMPLATE "{template}" STRATEGY FILE_COPY' if template else made)
        await connection.execute(f'REVOKE ALL ON DATABASE "{wanted.name}" FROM PUBLIC')
        for login in wanted.working:
            await connection.execute(f'GRANT CONNECT ON DATABASE "{wanted.name}" TO "{login.role}"')
        if wanted.intake:  # while it cuts a release it holds record keys in temporary tables
            await connection.execute(f'GRANT TEMPORARY ON DATABASE "{wanted.name}" TO "{wanted.intake.role}"')
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
        for login in filter(None, (wanted.app, wanted.intake)):
            await connection.execute(f'{future} SELECT, INSERT ON TABLES TO "{login.role}"')
            await connection.execute(f'{future} USAGE ON SEQUENCES TO "{login.role}"')
            await connection.execute(f'{future} USAGE ON SCHEMAS TO "{login.role}"')
        if wanted.entering:
            await _keep_apart(connection, wanted)
        if wanted.public:
            await _show(connection, wanted, wanted.public)


async def _keep_apart(connection: asyncpg.Connection, wanted: DatabaseSpec) -> None:
    """Makes the linkage room, and lets in whom it is for: by that, migrations know whom to grant its tables."""
    for schema in LINKAGE:
        await connection.execute(f'CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION "{wanted.owner.role}"')
        await connection.execute(f'REVOKE ALL ON SCHEMA {schema} FROM PUBLIC, "{wanted.app.role}"')
        for login in wanted.entering:
            await connection.execute(f'GRANT USAGE ON SCHEMA {schema} TO "{login.role}"')


async def _show(connection: asyncpg.Connection, wanted: DatabaseSpec, public: Login) -> None:
    """Makes the room of what everybody may read; the public role reads what is there and what will be, and no more."""
    await connection.execute(f'CREATE SCHEMA IF NOT EXISTS {PUBLIC} AUTHORIZATION "{wanted.owner.role}"')
    for login in filter(None, (wanted.app, wanted.intake, public)):
        await connection.execute(f'GRANT USAGE ON SCHEMA {PUBLIC} TO "{login.role}"')
    await connection.execute(f'GRANT SELECT ON ALL TABLES IN SCHEMA {PUBLIC} TO "{public.role}"')
    future = f'ALTER DEFAULT PRIVILEGES FOR ROLE "{wanted.owner.role}" IN SCHEMA {PUBLIC}'
    await connection.execute(f'{future} GRANT SELECT ON TABLES TO "{public.role}"')


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
        entering = (addresses.intake_database_url, addresses.review_database_url, addresses.public_database_url)
        await ensure(administrator, DatabaseSpec.of(addresses.owner_database_url, addresses.database_url, *entering))


if __name__ == "__main__":
    asyncio.run(_ensure_all(sys.argv[1:]))
