"""The development issuer, and a provider as in production: discovery, keys, client credentials."""

import asyncio
import json
import os
import stat
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from fastapi import FastAPI, Request, Response
from hypothesis import given as with_any
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import RSAKey

from deploy.local.issuer import ISSUER, ensure_issuer, environment, mint
from shared import clock
from shared.errors import Unavailable
from shared.events.grants import consumers
from shared.identity.keys import KeySet, from_discovery, from_file
from shared.identity.system_token import SystemAuth
from shared.identity.tokens import BadToken, Tokens
from shared.settings import SettingsError
from shared.testing.serving import serving


def test_keys_and_tokens_are_for_their_owner_only(issuer: Path) -> None:
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in issuer.iterdir()}
    assert modes == {"private.json": 0o600, "jwks.json": 0o644} | {f"{name}.token": 0o600 for name in consumers()}
    (published,) = json.loads((issuer / "jwks.json").read_bytes())["keys"]
    assert published.keys() == {"kty", "n", "e", "kid", "use", "alg"}


def test_what_is_there_stays(issuer: Path) -> None:
    before = {path.name: path.read_bytes() for path in issuer.iterdir()}
    ensure_issuer(issuer)
    assert {path.name: path.read_bytes() for path in issuer.iterdir()} == before


def test_there_are_only_the_roles_that_there_are(issuer: Path) -> None:
    with pytest.raises(ValueError, match="no such role: tsar; there are: border,"):
        mint(issuer, "tsar")


async def test_the_command_prints_a_token_and_nothing_else(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "deploy.local.token", "host", "--bin", "123456789012"]
    state = {**os.environ, "KOSH_STATE": str(tmp_path)}
    process = await asyncio.create_subprocess_exec(*command, env=state, stdout=asyncio.subprocess.PIPE)
    printed, _ = await process.communicate()
    caller = await tokens_of(tmp_path / "issuer").verify(printed.decode().strip())
    assert (caller.roles, caller.bin, caller.iin) == (frozenset({"host"}), "123456789012", None)


async def test_each_consumers_own_token_is_ready(issuer: Path) -> None:
    known = environment(issuer)
    for name in consumers():
        token = await asyncio.to_thread(Path(known[f"KOSH_{name.upper()}_SYSTEM_TOKEN_FILE"]).read_text)
        caller = await tokens_of(issuer).verify(token)
        assert (caller.roles, caller.client) == (frozenset({"system"}), f"kosh-{name}")


def tokens_of(directory: Path) -> Tokens:
    file = Path(environment(directory)["KOSH_OIDC_JWKS_FILE"])
    return Tokens(KeySet(from_file(file)), ISSUER, "kosh")


@dataclass
class Provider:
    """An OpenID provider as others run them."""

    app: FastAPI = field(default_factory=FastAPI)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "1", "use": "sig"}))
    url: str = ""
    called: str = ""
    granted: int = 0
    lasting: int = 300
    down: bool = False

    def __post_init__(self) -> None:
        self.app.get("/.well-known/openid-configuration")(self.configuration)
        self.app.get("/keys")(self.keys)
        self.app.post("/token")(self.grant)
        self.app.state.stopping = asyncio.Event()

    async def configuration(self) -> dict[str, Any]:
        assert not self.down
        return {
            "issuer": self.called or self.url,
            "jwks_uri": f"{self.url}/keys",
            "token_endpoint": f"{self.url}/token",
        }

    async def keys(self) -> dict[str, Any]:
        secret = {"kty": "oct", "kid": "secret", "k": "c2VjcmV0"}
        other = {"kty": "RSA", "kid": "encryption", "use": "enc"}
        return {"keys": [secret, other, self.key.as_dict(private=False)]}

    async def grant(self, request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        known = httpx.BasicAuth("accounting", "hunter2")._auth_header
        if request.headers["Authorization"] != known or form["grant_type"] != ["client_credentials"]:
            return Response(status_code=401)
        self.granted += 1
        answer = {"access_token": self.token(jti=str(self.granted)), "token_type": "Bearer", "expires_in": self.lasting}
        return Response(json.dumps(answer), media_type="application/json")

    def token(self, **claims: Any) -> str:
        usual = {"iss": self.url, "aud": "kosh", "sub": "accounting", "exp": 4_000_000_000, "roles": ["system"]}
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, usual | claims, self.key)


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    provider = Provider()
    async with serving(provider.app) as served:
        provider.url = served.url
        yield provider


