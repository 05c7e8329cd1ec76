"""Readiness is green only when the service can really work."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from shared.errors import Unavailable
from shared.http import health
from shared.http.app import make_app
from tests.shared.http.conftest import api, client_of

READY = "/health/ready"


async def state(app: Any) -> tuple[int, dict[str, str]]:
    async with client_of(app) as client:
        answer = await client.get(READY)
        assert (await client.get("/health/live")).status_code == 200
    return answer.status_code, answer.json()["checks"]


async def test_ready_asks_anew_each_time(settings_with: Any) -> None:
    working = True

    async def database() -> None:
        if not working:
            raise ConnectionRefusedError("db:5432 refused the password of KARIMOV")

    app = make_app("sample", "Sample", settings_with(), [api], checks={"database": database})
    assert await state(app) == (200, {"keys": "ok", "database": "ok"})
    working = False
    assert await state(app) == (503, {"keys": "ok", "database": "failing"})
    working = True
    assert (await state(app))[0] == 200


async def test_without_the_providers_keys_nobody_can_be_served(settings_with: Any, tmp_path: Path) -> None:
    app = make_app("sample", "Sample", settings_with(oidc_jwks_file=tmp_path / "missing.json"), [api])
    assert await state(app) == (503, {"keys": "failing"})


async def test_a_check_that_hangs_fails(settings_with: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "TIMEOUT", 0.02)
    app = make_app("sample", "Sample", settings_with(), [api], checks={"broker": asyncio.Event().wait})  # type: ignore[dict-item]
    code, checks = await state(app)
    assert (code, checks["broker"]) == (503, "failing"), "the keys' own check may be late, too, where time is so short"


async def test_a_caller_is_told_to_come_back_while_there_are_no_keys(
    settings_with: Any, tmp_path: Path, border: dict[str, str]
) -> None:
    app = make_app("sample", "Sample", settings_with(oidc_jwks_file=tmp_path / "missing.json"), [api])
    async with client_of(app) as client:
        answer = await client.get("/v1/figures", headers=border)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert issubclass(Unavailable, Exception)
