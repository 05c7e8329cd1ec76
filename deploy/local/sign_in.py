"""The development issuer's sign-in: OpenID Connect's authorization code flow with PKCE (RFC 6749, RFC 7636 by S256),
discovery and keys, on this machine's loopback interface. Whoever signs in chooses who they are: it proves nothing.

No image has it, it listens nowhere but here, and it sends codes only to pages of this machine. In production any OpenID
Connect provider stands in its place (docker-compose.yml: Keycloak), and the pages find it by the same discovery.
"""

import argparse
import hmac
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from deploy.local import issuer
from deploy.local.ports import HOST
from shared import clock
from shared.events.grants import CLIENT_PREFIX, consumers
from shared.identity.roles import OWN_AFFAIRS, ROLES

CODE_SECONDS: Final = 60
MOST_CODES: Final = 1_000
PEOPLES_ROLES: Final = sorted(ROLES - {"system"})
"""A page in a browser is nobody's system."""

_LOOPBACK: Final = r"http://(?:127\.0\.0\.1|localhost)(?::\d{1,5})?"
_REDIRECT: Final = re.compile(_LOOPBACK + r"/[!-\"$-~]{0,500}")
_CLIENT: Final = re.compile(r"[a-z][a-z0-9-]{0,59}")
_CHALLENGE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_PKCE: Final = ("code_challenge", "code_challenge_method")
_ASKED: Final = ("client_id", "redirect_uri", "response_type", "scope", "state", "nonce", *_PKCE)
_CLAIMS: Final = ("iin", "bin", "agency", "purpose")


class Refused(Exception):
    """The request is not answered as asked: an error code of RFC 6749 and a sentence for the developer."""

    def __init__(self, error: str, sentence: str) -> None:
        super().__init__(sentence)
        self.error = error


@dataclass(frozen=True)
class Granted:
    """What a code stands for: to whom it was given, until when, and who signed in."""

    client: str
    redirect: str
    challenge: str
    nonce: str
    role: str
    claims: Mapping[str, str]
    until: float


@dataclass
class Codes:
    """Authorization codes that were given and not yet used: each is good once, for CODE_SECONDS."""

    given: dict[str, Granted] = field(default_factory=dict)

    def give(self, granted: Granted) -> str:
        if len(self.given) >= MOST_CODES:
            self.given.pop(next(iter(self.given)))
        code = secrets.token_urlsafe(32)
        self.given[code] = granted
        return code

    def take(self, form: Mapping[str, str]) -> Granted:
        """What the code stands for; it is used up even by who cannot prove to have asked for it. Raises Refused."""
        granted = self.given.pop(form.get("code", ""), None)
        if granted is None or clock.now().timestamp() > granted.until:
            raise Refused("invalid_grant", "The code is unknown, used or too old.")
        if (form.get("client_id"), form.get("redirect_uri")) != (granted.client, granted.redirect):
            raise Refused("invalid_grant", "The code was given to another client or for another address.")
        if not hmac.compare_digest(challenge_of(form.get("code_verifier", "")), granted.challenge):
            raise Refused("invalid_grant", "The code_verifier is not that of the code_challenge.")
        return granted