async def test_keys_are_found_by_discovery(provider: Provider) -> None:
    tokens = Tokens(KeySet(from_discovery(provider.url)), provider.url, "kosh")
    assert (await tokens.verify(provider.token())).roles == {"system"}
    with pytest.raises(BadToken):
        await tokens.verify(provider.token(iss="https://other.invalid"))


SIGNING = RSAKey.generate_key(2048, {"kid": "1"})
FOREIGN: list[Any] = [
    None,
    "key",
    7,
    {},
    {"kty": "RSA", "kid": "1", "n": "!", "e": "AQAB"},
    {"kty": "RSA", "kid": "2"},
    {"kty": "RSA", "kid": "2", "n": 7, "e": None},
    {"kty": "EC", "kid": "3", "crv": "P-9999", "x": "AA", "y": "AA"},
    {"kty": "EC", "kid": "3", "crv": "P-256", "x": "AA", "y": "AA"},
    {"kty": ["RSA"], "kid": {}},
    {"kty": "OKP", "kid": "4", "crv": "Ed25519", "x": "AA"},
    {"kty": "AKP", "kid": "5", "alg": "ML-DSA-44", "pub": "AA"},
    {"kty": "oct", "k": "c2VjcmV0"},
    {"kty": "oct", "kid": "1", "k": "c2VjcmV0"},
    {**RSAKey.generate_key(2048, {"use": "enc"}).as_dict(private=False)},
    {**RSAKey.generate_key(2048).as_dict(private=False), "key_ops": ["encrypt"], "kid": "1"},
    {**RSAKey.generate_key(2048).as_dict(private=False), "alg": "RSA-OAEP", "kid": "1"},
    {**RSAKey.generate_key(2048).as_dict(private=False), "kid": ["1"]},
]


def tokens_by(*entries: Any) -> Tokens:
    async def fetch() -> dict[str, Any]:
        return {"keys": list(entries)}

    return Tokens(KeySet(fetch), ISSUER, "kosh")


def signed(key: RSAKey, **header: str) -> str:
    content = {"iss": ISSUER, "aud": "kosh", "sub": "x", "exp": 4_000_000_000, "roles": ["system"]}
    return jwt.encode({"alg": "RS256", **header}, content, key)


@with_any(st.permutations([*FOREIGN, SIGNING.as_dict(private=False)]))
async def test_what_cannot_be_read_or_is_not_for_us_takes_no_key_along(entries: list[Any]) -> None:
    assert (await tokens_by(*entries).verify(signed(SIGNING, kid="1"))).subject == "x"


async def test_one_key_without_a_name_is_used_and_of_several_none() -> None:
    """OpenID Connect Core 1.0, 10.1: a key id is needed where the set has several keys."""
    nameless = {name: value for name, value in SIGNING.as_dict(private=False).items() if name != "kid"}
    other = RSAKey.generate_key(2048)
    another = {name: value for name, value in other.as_dict(private=False).items() if name != "kid"}
    assert (await tokens_by(nameless, *FOREIGN).verify(signed(SIGNING))).subject == "x"
    assert (await tokens_by(nameless).verify(signed(SIGNING, kid="any"))).subject == "x"
    assert (await tokens_by(SIGNING.as_dict(private=False)).verify(signed(SIGNING))).subject == "x"
    for refused, token in [
        (tokens_by(nameless, another), signed(SIGNING)),
        (tokens_by(nameless, another), signed(SIGNING, kid="1")),
        (tokens_by({**nameless, "kid": "1"}, another), signed(SIGNING)),
        (tokens_by({**nameless, "kid": "1"}), signed(SIGNING, kid="2")),
        (tokens_by(nameless), signed(other)),
    ]:
        with pytest.raises(BadToken):
            await refused.verify(token)


