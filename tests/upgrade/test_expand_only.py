"""Migrations only add: processes of the former release go on reading and writing until the last of them has ended.

Each step of a change is a release: a column is added and written by all (expand), what was stored before is given it
(backfill), and only the release after that may demand it or drop what it replaces (enforce). What a migration does
against that, EXCEPTIONS names with the reason, as one line of what is found.
"""

import asyncio
import re
from collections.abc import Mapping
from typing import Any

import asyncpg
import pytest

from deploy.services import SERVICES
from shared.db.migrate import upgrade
from shared.db.revisions import versions
from tests.upgrade.conftest import Former
from tests.upgrade.releases import sql

STOPS = "decision 0029: what identifies persons moves to its own room; the former intake and API end before (CHANGELOG)"
MOVED = "crossing|crossing_history|register_fact|register_fact_history|claim|review"
HOUSEHOLDS = (
    "decision 0042: a place may be a household's; the former version knows employers' alone, and fills it as ever"
)
EXTENSIONS = "decision 0041: a payment may settle an extension; the former version knows applications alone"
EXCEPTIONS: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("2026-11-29", "permits"): {
        r"public\.quota_place: lost FOREIGN KEY \(application_id\) .*": HOUSEHOLDS,
        r"public\.payment: lost FOREIGN KEY \(application_id\) .*": EXTENSIONS,
    },
    ("2026-11-29", "accounting"): {
        rf"public\.({MOVED})\b.*": STOPS,
        r"derived\.(identity_key|person)\b.*": STOPS,
        r"derived\.(cube|counted): kosh_accounting_app may no more (INSERT|UPDATE|DELETE)": STOPS,
    },
}

INDEXED = re.compile(
    r"""(?:op\.create_index\(\s*[^,]+,\s*|CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).*? ON )["']?(\w+)"""
)
OURS = "n.nspname !~ '^pg_|^information_schema$'"
COLUMNS = f"""SELECT n.nspname || '.' || c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    a.atthasdef OR a.attidentity <> '' FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {OURS} AND c.relkind IN ('r', 'p', 'v', 'm', 'S') AND a.attnum > 0 AND NOT a.attisdropped"""  # noqa: S608
PRIVILEGES = f"""SELECT n.nspname || '.' || c.relname, acl.grantee::regrole::text, acl.privilege_type
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) acl
    WHERE {OURS} AND acl.grantee NOT IN (0, c.relowner)
    UNION SELECT n.nspname, acl.grantee::regrole::text, acl.privilege_type
    FROM pg_namespace n, aclexplode(n.nspacl) acl WHERE {OURS} AND acl.grantee NOT IN (0, n.nspowner)"""  # noqa: S608
TRIGGERS = f"""SELECT n.nspname || '.' || c.relname, pg_get_triggerdef(t.oid) FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {OURS} AND NOT t.tgisinternal"""  # noqa: S608
# What a write may be refused by, or an ON CONFLICT rests upon: neither more of it nor less.
BOUNDS = f"""SELECT n.nspname || '.' || c.relname, pg_get_constraintdef(b.oid) FROM pg_constraint b
    JOIN pg_class c ON c.oid = b.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {OURS} AND b.contype <> 'n'
    UNION SELECT n.nspname || '.' || c.relname,
        regexp_replace(pg_get_indexdef(i.indexrelid), '^CREATE UNIQUE INDEX \\S+ ON \\S+', 'UNIQUE INDEX')
    FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE {OURS} AND i.indisunique AND NOT EXISTS (SELECT FROM pg_constraint b WHERE b.conindid = i.indexrelid)"""  # noqa: S608


class Shape:
    """What processes of a version can rely on in a database."""

    def __init__(self, columns: list[Any], privileges: list[Any], triggers: list[Any], bounds: list[Any]) -> None:
        self.columns = {(table, name): tuple(rest) for table, name, *rest in columns}
        self.tables = {table for table, _ in self.columns}
        self.privileges, self.triggers, self.bounds = (set(map(tuple, each)) for each in (privileges, triggers, bounds))

    @classmethod
    async def of(cls, connection: asyncpg.Connection) -> "Shape":
        return cls(*[await connection.fetch(query) for query in (COLUMNS, PRIVILEGES, TRIGGERS, BOUNDS)])