def challenge_of(verifier: str) -> str:
    """The S256 code challenge of a verifier (RFC 7636, 4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class SignIn:
    """The issuer of `directory` (deploy.local.issuer) at `url`, the address that browsers know."""

    directory: Path
    url: str
    codes: Codes = field(default_factory=Codes)

    async def configuration(self, _: Request) -> Response:
        return JSONResponse(_configuration(self.url))

    async def keys(self, _: Request) -> Response:
        return Response(issuer.key_set(self.directory), media_type="application/json")

    async def authorize(self, request: Request) -> Response:
        sent = await _fields(request) if request.method == "POST" else dict(request.query_params)
        try:
            redirect = _redirect(sent)
        except Refused as refused:  # to nobody's address but this page's own (RFC 6749, 4.1.2.1)
            return _page(400, f"<h1>Not signed in</h1><p>{escape(str(refused))}</p>", "'none'")
        answer = {"state": sent.get("state", ""), "iss": self.url}
        try:
            _check_request(sent)
            if request.method == "GET":
                return _choice({name: sent.get(name, "") for name in _ASKED}, redirect)
            answer["code"] = self.codes.give(_granted(sent))
        except Refused as refused:
            answer |= {"error": refused.error, "error_description": str(refused)}
        return RedirectResponse(_with(redirect, answer), 303, {"Cache-Control": "no-store"})

    async def token(self, request: Request) -> Response:
        form = await _fields(request)
        headers = {"Cache-Control": "no-store"}
        try:
            if form.get("grant_type") != "authorization_code":
                raise Refused("unsupported_grant_type", "Only authorization_code is granted here.")
            return JSONResponse(_tokens(self.directory, self.url, self.codes.take(form)), headers=headers)
        except Refused as refused:
            return JSONResponse({"error": refused.error, "error_description": str(refused)}, 400, headers)


def make_app(directory: Path, url: str) -> Starlette:
    """The application of the issuer of `directory` at `url`: no other host name is answered, no foreign page."""
    here = SignIn(directory, url)
    routes = [
        Route("/.well-known/openid-configuration", here.configuration),
        Route("/keys", here.keys),
        Route("/authorize", here.authorize, methods=["GET", "POST"]),
        Route("/token", here.token, methods=["POST"]),
    ]
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"], www_redirect=False)
    cors = Middleware(CORSMiddleware, allow_origin_regex=_LOOPBACK, allow_methods=["GET", "POST"])
    return Starlette(routes=routes, middleware=[hosts, cors])


def _configuration(url: str) -> dict[str, Any]:
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/authorize",
        "token_endpoint": f"{url}/token",
        "jwks_uri": f"{url}/keys",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
        "scopes_supported": ["openid"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "authorization_response_iss_parameter_supported": True,
    }


def _redirect(sent: Mapping[str, str]) -> str:
    """Where the answer goes. Raises Refused: to an unknown client or a foreign address nothing is sent at all."""
    client, redirect = sent.get("client_id", ""), sent.get("redirect_uri", "")
    if not _CLIENT.fullmatch(client) or client.removeprefix(CLIENT_PREFIX) in consumers():
        raise Refused("invalid_client", "The client_id is not one of a page: small letters, digits and hyphens.")
    if not _REDIRECT.fullmatch(redirect):
        raise Refused("invalid_request", "The redirect_uri is not a page of this machine: http://localhost:PORT/...")
    return redirect


def _check_request(sent: Mapping[str, str]) -> None:
    if sent.get("response_type") != "code":
        raise Refused("unsupported_response_type", "Only response_type=code is known here.")
    if sent.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(sent.get("code_challenge", "")):
        raise Refused("invalid_request", "PKCE is asked for: code_challenge with code_challenge_method=S256.")
    if "openid" not in sent.get("scope", "").split():
        raise Refused("invalid_scope", "The scope holds openid.")


def _granted(sent: Mapping[str, str]) -> Granted:
    if (role := sent.get("role", "")) not in PEOPLES_ROLES:
        raise Refused("access_denied", "There is no such role to sign in with.")
    claims = {name: sent[name].strip() for name in _CLAIMS if sent.get(name, "").strip()}
    return Granted(
        client=sent["client_id"],
        redirect=sent["redirect_uri"],
        challenge=sent["code_challenge"],
        nonce=sent.get("nonce", ""),
        role=role,
        claims=claims,
        until=clock.now().timestamp() + CODE_SECONDS,
    )


def _tokens(directory: Path, url: str, granted: Granted) -> dict[str, Any]:
    """The access token is the one that the services accept; the ID token is the page's, and no service takes it."""
    named: dict[str, Any] = {name: granted.claims.get(name) for name in ("iin", "bin")}
    if granted.role not in OWN_AFFAIRS:
        named |= {name: granted.claims.get(name, issuer.DEVELOPMENT) for name in ("agency", "purpose")}
    who: dict[str, Any] = {"iss": url, "aud": granted.client, "roles": []}
    who |= {"nonce": granted.nonce} if granted.nonce else {}
    return {
        "access_token": issuer.mint(directory, granted.role, client_id=granted.client, **named),
        "token_type": "Bearer",
        "expires_in": int(issuer.HOUR.total_seconds()),
        "id_token": issuer.mint(directory, granted.role, agency=None, purpose=None, **who),
        "scope": "openid",
    }


def _with(redirect: str, answer: Mapping[str, str]) -> str:
    joined = "&" if urlsplit(redirect).query else "?"
    return redirect + joined + urlencode({name: value for name, value in answer.items() if value})


async def _fields(request: Request) -> dict[str, str]:
    """A form's fields; one that stands twice is the last (nothing but development hangs on it)."""
    return dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))


def _choice(asked: Mapping[str, str], redirect: str) -> Response:
    """The page on which one chooses who one is."""
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in asked.items())
    roles = "".join(f"<option>{role}</option>" for role in PEOPLES_ROLES)
    fields = "".join(
        f'<p><label for="{name}">{label}</label><br><input id="{name}" name="{name}" value="{value}"></p>'
        for name, label, value in (
            ("iin", "IIN, of who acts for themselves", ""),
            ("bin", "BIN, of who acts for an enterprise", ""),
            ("agency", "Agency, of officers", issuer.DEVELOPMENT),
            ("purpose", "Purpose, of officers", issuer.DEVELOPMENT),
        )
    )
    body = (
        "<h1>Sign in (development)</h1><p>This page proves nothing: choose who you are. It exists only where the "
        f'system runs by <code>make run</code>.</p><form method="post">{hidden}<p><label for="role">Role</label><br>'
        f'<select id="role" name="role">{roles}</select></p>{fields}<button type="submit">Sign in</button></form>'
    )
    return _page(200, body, f"'self' {'{0.scheme}://{0.netloc}'.format(urlsplit(redirect))}")


def _page(status: int, body: str, form_action: str) -> Response:
    policy = f"default-src 'none'; form-action {form_action}; frame-ancestors 'none'; base-uri 'none'"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
    head = (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Kosh: sign in (development)</title></head>'
    )
    return HTMLResponse(f"{head}<body><main>{body}</main></body></html>", status, headers)


def main() -> None:
    """`python -m deploy.local.sign_in DIRECTORY PORT`: serves the issuer of that directory on this machine alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("port", type=int)
    asked = parser.parse_args()
    app = make_app(asked.directory, f"http://{HOST}:{asked.port}")
    uvicorn.run(app, host=HOST, port=asked.port, log_level="warning", access_log=False, server_header=False)


if __name__ == "__main__":
    main()
