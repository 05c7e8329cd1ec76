"""Every showing leaves a row that nobody can take away, and the person sees it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote

import httpx
import pytest
from asyncpg import CheckViolationError, InsufficientPrivilegeError
from sqlalchemy import MetaData, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from shared import clock
from shared.audit.access_log import APPEND_ONLY, TIMED, access_log_table, log_access, log_search
from shared.db.engine import make_engine
from shared.events.person import Document, Person
from shared.http import my_access_log, routes
from shared.http.app import make_app
from shared.identity.callers import Caller, requires
from shared.outbox.unit_of_work import unit_of_work
from shared.testing.postgres import FreshDatabase
from tests.shared.http.conftest import SAMPLES, TokenFor, client_of

AZIZ, DINA = "900501300120", "850315400124"
OFFICER = Caller("officer-7", frozenset({"border", "clerk"}), agency="border-service")
CONSUL = Caller("consul-1", frozenset({"consul"}), agency="mfa")


def person(iin: str | None, document_number: str = "FA1234567") -> Person:
    document = Document(type="P", number=document_number, issuing_state="UZB")
    return Person(iin=iin, document=document, surname="KARIMOV", birth_date="1990", sex="M", citizenship="UZB")


@dataclass(frozen=True)
class Engines:
    owner: AsyncEngine
    app: AsyncEngine


@pytest.fixture
async def engines(empty_database: FreshDatabase) -> AsyncIterator[Engines]:
    database = await empty_database("portal")
    metadata = MetaData()
    access_log_table(metadata)
    engines = Engines(make_engine(database.owner_url), make_engine(database.app_url))
    async with engines.owner.begin() as connection:
        await connection.run_sync(metadata.create_all)
        for statement in (APPEND_ONLY, *TIMED):
            await connection.execute(text(statement))
    yield engines
    await engines.owner.dispose()
    await engines.app.dispose()


@pytest.fixture
async def client(engines: Engines, settings_with: Any) -> AsyncIterator[httpx.AsyncClient]:
    app = make_app("sample", "Sample", settings_with(), [my_access_log.router])
    app.state.engine = engines.app
    async with client_of(app) as opened:
        yield opened


async def rows(engine: AsyncEngine) -> list[dict[str, Any]]:
    async with engine.connect() as connection:
        return [
            dict(row) for row in (await connection.execute(text("SELECT * FROM access_log ORDER BY id"))).mappings()
        ]


async def test_a_reading_is_one_row(engines: Engines) -> None:
    with clock.set_to(datetime(2026, 3, 1, 5, tzinfo=UTC)):
        async with unit_of_work(engines.app) as unit:
            await log_access(unit.connection, OFFICER, "read", "border_crossing", "r1", person(AZIZ), "case 17")
    (row,) = await rows(engines.app)
    async with engines.app.connect() as connection:
        present = await connection.scalar(text("SELECT clock_timestamp()"))
    assert present - timedelta(minutes=10) < row.pop("at") <= present, "the database's own clock"
    assert row == {
        "id": 1,
        "caller": "officer-7",
        "agency": "border-service",
        "roles": ["border", "clerk"],
        "action": "read",
        "record_kind": "border_crossing",
        "record_id": "r1",
        "person_iin": AZIZ,
        "person_document": "UZB:FA1234567",
        "person_born": "1990",
        "everybody": False,
        "reason": "case 17",
    }


async def test_a_search_is_logged_though_it_finds_nothing_and_each_whom_it_finds(engines: Engines) -> None:
    async with unit_of_work(engines.app) as unit:
        await log_search(unit.connection, OFFICER, "permit", [])
        await log_search(unit.connection, OFFICER, "permit", [("p1", person(AZIZ)), ("p2", person(None))])
    found = [(row["action"], row["record_id"], row["person_iin"]) for row in await rows(engines.app)]
    assert found == [("search", None, None), ("search", None, None), ("search", "p1", AZIZ), ("search", "p2", None)]


async def test_what_is_rolled_back_was_not_shown(engines: Engines) -> None:
    async def shown_and_failed() -> None:
        async with unit_of_work(engines.app) as unit:
            await log_access(unit.connection, OFFICER, "read", "permit", "p1", person(AZIZ))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await shown_and_failed()
    assert await rows(engines.app) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE access_log SET caller = 'nobody'",
        "DELETE FROM access_log",
        "TRUNCATE access_log",
        "DROP TABLE access_log",
        "ALTER TABLE access_log DROP COLUMN caller",
        "CREATE TRIGGER t BEFORE INSERT ON access_log EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "INSERT INTO access_log (id, at, caller, roles, action, record_kind) OVERRIDING SYSTEM VALUE"
        " VALUES (1, now(), 'x', '{}', 'read', 'x') ON CONFLICT (id) DO UPDATE SET caller = 'nobody'",
    ],
)
async def test_the_service_itself_cannot_take_a_row_back(engines: Engines, statement: str) -> None:
    async with unit_of_work(engines.app) as unit:
        await log_access(unit.connection, OFFICER, "read", "permit", "p1", person(AZIZ))
    with pytest.raises(DBAPIError) as refused:
        async with engines.app.begin() as connection:
            await connection.execute(text(statement))
    assert isinstance(getattr(refused.value.orig, "__cause__", None), InsufficientPrivilegeError)
    assert [row["caller"] for row in await rows(engines.app)] == ["officer-7"]


async def test_only_what_can_be_an_action_is_one(engines: Engines) -> None:
    with pytest.raises(CheckViolationError, match="access_log_action"):
        async with engines.owner.begin() as connection:
            await log_access(connection, OFFICER, "steal", "permit", "p1", None)  # type: ignore[arg-type]


async def test_the_stated_purpose_is_the_reason_unless_the_case_has_one(
    engines: Engines, settings_with: Any, as_role: TokenFor
) -> None:
    api = routes.router()

    @api.get("/v1/records/{id}")
    async def show(
        id: str, caller: Annotated[Caller, requires("border", scope=SAMPLES)], reason: str | None = None
    ) -> str:
        async with unit_of_work(engines.app) as unit:
            await log_access(unit.connection, caller, "read", "permit", id, person(AZIZ), reason)
        return id

    async with client_of(make_app("sample", "Sample", settings_with(), [api])) as client:
        purpose = {"Kosh-Purpose": quote("тексеру 17") + "%00"}
        await client.get("/v1/records/1", headers=as_role() | purpose)
        await client.get("/v1/records/2?reason=lost", headers=as_role() | purpose)
        await client.get("/v1/records/3", headers=as_role())
    assert [row["reason"] for row in await rows(engines.app)] == ["тексеру 17", "lost", "development"]


async def mine(client: httpx.AsyncClient, headers: dict[str, str], **query: Any) -> dict[str, Any]:
    answer = await client.get("/v1/me/access-log", params=query, headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_person_sees_who_when_what_and_why_and_nobody_elses(
    client: httpx.AsyncClient, engines: Engines, as_role: TokenFor
) -> None:
    async with unit_of_work(engines.app) as unit:
        await log_access(unit.connection, OFFICER, "read", "border_crossing", "b1", person(AZIZ), "check at the border")
        await log_access(unit.connection, OFFICER, "read", "border_crossing", "b2", person(DINA))
        await log_access(unit.connection, CONSUL, "change", "registration", "c1", person(AZIZ), "moved")
    seen = await mine(client, as_role("citizen", iin=AZIZ))
    assert seen["next"] is None
    newest, oldest = seen["usage"]
    assert datetime.fromisoformat(newest.pop("logtime")).tzinfo is not None
    assert newest == {
        "action": "Жазба өзгертілді",
        "action_code": "change",
        "receiver": "mfa",
        "roles": ["consul"],
        "record_kind": "registration",
        "record_id": "c1",
        "reason": "moved",
    }
    assert (oldest["receiver"], oldest["record_id"], oldest["reason"]) == (
        "border-service",
        "b1",
        "check at the border",
    )
    assert "officer-7" not in str(seen), "which officer it was is the agency's to know"
    assert [use["record_id"] for use in (await mine(client, as_role("citizen", iin=DINA)))["usage"]] == ["b2"]


async def test_before_the_iin_was_known_it_was_the_same_person(
    client: httpx.AsyncClient, engines: Engines, as_role: TokenFor
) -> None:
    async with unit_of_work(engines.app) as unit:
        await log_access(unit.connection, OFFICER, "read", "kandas_status", "k1", person(None))
        await log_access(unit.connection, OFFICER, "read", "kandas_status", "k2", person(None, "FA7654321"))
    assert (await mine(client, as_role("citizen", iin=AZIZ)))["usage"] == []
    async with unit_of_work(engines.app) as unit:
        await log_access(unit.connection, OFFICER, "change", "kandas_status", "k1", person(AZIZ), "got an IIN")
        await log_access(unit.connection, OFFICER, "read", "kandas_status", "k1", person(DINA), "a mistake")
    seen = (await mine(client, as_role("citizen", iin=AZIZ)))["usage"]
    assert [(use["record_id"], use["action_code"]) for use in seen] == [("k1", "change"), ("k1", "read")]


async def test_a_strangers_document_in_a_record_of_ones_own_opens_nobodys_log(
    client: httpx.AsyncClient, engines: Engines, as_role: TokenFor
) -> None:
    themselves = Caller("aziz", frozenset({"citizen"}), iin=AZIZ)
    async with unit_of_work(engines.app) as unit:
        await log_access(unit.connection, OFFICER, "read", "study", "s1", person(None, "FA7654321"))
        await log_access(unit.connection, themselves, "create", "registration", "c1", person(AZIZ, "FA7654321"))
        await log_access(unit.connection, CONSUL, "read", "registration", "c1", person(AZIZ, "FA7654321"))
    seen = (await mine(client, as_role("citizen", iin=AZIZ)))["usage"]
    assert [(use["record_id"], use["action_code"]) for use in seen] == [("c1", "read"), ("c1", "create")]
    async with unit_of_work(engines.app) as unit:
        await log_access(unit.connection, CONSUL, "create", "registration", "c2", person(AZIZ, "FA7654321"))
    seen = (await mine(client, as_role("citizen", iin=AZIZ)))["usage"]
    assert [use["record_id"] for use in seen] == ["c2", "c1", "c1", "s1"], "an office has seen the document"


async def test_page_by_page_nothing_is_missed_or_seen_twice(
    client: httpx.AsyncClient, engines: Engines, as_role: TokenFor
) -> None:
    async def reads(*records: str) -> None:
        async with unit_of_work(engines.app) as unit:
            for record in records:
                await log_access(unit.connection, OFFICER, "read", "permit", record, person(AZIZ))

    await reads("1", "2", "3", "4", "5")
    headers = as_role("citizen", iin=AZIZ)
    page = await mine(client, headers, limit=2)
    seen = [use["record_id"] for use in page["usage"]]
    await reads("later")
    while page["next"]:
        page = await mine(client, headers, limit=2, cursor=page["next"])
        seen += [use["record_id"] for use in page["usage"]]
    assert seen == ["5", "4", "3", "2", "1"]


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("ru", "Запись прочитана"),
        ("en-GB,en;q=0.9", "The record was read"),
        ("kk", "Жазба оқылды"),
        ("de", "The record was read"),
    ],
)
async def test_in_the_language_asked_for(
    client: httpx.AsyncClient, engines: Engines, as_role: TokenFor, wanted: str, told: str
) -> None:
    async with unit_of_work(engines.app) as unit:
        await log_access(unit.connection, OFFICER, "read", "permit", "p1", person(AZIZ))
    headers = {**as_role("citizen", iin=AZIZ), "Accept-Language": wanted}
    assert (await mine(client, headers))["usage"][0]["action"] == told


async def test_whoever_has_no_iin_has_no_log(client: httpx.AsyncClient, as_role: TokenFor) -> None:
    assert (await client.get("/v1/me/access-log", headers=as_role("citizen"))).status_code == 403
    assert (await client.get("/v1/me/access-log")).status_code == 401