@pytest.mark.parametrize("answer", [None, [], "keys", {"keys": None}, {"keys": {"kty": "RSA"}}, {"keys": [None]}, {}])
async def test_a_set_of_no_keys_leaves_those_that_are_there(answer: Any) -> None:
    given = [{"keys": [SIGNING.as_dict(private=False)]}, answer]

    async def fetch() -> Any:
        return given.pop(0)

    keys = KeySet(fetch)
    await keys.ready()
    with clock.set_to(clock.now().replace(year=clock.now().year + 1)):
        await keys.ready()
        assert await keys.find("1") is not None
    assert given == []


async def test_a_provider_that_calls_itself_otherwise_is_not_believed(provider: Provider) -> None:
    provider.called = "https://other.invalid"
    with pytest.raises(Unavailable):
        await KeySet(from_discovery(provider.url)).ready()


async def test_a_provider_may_be_reached_by_another_name_than_its_own(provider: Provider) -> None:
    provider.called = "https://issuer.invalid"
    tokens = Tokens(KeySet(from_discovery("https://issuer.invalid", provider.url)), "https://issuer.invalid", "kosh")
    assert (await tokens.verify(provider.token(iss="https://issuer.invalid"))).roles == {"system"}


async def test_a_provider_that_falls_silent_leaves_its_keys_in_force(provider: Provider) -> None:
    tokens = Tokens(KeySet(from_discovery(provider.url)), provider.url, "kosh")
    await tokens.verify(provider.token())
    provider.down = True
    with clock.set_to(clock.now().replace(year=clock.now().year + 1)):
        assert (await tokens.verify(provider.token())).subject == "accounting"


async def test_a_token_by_client_credentials_is_used_until_it_ends(provider: Provider, settings_with: Any) -> None:
    settings = settings_with(oidc_issuer=provider.url, system_client_id="accounting", system_client_secret="hunter2")
    auth = SystemAuth.of(settings)
    first = await auth.token()
    assert await auth.token() == first
    assert provider.granted == 1
    with clock.set_to(clock.now().replace(year=clock.now().year + 1)):
        assert await auth.token() != first


async def test_a_token_that_is_refused_is_renewed_once(provider: Provider, settings_with: Any) -> None:
    settings = settings_with(oidc_issuer=provider.url, system_client_id="accounting", system_client_secret="hunter2")
    seen: list[str] = []

    async def refuse_the_first(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Authorization"])
        return httpx.Response(401 if len(seen) == 1 else 200)

    transport = httpx.MockTransport(refuse_the_first)
    async with httpx.AsyncClient(transport=transport, auth=SystemAuth.of(settings), base_url="http://portal") as client:
        assert (await client.get("/v1/events")).status_code == 200
    assert len(set(seen)) == 2


async def test_a_token_file_is_read_again_in_time(tmp_path: Path, settings_with: Any) -> None:
    file = tmp_path / "token"
    file.write_text("first\n")
    auth = SystemAuth.of(settings_with(system_token_file=file))
    assert await auth.token() == "first"
    file.write_text("second\n")
    assert await auth.token() == "first"
    with clock.set_to(clock.now().replace(year=clock.now().year + 1)):
        assert await auth.token() == "second"


async def test_without_a_token_others_are_not_called(tmp_path: Path, settings_with: Any) -> None:
    with pytest.raises(Unavailable):
        await SystemAuth.of(settings_with(system_token_file=tmp_path / "missing")).token()
    with pytest.raises(SettingsError, match="KOSH_<SERVICE>_SYSTEM_TOKEN_FILE"):
        SystemAuth.of(settings_with())
