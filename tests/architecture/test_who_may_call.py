"""Every route of every service by every role, cell by cell, and by those who have no good token (quality X1)."""

import importlib
import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from deploy.services import SERVICES
from services.accounting import app as accounting
from services.accounting.settings import AccountingSettings
from shared.http.routes import requirements
from shared.identity.callers import ROLES, OpenToAll, RequiresRole
from shared.testing.api import Api, StartApi

IIN = "900501300120"
# What stands open to everybody, and nothing else does. A new line here is a decision.
OPEN = {"/health/live", "/health/ready", "/openapi.json"}
DOCS = {"/docs", "/docs/{language}", "/docs/assets/{name}"}  # says what /openapi.json says (decision 0082)
OPEN_OF = {
    "accounting": {
        *("/", "/v1/method-versions", "/v1/releases", "/v1/releases/{id}", "/v1/releases/{id}/differences"),
        "/v1/estimates/provisional",
        "/v1/status",
        "/v1/evidence",  # texts alone
        *("/work", "/work/{language}", "/me", "/me/{language}"),  # without data: their scripts sign in (decision 0078)
        # The site: released figures alone (decision 0075).
        *("/assets/{name}", "/{language}/", "/{language}/{view}", "/{language}/made", "/{language}/api"),
        *("/{language}/method", "/{language}/method/disclosure", "/{language}/tour", "/data/changes.atom"),
        *(f"/data/{{view}}.{ending}" for ending in ("csv", "json", "metadata.json", "xlsx", "svg")),
        *("/v1/reports", "/v1/reports/{name}"),  # released figures alone; exact ones for statisticians
        *("/v1/forecasts", "/v1/forecasts/{id}"),  # made from released figures alone (decision 0077)
    },
    "portal": DOCS,
    "consular": DOCS,
    "kandas": {"/v1/kandas-certificates:verify", *DOCS},  # by a code that cannot be guessed: decision 0046
    "permits": {"/v1/self-employment-points", *DOCS},  # the law's table and no person: decision 0049
}
SDMX = "/sdmx/"  # shows strangers a release alone: tests/accounting/publish/test_releases.py


@pytest.fixture(params=SERVICES)
async def service(
    request: pytest.FixtureRequest, start_api: StartApi, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, Api]:
    name: str = request.param
    if name == "accounting":
        monkeypatch.setenv("KOSH_ACCOUNTING_IDENTITY_SECRET", "only for this test")
        monkeypatch.setenv("KOSH_FEED_PORTAL_URL", "http://127.0.0.1:1")
        return name, await start_api(name, lambda _: accounting.make_app(AccountingSettings.of("accounting")))
    api = await start_api(name, importlib.import_module(f"services.{name}.app").make_app)
    if name == "portal":
        await api.up_to_date_with("permits")
    return name, api


def routes(api: Api) -> Iterator[tuple[str, str, RequiresRole | OpenToAll]]:
    for (method, path), gate in requirements(api.app.routes).items():
        assert gate is not None, f"{method} {path} says nothing"
        path = path.replace("{language}", "kk")  # no other word is taken for one
        yield method, re.sub(r"{(\w+)}", str(UUID(int=1)), path), gate


async def answer(api: Api, method: str, path: str, headers: dict[str, str]) -> httpx.Response:
    answer = await api.client.request(method, path, headers=headers)
    assert answer.status_code < 500, f"{method} {path}: {answer.text}"
    return answer


async def test_each_role_passes_where_it_may_and_nowhere_else(service: tuple[str, Api]) -> None:
    _, api = service
    tokens = {role: api.token(role, iin=IIN) for role in sorted(ROLES)}
    for method, path, gate in routes(api):
        for role, headers in tokens.items():
            found = await answer(api, method, path, headers)
            refused = found.status_code == 403 and "This needs " in found.json()["detail"]
            may = isinstance(gate, OpenToAll) or role in gate.roles
            assert (not refused) == may, f"{role} {method} {path}: {found.status_code}"
            assert found.status_code != 401


async def test_without_a_good_token_nothing_but_the_open_is_shown(service: tuple[str, Api]) -> None:
    _, api = service
    good = api.token(*ROLES, iin=IIN)["Authorization"]
    bad = {
        "none": {},
        "expired": api.token(*ROLES, iin=IIN, ttl=timedelta(hours=-1)),
        "for another": api.token(*ROLES, iin=IIN, aud="another"),
        "of another issuer": api.token(*ROLES, iin=IIN, iss="https://other.invalid"),
        "altered": {"Authorization": good[:-10] + ("A" * 10)},
        "of another scheme": {"Authorization": good.replace("Bearer", "Basic")},
    }
    for method, path, gate in routes(api):
        for name, headers in bad.items():
            found = await answer(api, method, path, headers)
            open_to_them = isinstance(gate, OpenToAll) and name == "none"
            assert (found.status_code != 401) == open_to_them, f"{name} {method} {path}: {found.status_code}"


async def test_what_stands_open_was_meant_to(service: tuple[str, Api]) -> None:
    name, api = service
    found = {path for (_, path), gate in requirements(api.app.routes).items() if isinstance(gate, OpenToAll)}
    figures = {path for path in found if name == "accounting" and path.startswith(SDMX)}
    assert found - figures - OPEN - OPEN_OF.get(name, set()) == set()


async def test_ones_own_log_is_for_whoever_has_an_iin(service: tuple[str, Api]) -> None:
    name, api = service
    if ("GET", "/v1/me/access-log") not in requirements(api.app.routes):
        pytest.fail(f"{name} shows nobody who read their records")
    for role in sorted(ROLES):
        assert (await answer(api, "GET", "/v1/me/access-log", api.token(role, iin=IIN))).status_code == 200
        assert (await answer(api, "GET", "/v1/me/access-log", api.token(role))).status_code == 403
