"""The public process and its role: what everybody may read, and nothing else, by trying."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from html import unescape

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event

from services.accounting.app_public import make_app
from services.accounting.cases.releases.cut import cut_release
from services.accounting.publish.invented import notice_in
from services.accounting.publish.languages import LANGUAGES
from services.accounting.publish.site.views import HOME, VIEWS
from services.accounting.rules.disclosure.cell_key import Table
from services.accounting.rules.disclosure.cubes import nation
from services.accounting.settings import PublicSettings
from shared import clock
from shared.testing.api import Api
from tests.accounting.conftest import CONTROL, Accounting
from tests.accounting.world import World

MARKED = CONTROL._replace(table=Table((((1_000, 1_000_000),),)), cubes=nation)
"""Every count is published a thousand higher: what was counted would be seen at once, by whatever path it came out."""
RELATIONS = """
SELECT format('%I.%I', nspname, relname) AS name, nspname = 'public_figures' AS shown
FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'v', 'm', 'S') AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
"""
INNER_LINKS = re.compile(r' · <a href="/v1/status">[^<]*</a> · <a href="/me[^<]*</a>')
"""What a page of the inner API leads to, and the public process does not serve."""
ARRIVALS = "DF_FLOW/A.IMM.M1216.KZ._T._T._T._T._T"
V2 = "/sdmx/v2/data/dataflow/KOSH/DF_FLOW/1.0/A.IMM.M1216.KZ._T._T._T._T._T"
BY_EVERY_PATH = (
    *((f"/sdmx/v1/data/{ARRIVALS}", kind) for kind in ("text/csv", "application/vnd.sdmx.data+json")),
    (f"/sdmx/v1/data/{ARRIVALS}", "application/vnd.sdmx.genericdata+xml;version=2.1"),
    (f"/sdmx/v1/data/{ARRIVALS}", "application/vnd.sdmx.structurespecificdata+xml;version=2.1"),
    *((f"/sdmx/v1/data/{ARRIVALS}?{of}", "text/csv") for of in ("asOf=2025-01-01", "includeHistory=true")),
    (f"/sdmx/v1/data/{ARRIVALS}?updatedAfter=2020-01-01", "text/csv"),
    *((V2, f"application/vnd.sdmx.data+{kind};version=2.0.0") for kind in ("csv", "json")),
    (V2, "application/vnd.sdmx.data+xml;version=3.0.0"),
    *((f"/data/balance.{form}?method=M1216", "*/*") for form in ("csv", "json")),
    *((f"/{language}/balance?method=M1216", "text/html") for language in ("kk", "ru", "en")),
    (f"/en/made?period=2022&key={ARRIVALS}", "text/html"),
    ("/data/balance.svg?method=M1216", "*/*"),
)
EXACT = "SELECT value FROM public.released_figure"
REFUSED = asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError


@pytest.fixture
async def public(written: Accounting) -> AsyncIterator[asyncpg.Connection]:
    """As the public process' role, on a database with a release."""
    await written.take(World(4, people=40).stream())
    await _cut(written, 6)
    connection = await asyncpg.connect(written.database.public_url.replace("+asyncpg", ""))
    yield connection
    await connection.close()


async def test_the_public_role_reads_its_room_and_nothing_else(written: Accounting, public: asyncpg.Connection) -> None:
    owner = await asyncpg.connect(written.database.owner_url.replace("+asyncpg", ""))
    relations = {row["name"]: row["shown"] for row in await owner.fetch(RELATIONS)}
    await owner.close()
    assert {"linkage_derived.person", "derived.cube", "derived.record", "public.released_figure"} <= relations.keys()
    shown = {name for name, shown in relations.items() if shown}
    released = ("figure", "released", "release", "released_gap", "published_figure", "published_before")
    assert shown == {f"public_figures.{name}" for name in (*released, "forecast", "forecast_score", "forecast_series")}
    for name in relations:
        read = f"SELECT * FROM {name} LIMIT 1"  # noqa: S608
        if name in shown:
            await public.fetch(read)
        else:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await public.fetch(read)
    await public.execute("SET default_transaction_read_only = off")
    for name in shown:
        for change in ("INSERT INTO {} DEFAULT VALUES", "DELETE FROM {}", "TRUNCATE {}"):
            with pytest.raises(asyncpg.PostgresError, match=r"permission denied|is not a table|cannot"):
                await public.execute(change.format(name))
    for statement in (
        "CREATE TABLE public_figures.mine ()",
        "CREATE TABLE public.mine ()",
        "CREATE TEMPORARY TABLE mine ()",
        EXACT,
        "COPY public_figures.figure TO PROGRAM 'true'",
        "SET ROLE kosh_accounting_app",
    ):
        with pytest.raises(REFUSED):
            await public.execute(statement)


