"""Deny by default, and every way in which a token can be wrong."""

import asyncio
import base64
import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from deploy.local.issuer import AUDIENCE, ISSUER, mint
from shared import clock
from shared.http.app import UndeclaredRoute, make_app
from shared.http.routes import router
from shared.identity.callers import Caller, public, requires
from shared.identity.keys import MIN_AGE, KeySet
from shared.identity.tokens import BadToken, Tokens
from tests.shared.http.conftest import SAMPLES, TokenFor, client_of

THING = {"source_id": "B-1", "document": {"number": "1", "expires": 2030}}


def claims(**changes: Any) -> dict[str, Any]:
    present = int(clock.now().timestamp())
    usual = {"iss": ISSUER, "aud": AUDIENCE, "sub": "x", "iat": present, "exp": present + 60, "roles": ["border"]}
    usual |= {"agency": "border-service", "purpose": "control"}
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def key_of(issuer: Path) -> RSAKey:
    return RSAKey.import_key(json.loads((issuer / "private.json").read_bytes()))


def unsigned(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


async def status_with(client: httpx.AsyncClient, token: str) -> int:
    answer = await client.post("/v1/things/1", json=THING, headers={"Authorization": f"Bearer {token}"})
    if answer.status_code == 401:
        assert answer.headers["WWW-Authenticate"].startswith('Bearer error="invalid_token"')
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["type"] == "https://kosh.kz/problems/unauthenticated"
        assert token not in answer.text
    return answer.status_code


async def test_a_good_token_passes(client: httpx.AsyncClient, issuer: Path) -> None:
    assert await status_with(client, mint(issuer, "border")) == 201


async def test_no_token_is_401_before_the_body_is_looked_at(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/things/x", content=b"{broken", headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_another_role_is_403_and_is_told_which_is_needed(client: httpx.AsyncClient, as_role: TokenFor) -> None:
    answer = await client.post("/v1/things/1", json=THING, headers=as_role("clerk"))
    assert answer.status_code == 403
    assert answer.json()["detail"] == "This needs one of the roles: border, system."


async def test_one_role_of_several_is_enough(client: httpx.AsyncClient, issuer: Path) -> None:
    assert await status_with(client, mint(issuer, ["clerk", "system"])) == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"exp": 1_000},
        {"exp": None},
        {"exp": "tomorrow"},
        {"nbf": 4_000_000_000},
        {"aud": "another"},
        {"aud": None},
        {"iss": "https://other.invalid"},
        {"iss": None},
        {"sub": None},
        {"roles": "border"},
        {"roles": [1]},
        {"iin": 900501300123},
        {"purpose": ["control"]},
    ],
    ids=lambda wrong: next(f"{name}={value}" for name, value in wrong.items()),
)
async def test_a_claim_that_is_wrong(client: httpx.AsyncClient, issuer: Path, wrong: dict[str, Any]) -> None:
    key = key_of(issuer)
    assert await status_with(client, jwt.encode({"alg": "RS256", "kid": key.kid}, claims(**wrong), key)) == 401


async def test_no_algorithm_is_no_signature(client: httpx.AsyncClient, issuer: Path) -> None:
    header = unsigned({"alg": "none", "kid": key_of(issuer).kid})
    assert await status_with(client, f"{header}.{unsigned(claims())}.") == 401


async def test_the_public_key_is_no_shared_secret(client: httpx.AsyncClient, issuer: Path) -> None:
    key = key_of(issuer)
    secret = OctKey.import_key(base64.b64encode(key.as_pem(private=False)))
    forged = jwt.encode({"alg": "HS256", "kid": key.kid}, claims(), secret, algorithms=["HS256"])
    assert await status_with(client, forged) == 401


async def test_an_algorithm_that_is_not_on_the_list(client: httpx.AsyncClient, issuer: Path) -> None:
    key = key_of(issuer)
    private = RSAKey.import_key({**key.as_dict(private=True), "alg": "RS512"})
    token = jwt.encode({"alg": "RS512", "kid": key.kid}, claims(), private, algorithms=["RS512"])
    assert await status_with(client, token) == 401


