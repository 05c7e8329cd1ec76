"""The development issuer's sign-in: code flow with PKCE, each code once, to pages of this machine alone."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from deploy.local import issuer
from deploy.local.sign_in import challenge_of, make_app
from shared import clock
from shared.identity.keys import KeySet, from_file
from shared.identity.tokens import BadToken, Tokens

URL = "http://127.0.0.1:8109"
VERIFIER = "a-verifier-of-43-to-128-characters-as-RFC-7636-asks"
BACK = "http://localhost:3000/signed-in"
ASKED = {
    "client_id": "kosh-work", "redirect_uri": BACK, "response_type": "code", "scope": "openid", "state": "s&1",
    "nonce": "n", "code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256",
}  # fmt: skip
USED = {"grant_type": "authorization_code", "client_id": "kosh-work", "redirect_uri": BACK, "code_verifier": VERIFIER}
CHOSEN = {"role": "statistician", "agency": "statistics", "purpose": "a check", "iin": "", "bin": ""}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("issuer")
    issuer.ensure_issuer(made)
    return made


@pytest.fixture
async def page(directory: Path) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(make_app(directory, URL)), base_url=URL) as opened:
        yield opened


def tokens_of(directory: Path) -> Tokens:
    return Tokens(KeySet(from_file(directory / "jwks.json")), issuer.ISSUER, issuer.AUDIENCE)


async def answered(page: httpx.AsyncClient, **changes: str) -> dict[str, str]:
    """What the page at the redirect address is told."""
    sent = await page.post("/authorize", data={**ASKED, **CHOSEN, **changes})
    assert sent.status_code == 303
    address = sent.headers["location"]
    assert address.startswith(BACK + "?")
    return {name: value for name, (value,) in parse_qs(urlsplit(address).query).items()}


async def test_the_example_of_the_standard_has_its_challenge() -> None:
    """RFC 7636, appendix B."""
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


async def test_who_signs_in_gets_a_token_that_the_services_accept_and_no_other(
    page: httpx.AsyncClient, directory: Path
) -> None:
    known = (await page.get("/.well-known/openid-configuration")).json()
    assert (known["issuer"], known["code_challenge_methods_supported"]) == (URL, ["S256"])
    assert (await page.get(known["jwks_uri"])).json() == json.loads((directory / "jwks.json").read_bytes())
    shown = await page.get(known["authorization_endpoint"], params={**ASKED, "state": '"><script>'})
    assert ("<script>" in shown.text, "&quot;&gt;&lt;script&gt;" in shown.text) == (False, True)
    assert "form-action 'self' http://localhost:3000;" in shown.headers["content-security-policy"]

    told = await answered(page)
    assert (told["state"], told["iss"]) == ("s&1", URL)
    given = await page.post(
        known["token_endpoint"], data=USED | {"code": told["code"]}, headers={"Origin": "http://localhost:3000"}
    )
    assert (given.status_code, given.headers["cache-control"]) == (200, "no-store")
    assert given.headers["access-control-allow-origin"] == "http://localhost:3000"
    caller = await tokens_of(directory).verify(given.json()["access_token"])
    assert (caller.roles, caller.agency, caller.purpose) == (frozenset({"statistician"}), "statistics", "a check")
    assert caller.client == "kosh-work"
    with pytest.raises(BadToken):  # the page's own, which says who signed in
        await tokens_of(directory).verify(given.json()["id_token"])


async def test_who_acts_for_themselves_has_a_number_and_no_agency(page: httpx.AsyncClient, directory: Path) -> None:
    told = await answered(page, role="citizen", iin=" 900501300120 ")
    given = (await page.post("/token", data=USED | {"code": told["code"]})).json()
    caller = await tokens_of(directory).verify(given["access_token"])
    assert (caller.iin, caller.agency, caller.purpose) == ("900501300120", None, None)


@pytest.mark.parametrize(
    "changed",
    [
        {"code_verifier": VERIFIER + "x"},
        {"code_verifier": ""},
        {"code_verifier": challenge_of(VERIFIER)},
        {"client_id": "kosh-front-end"},
        {"redirect_uri": "http://localhost:3000/other"},
        {"code": "\0" * 9},
        {"grant_type": "client_credentials"},
    ],
)
async def test_a_code_is_for_who_asked_for_it(page: httpx.AsyncClient, changed: dict[str, str]) -> None:
    told = await answered(page)
    refused = await page.post("/token", data=USED | {"code": told["code"]} | changed)
    assert (refused.status_code, refused.json()["error"]) in {(400, "invalid_grant"), (400, "unsupported_grant_type")}
    if {"code", "grant_type"}.isdisjoint(changed):  # and it is used up: nobody tries a second verifier
        again = await page.post("/token", data=USED | {"code": told["code"]})
        assert again.json()["error"] == "invalid_grant"


async def test_a_code_is_good_once_and_for_a_minute(page: httpx.AsyncClient) -> None:
    first, second = [USED | {"code": (await answered(page))["code"]} for _ in range(2)]
    assert [(await page.post("/token", data=first)).status_code for _ in range(2)] == [200, 400]
    with clock.set_to(clock.now() + timedelta(seconds=61)):
        assert (await page.post("/token", data=second)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("redirect", "client"),
    [
        ("https://evil.example/", "kosh-work"),
        ("http://localhost.evil.example/", "kosh-work"),
        ("http://localhost@evil.example/", "kosh-work"),
        ("http://localhost:3000", "kosh-work"),
        ("http://localhost:3000/#part", "kosh-work"),
        ("http://localhost:3000/\r\nX: y", "kosh-work"),
        ("javascript:alert(1)", "kosh-work"),
        (BACK, "kosh-accounting"),
        (BACK, ""),
    ],
)
async def test_nothing_is_sent_to_a_foreign_address_or_an_unknown_client(
    page: httpx.AsyncClient, redirect: str, client: str
) -> None:
    sent = {**ASKED, **CHOSEN, "redirect_uri": redirect, "client_id": client}
    for refused in (await page.get("/authorize", params=sent), await page.post("/authorize", data=sent)):
        assert (refused.status_code, "location" in refused.headers) == (400, False)


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"role": "system"}, "access_denied"),
        ({"role": "tsar"}, "access_denied"),
    ],
)
async def test_what_is_not_asked_by_the_standard_is_answered_with_its_error(
    page: httpx.AsyncClient, changed: dict[str, str], error: str
) -> None:
    told = await answered(page, **changed)
    assert (told["error"], told["state"], "code" in told) == (error, "s&1", False)


async def test_it_answers_pages_of_this_machine_alone(page: httpx.AsyncClient) -> None:
    known = "/.well-known/openid-configuration"
    assert (await page.get(known, headers={"Host": "evil.example"})).status_code == 400  # a name that leads here (DNS)
    foreign = await page.get(known, headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in foreign.headers