async def test_the_public_process_answers_as_the_inner_api_answers_a_stranger(
    api: Api, public: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await public.fetchval("SELECT count(*) FROM release") == 1
    for name in ("IDENTITY_SECRET", "DISCLOSURE_SECRET", "DATABASE_URL", "INTAKE_DATABASE_URL", "OWNER_DATABASE_URL"):
        monkeypatch.delenv(f"KOSH_ACCOUNTING_{name}", raising=False)
    monkeypatch.setenv("KOSH_ACCOUNTING_PUBLIC_DATABASE_URL", api.database.public_url)
    monkeypatch.setenv("KOSH_ACCOUNTING_PUBLIC_PORT", "0")
    app = make_app(PublicSettings.of("accounting_public"))
    flow = "/sdmx/v1/data/DF_FLOW/A.IMM+EMI+NET.M1216.KZ._T._T._T._T._T"
    async with client_of(app) as client:
        client.base_url = api.client.base_url
        for path in (
            "/en/",
            *(f"/en/{view}" for view in VIEWS if view != HOME.name),
            "/data/balance.csv",
            "/data/changes.atom",
            f"{flow}?format=csv",
            "/sdmx/v2/structure/dataflow/KOSH",
            "/v1/releases",
            "/v1/releases/1",
            "/v1/forecasts",
        ):
            answer, inner = await client.get(path), await api.client.get(path)
            assert (answer.status_code, answer.text) == (inner.status_code, INNER_LINKS.sub("", inner.text)), path
            assert answer.status_code == 200
            told = await client.get(path, headers=api.token("statistician") | {"Origin": "https://paper.example"})
            assert told.content == answer.content, "a token changes nothing"
            assert told.headers["access-control-allow-origin"] == "*"
        await _says_what_is_published(client, public)
        for path in ("/v1/method-versions", "/v1/reviews", "/v1/status", "/me", "/v1/access-log"):
            assert (await client.get(path, headers=api.token("statistician", "operator"))).status_code == 404, path
        assert (await client.get("/health/ready")).status_code == 200
        assert (await client.get(f"{flow.replace('A.', 'M.')[:-2]}work")).status_code == 403
        real = await client.get(flow)
    await app.state.engine.dispose()
    monkeypatch.setenv("KOSH_INVENTED_FIGURES", "true")
    played = make_app(PublicSettings.of("accounting_public"))
    held = {"If-None-Match": real.headers["etag"]}
    async with client_of(played) as client:
        for language in LANGUAGES:
            made, file = f"/{language}/made?period=2022&key={flow[14:]}", f"/data/balance.json?lang={language}"
            for path in (f"/{language}/", made, f"/{language}/api", file):
                assert notice_in(language).mark in (await client.get(path)).text, path
        told = await client.get(flow, headers=held)
        assert (told.status_code, told.text.count("Test>true<")) == (200, 1), "no reader keeps what was said before"
    assert "Test>false<" in real.text
    await played.state.engine.dispose()


async def test_what_was_answered_is_answered_again_without_a_query_until_a_release_changes_it(
    api: Api, written: Accounting, public: asyncpg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOSH_ACCOUNTING_PUBLIC_DATABASE_URL", api.database.public_url)
    monkeypatch.setenv("KOSH_ACCOUNTING_PUBLIC_PORT", "0")
    await _cut(written, 7)
    first = await public.fetchval("SELECT min(id) FROM release")
    still, looking = [make_app(PublicSettings.of("accounting_public"), look) for look in (3_600.0, 0.0)]
    taken: list[object] = []
    event.listen(still.state.engine.sync_engine, "checkout", lambda *_: taken.append(_))
    flow = "/sdmx/v1/data/DF_FLOW/A.NET.M1216.KZ._T._T._T._T._T?format=csv"
    paths = (
        "/en/",
        "/data/balance.csv?release=2024-06-15",
        flow,
        f"{flow}&asOf=2024-06-15",
        f"/v1/releases/{first}",
        "/v1/releases",
    )
    async with client_of(still) as kept, client_of(looking) as fresh:
        answers = {path: await kept.get(path) for path in paths}
        assert taken
        taken.clear()
        for path, answer in answers.items():
            again = await kept.get(path)
            assert (again.status_code, again.content, again.headers["etag"]) == (
                answer.status_code,
                answer.content,
                answer.headers.get("etag", again.headers["etag"]),
            )
            held = {"If-None-Match": again.headers["etag"]}
            told = await kept.get(path, headers=held)
            assert (told.status_code, told.content) == (304, b"")
            assert (await fresh.get(path, headers=held)).status_code == 304, "by whichever process"
            year = "immutable" in again.headers["cache-control"]
            assert year is (path.endswith(f"/{first}") or "06-15" in path)
        assert taken == []
        other = await kept.get("/en/", headers={"Host": "evil.example"})
        assert "evil.example" not in (await kept.get("/en/")).text, "nobody puts an address into others' pages"
        assert other.headers["etag"] != answers["/en/"].headers["etag"]
        plain = await kept.get(flow, headers={"Accept-Encoding": "identity"})
        assert plain.text == answers[flow].text
        await written.take(World(4, people=40).stream(order=1))
        await _cut(written, 8)
        held = {"If-None-Match": answers[flow].headers["etag"]}
        assert (await fresh.get(flow, headers=held)).status_code == 200
        assert (await fresh.get(f"{flow}&asOf=1999-13-01", headers=held)).status_code == 400
    for app in (still, looking):
        await app.state.engine.dispose()


async def _says_what_is_published(client: httpx.AsyncClient, public: asyncpg.Connection) -> None:
    """The arrivals of 2022, by every path: the figure with its mark, and never what was counted."""
    published = await public.fetchval(
        "SELECT value FROM figure WHERE flow || '/' || key = $1 AND period = '2022'", ARRIVALS
    )
    assert published > 1_000
    counted = int(published) - 1_000
    for path, kind in BY_EVERY_PATH:
        answer = await client.get(path, headers={"Accept": kind})
        numbers = re.findall(r"(?<![\w.#:-])(?:\d{1,3}(?:[,\u00a0\u202f]\d{3})+|\d+)(?![\w:-])", unescape(answer.text))
        told = {re.sub(r"\D", "", each) for each in numbers}
        assert str(published) in told, (path, kind, answer.status_code)
        assert str(counted) not in told or "html" in kind or "svg" in path, (path, kind)


async def _cut(written: Accounting, month: int) -> None:
    with clock.set_to(datetime(2024, month, 10, 12, tzinfo=UTC)):
        await cut_release(written.connection, MARKED)


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://figures.test")