async def test_a_key_that_nobody_published(client: httpx.AsyncClient, issuer: Path) -> None:
    stranger = RSAKey.generate_key(2048, {"kid": "stranger"})
    assert await status_with(client, jwt.encode({"alg": "RS256", "kid": "stranger"}, claims(), stranger)) == 401
    usurped = jwt.encode({"alg": "RS256", "kid": key_of(issuer).kid}, claims(), stranger)
    assert await status_with(client, usurped) == 401


async def test_a_key_that_the_token_brings_along_is_not_asked(client: httpx.AsyncClient, issuer: Path) -> None:
    stranger = RSAKey.generate_key(2048, {"kid": str(key_of(issuer).kid)})
    header = {"alg": "RS256", "kid": stranger.kid, "jwk": stranger.as_dict(private=False)}
    assert await status_with(client, jwt.encode(header, claims(), stranger)) == 401


@pytest.mark.parametrize(
    "token", ["", "x", "a.b", "a.b.c", "a.b.c.d.e", "ж.ж.ж", "." * 100, "e30.e30.e30", "A" * 20_000]
)
async def test_what_is_no_token_at_all(client: httpx.AsyncClient, token: str) -> None:
    header = f"Bearer {token}".encode()
    answer = await client.get("/v1/figures", headers=[(b"Authorization", header)])
    assert answer.status_code == 401


async def test_another_scheme_than_bearer(client: httpx.AsyncClient) -> None:
    assert (await client.get("/v1/figures", headers={"Authorization": "Basic eDp5"})).status_code == 401


async def test_an_altered_token(client: httpx.AsyncClient, issuer: Path) -> None:
    header, _, signature = mint(issuer, "clerk").split(".")
    assert await status_with(client, f"{header}.{unsigned(claims(roles=['border']))}.{signature}") == 401


async def test_a_token_that_passed_once_expires_all_the_same(client: httpx.AsyncClient, issuer: Path) -> None:
    token = mint(issuer, "border", ttl=timedelta(seconds=60))
    assert await status_with(client, token) == 201
    with clock.set_to(clock.now() + timedelta(seconds=120)):
        assert await status_with(client, token) == 401


async def test_elliptic_curves_are_accepted_and_a_new_key_is_found_without_a_restart() -> None:
    old, new = (ECKey.generate_key("P-256", {"kid": kid, "use": "sig"}) for kid in ("old", "new"))
    published = [old]

    async def fetch() -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) for key in published]}

    tokens = Tokens(KeySet(fetch), ISSUER, AUDIENCE)
    assert (await tokens.verify(jwt.encode({"alg": "ES256", "kid": "old"}, claims(), old))).subject == "x"
    later = jwt.encode({"alg": "ES256", "kid": "new"}, claims(), new)
    published[:] = [new]
    with pytest.raises(BadToken):  # asked too soon: made-up key ids must not make us hammer the provider
        await tokens.verify(later)
    with clock.set_to(clock.now() + timedelta(seconds=MIN_AGE + 1)):
        assert (await tokens.verify(later)).subject == "x"
        with pytest.raises(BadToken):
            await tokens.verify(jwt.encode({"alg": "ES256", "kid": "old"}, claims(iat=1), old))


async def test_of_the_first_requests_none_is_refused_for_want_of_keys(client: httpx.AsyncClient, issuer: Path) -> None:
    tokens = [mint(issuer, "border", subject=str(number)) for number in range(10)]
    assert set(await asyncio.gather(*(status_with(client, token) for token in tokens))) == {201}