def contractions(former: Shape, present: Shape) -> list[str]:
    """What the former version's statements would miss or be refused by, a line each."""
    found = [f"{table}: gone" for table in former.tables - present.tables]
    for (table, name), (kind, not_null, _) in former.columns.items():
        if table not in present.tables:
            continue
        now = present.columns.get((table, name))
        if now is None:
            found.append(f"{table}.{name}: gone")
        elif now[0] != kind:
            found.append(f"{table}.{name}: {kind} became {now[0]}")
        elif now[1] and not not_null:
            found.append(f"{table}.{name}: became NOT NULL")
    for (table, name), (_, not_null, default) in present.columns.items():
        if table in former.tables and (table, name) not in former.columns and not_null and not default:
            found.append(f"{table}.{name}: new, NOT NULL and without a default")
    found += [f"{on}: {role} may no more {what}" for on, role, what in former.privileges - present.privileges]
    found += [f"{table}: lost {trigger}" for table, trigger in former.triggers - present.triggers]
    found += [f"{table}: lost {bound}" for table, bound in former.bounds - present.bounds]
    new = present.bounds - former.bounds
    return sorted(found + [f"{table}: new {bound}" for table, bound in new if table in former.tables])


@pytest.mark.parametrize("service", SERVICES)
async def test_migrations_only_add_but_for_named_exceptions(service: str, release: str, former: Former) -> None:
    database = await former(service)
    connection = await asyncpg.connect(database.owner_url.replace("+asyncpg", ""))
    before = await Shape.of(connection)
    await asyncio.to_thread(upgrade, service, database.owner_url)
    found = contractions(before, await Shape.of(connection))
    await connection.close()
    known = EXCEPTIONS.get((release, service), {})
    assert [line for line in found if not any(re.fullmatch(each, line) for each in known)] == []
    assert [each for each in known if not any(re.fullmatch(each, line) for line in found)] == [], "not needed any more"
    if not known:
        await still_written_as_before(database.app_url.replace("+asyncpg", ""), before)


async def still_written_as_before(address: str, before: Shape) -> None:
    """As the service's role: reads each table by its former columns, and adds a row by them, where it could before."""
    connection = await asyncpg.connect(address)
    written = 0
    for table in sorted(table for table, role, what in before.privileges if what == "INSERT"):
        columns = ", ".join(f'"{name}"' for of, name in before.columns if of == table)
        async with Undone(connection):
            found = await connection.execute(
                f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE"  # noqa: S608 (names of ours)
                f" SELECT {columns} FROM {table} LIMIT 1 ON CONFLICT DO NOTHING"
            )
            written += found.startswith("INSERT")
    await connection.close()
    assert written


class Undone:
    """A transaction that is rolled back."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._transaction = connection.transaction()

    async def __aenter__(self) -> None:
        await self._transaction.start()

    async def __aexit__(self, *_: object) -> None:
        await self._transaction.rollback()


@pytest.mark.parametrize("service", SERVICES)
def test_an_index_on_a_table_that_is_there_is_made_beside_the_work(service: str, release: str) -> None:
    """By shared.db.online: any other way, whoever writes into the table waits until it is complete."""
    (known,) = re.findall(r"INSERT INTO public\.alembic_version VALUES\s+\('(\d+)'\)", sql(release, service))
    later = [file for file in sorted(versions(service).glob("[0-9]*_*.py")) if file.name[:4] > known]
    made = {
        (file.name, table)
        for file in later
        for table in INDEXED.findall(file.read_text())
        if f'op.create_table(\n        "{table}"' not in file.read_text()
    }
    assert made == set()


def test_what_is_taken_away_is_found() -> None:
    column = ("public.record", "body", "text", True, False)
    bound = [("public.record", "PRIMARY KEY (id)")]
    whole = Shape([column], [("public.record", "app", "INSERT")], [("public.record", "CREATE TRIGGER t")], bound)
    assert contractions(whole, whole) == []
    others = [
        (Shape([], [], [], []), "public.record: gone"),
        (Shape([("public.record", "other", "text", False, False)], [], [], []), "public.record.body: gone"),
        (Shape([("public.record", "body", "json", True, False)], [], [], []), "public.record.body: text became json"),
        (Shape([column, ("public.record", "x", "int", True, False)], [], [], []), "public.record.x: new, NOT NULL"),
        (Shape([column], [], [], []), "public.record: app may no more INSERT"),
        (Shape([column], [], [], []), "public.record: lost CREATE TRIGGER t"),
        (Shape([column], [], [], []), "public.record: lost PRIMARY KEY (id)"),
        (Shape([column], [], [], [("public.record", "CHECK (false)")]), "public.record: new CHECK (false)"),
    ]
    for present, line in others:
        assert [each for each in contractions(whole, present) if each.startswith(line)], line
    nullable = Shape([("public.record", "body", "text", False, False)], [], [], [])
    assert contractions(nullable, Shape([column], [], [], [])) == ["public.record.body: became NOT NULL"]
