"""Bearer tokens (RFC 6750, JWT by RFC 7519 and 8725): who is calling, verified.

A verified token is remembered by its hash until it expires (CACHE_SECONDS at most, so that a withdrawn key ends):
a signature costs tens of microseconds, and a register's client sends the same token with thousands of records.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry, extract_compact
from joserfc.jwt import JWTClaimsRegistry

from shared import clock
from shared.identity.keys import KeySet

ALGORITHMS = ("RS256", "ES256")
LEEWAY = 30  # seconds that two machines' clocks may differ
CACHE_SECONDS = 300
CACHE_SIZE = 10_000
MAX_TOKEN = 8_192  # characters


class BadToken(Exception):
    """The token is not accepted. The reason is for the caller's developer; it holds nothing of the token."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling: a person or a system, with the roles that its token carries.

    `iin` and `bin` are the caller's own identification numbers, where the provider knows them; `agency` is the
    body on whose behalf the caller acts, and `purpose` why, where the token says so (else each request does); `client`
    is the program that was given the token.
    """

    subject: str
    roles: frozenset[str]
    agency: str | None = None
    iin: str | None = None
    bin: str | None = None
    client: str | None = None
    purpose: str | None = None


class Tokens:
    """Verifies tokens of one issuer for one audience."""

    def __init__(self, keys: KeySet, issuer: str, audience: str) -> None:
        self._keys = keys
        self._claims = JWTClaimsRegistry(
            now=lambda: int(clock.now().timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": audience},
            exp={"essential": True},
            sub={"essential": True},
        )
        self._seen: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()

    async def verify(self, token: str) -> Caller:
        """The caller that `token` names, or BadToken; Unavailable while the provider's keys cannot be had."""
        if caller := self.known(token):
            return caller
        present = clock.now().timestamp()
        claims = await self._verified_claims(token)
        caller = _caller(claims)
        self._remember(_digest(token), caller, min(claims["exp"], present + CACHE_SECONDS))
        return caller

    def known(self, token: str) -> Caller | None:
        """The caller that `token` names, if it was verified before and is in force still."""
        digest = _digest(token)
        if (seen := self._seen.get(digest)) and clock.now().timestamp() < seen[1]:
            self._seen.move_to_end(digest)
            return seen[0]
        return None

    async def _verified_claims(self, token: str) -> Mapping[str, Any]:
        if len(token) > MAX_TOKEN:
            raise BadToken("the token is too long")
        try:
            header = extract_compact(token.encode()).headers()
            key_id = header.get("kid")
            key = await self._keys.find(None if key_id is None else str(key_id))
            if key is None:
                raise BadToken("the token was not signed by a known key")
            verified = jwt.decode(token, key, registry=JWSRegistry(algorithms=list(ALGORITHMS)))
            self._claims.validate(verified.claims)
        except (JoseError, ValueError) as error:
            raise BadToken(_reason(error)) from None
        return verified.claims

    def _remember(self, digest: bytes, caller: Caller, until: float) -> None:
        self._seen[digest] = (caller, until)
        if len(self._seen) > CACHE_SIZE:
            self._seen.popitem(last=False)


def _reason(error: Exception) -> str:
    code = getattr(error, "error", "")
    claim = getattr(error, "claim", None)
    return {"expired_token": "the token has expired", "bad_signature": "the signature is wrong"}.get(
        code, f"its claim {claim} is wrong" if claim else "it is not a signed token that is accepted here"
    )


def _digest(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _caller(claims: Mapping[str, Any]) -> Caller:
    roles = claims.get("roles", [])
    if not isinstance(roles, list) or not all(isinstance(role, str) for role in roles):
        raise BadToken("its claim roles is not a list of names")
    named = {name: claims.get(name) for name in ("agency", "iin", "bin", "purpose")}
    if not all(value is None or isinstance(value, str) for value in named.values()):
        raise BadToken("its claims agency, iin, bin and purpose are not text")
    return Caller(claims["sub"], frozenset(roles), **named, client=_client(claims))


def _client(claims: Mapping[str, Any]) -> str | None:
    """`client_id` (RFC 9068), or `azp` (OpenID Connect Core) where a provider says it so."""
    said = {claims[name] for name in ("client_id", "azp") if isinstance(claims.get(name), str)}
    if len(said) > 1:
        raise BadToken("its claims client_id and azp name two clients")
    return next(iter(said), None)