async def test_an_officer_names_agency_and_purpose(client: httpx.AsyncClient, as_role: TokenFor) -> None:
    async def answer(headers: dict[str, str]) -> tuple[int, str]:
        answer = await client.post("/v1/things/1", json=THING, headers=headers)
        return answer.status_code, answer.json().get("type", "").rpartition("/")[2]

    for nameless in (None, ""):
        assert await answer(as_role("border", agency=nameless)) == (403, "agency-missing")
    silent = as_role("border", purpose=None)
    assert await answer(silent) == (403, "purpose-missing")
    assert await answer(silent | {"Kosh-Purpose": "%20%00"}) == (403, "purpose-missing")
    assert await answer(silent | {"Kosh-Purpose": "control"}) == (201, "")
    assert await answer(as_role("system", agency=None, purpose=None)) == (201, "")


async def test_a_caller_acts_in_the_capacity_that_the_route_asks_for(settings_with: Any, as_role: TokenFor) -> None:
    several = router()

    @several.get("/v1/capacity")
    async def capacity(caller: Annotated[Caller, requires("host", "clerk", scope=SAMPLES)]) -> list[str]:
        return sorted(caller.roles)

    async with client_of(make_app("sample", "Sample", settings_with(), [several])) as client:
        answer = await client.get("/v1/capacity", headers=as_role(["clerk", "operator", "system"]))
    assert answer.json() == ["clerk"], "another role's reach must not be lent to this one"


async def test_public_is_open_and_knows_who_asks_if_told(client: httpx.AsyncClient, as_role: TokenFor) -> None:
    assert (await client.get("/v1/figures")).json() == {"subject": None}
    assert (await client.get("/v1/figures", headers=as_role("statistician"))).json() == {"subject": "dev:statistician"}


async def test_what_concerns_oneself_needs_an_iin(client: httpx.AsyncClient, as_role: TokenFor) -> None:
    assert (await client.get("/v1/whoami", headers=as_role("citizen"))).status_code == 403
    answer = await client.get("/v1/whoami", headers=as_role("citizen", iin="900501300123"))
    assert answer.json()["iin"] == "900501300123"


def test_an_app_with_a_route_that_says_nothing_is_not_built(settings_with: Any) -> None:
    silent = router()

    @silent.get("/v1/secrets")
    async def secrets() -> None: ...

    with pytest.raises(UndeclaredRoute, match="GET /v1/secrets"):
        make_app("sample", "Sample", settings_with(), [silent])


def test_nor_one_whose_route_does_not_say_to_what_belongs_what_it_shows(settings_with: Any) -> None:
    silent = router()

    @silent.get("/v1/secrets")
    async def secrets(_: Annotated[Caller, requires("clerk")]) -> None: ...

    with pytest.raises(UndeclaredRoute, match="to what belongs what they show: GET /v1/secrets"):
        make_app("sample", "Sample", settings_with(), [silent])


def test_a_route_that_is_not_ours_is_refused_though_it_declares(settings_with: Any) -> None:
    foreign = APIRouter()

    @foreign.get("/v1/foreign", dependencies=[requires("clerk")])
    async def foreign_route() -> None: ...

    with pytest.raises(UndeclaredRoute, match="GET /v1/foreign"):
        make_app("sample", "Sample", settings_with(), [foreign])


async def test_a_router_may_declare_for_all_its_routes(settings_with: Any, as_role: TokenFor) -> None:
    inner = router(prefix="/inner", dependencies=[requires("consul", scope=SAMPLES)])

    @inner.get("/thing")
    async def thing() -> int:
        return 1

    outer = router(prefix="/v1")
    outer.include_router(inner)
    app: FastAPI = make_app("sample", "Sample", settings_with(), [outer])
    async with client_of(app) as client:
        assert (await client.get("/v1/inner/thing")).status_code == 401
        assert (await client.get("/v1/inner/thing", headers=as_role("clerk"))).status_code == 403
        assert (await client.get("/v1/inner/thing", headers=as_role("consul"))).status_code == 200


def test_an_unknown_role_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="no such role: bordr"):
        requires("bordr")
    assert public() is not None
