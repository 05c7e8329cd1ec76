"""A development issuer of tokens: keys and a token writer in a directory, for `make run`, `make token` and tests.

In production any OpenID Connect provider stands in its place. Pages sign in at deploy.local.sign_in, on this machine.
"""

import json
import os
import uuid
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from shared import clock
from shared.events.grants import CLIENT_PREFIX, consumers
from shared.identity.roles import OWN_AFFAIRS, ROLES

ISSUER = "https://issuer.kosh.invalid"  # RFC 2606: never resolves
AUDIENCE = "kosh"
HOUR = timedelta(hours=1)
SYSTEM_TTL = timedelta(days=3650)
DEVELOPMENT = "development"
"""The agency and the purpose of a token of which nothing else is asked: an agency that reaches the whole country."""

_KEY = "private.json"
_JWKS = "jwks.json"


def ensure_issuer(directory: Path) -> None:
    """Make what is missing in `directory`: the key (0600), the key set, and a token (0600) for each consumer."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not (directory / _KEY).exists():
        key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
        _write(directory / _JWKS, json.dumps({"keys": [key.as_dict(private=False)]}), 0o644)
        _write(directory / _KEY, json.dumps(key.as_dict(private=True)), 0o600)
    for consumer in consumers():
        if not (place := _token_of(directory, consumer)).exists():
            client = CLIENT_PREFIX + consumer
            token = mint(
                directory,
                "system",
                subject=f"service-account-{client}",
                ttl=SYSTEM_TTL,
                agency="kosh",
                client_id=client,
            )
            _write(place, token, 0o600)


def _token_of(directory: Path, consumer: str) -> Path:
    return directory / f"{consumer}.token"


def environment(directory: Path) -> dict[str, str]:
    """The settings by which the services accept this issuer's tokens."""
    return {
        "KOSH_OIDC_ISSUER": ISSUER,
        "KOSH_OIDC_AUDIENCE": AUDIENCE,
        "KOSH_OIDC_JWKS_FILE": str(directory / _JWKS),
    } | {f"KOSH_{name.upper()}_SYSTEM_TOKEN_FILE": str(_token_of(directory, name)) for name in consumers()}


def key_set(directory: Path) -> bytes:
    """The public keys (RFC 7517), for whoever verifies what was signed here."""
    return (directory / _JWKS).read_bytes()


def mint(
    directory: Path,
    role: str | Iterable[str],
    *,
    iin: str | None = None,
    bin: str | None = None,
    agency: str | None = DEVELOPMENT,
    purpose: str | None = DEVELOPMENT,
    subject: str | None = None,
    ttl: timedelta = HOUR,
    **claims: Any,
) -> str:
    """A bearer token for one role or several; `claims` override or add to what stands in it. Who acts for themselves
    has neither agency nor purpose, unless another is named."""
    roles = [role] if isinstance(role, str) else sorted(role)
    if unknown := set(roles) - ROLES:
        raise ValueError(f"no such role: {', '.join(sorted(unknown))}; there are: {', '.join(sorted(ROLES))}")
    if OWN_AFFAIRS.issuperset(roles):
        agency, purpose = (None if said == DEVELOPMENT else said for said in (agency, purpose))
    key = _private_key((directory / _KEY).read_bytes())
    present = int(clock.now().timestamp())
    named = {"iin": iin, "bin": bin, "agency": agency, "purpose": purpose}
    content = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject or f"dev:{'+'.join(roles)}",
        "iat": present,
        "exp": present + int(ttl.total_seconds()),
        "jti": str(uuid.uuid4()),
        "roles": roles,
    }
    content |= {name: value for name, value in named.items() if value} | claims
    return jwt.encode({"alg": "RS256", "kid": key.kid}, content, key)


@lru_cache
def _private_key(file: bytes) -> RSAKey:
    """Proving that a key is one takes longer than most requests."""
    return RSAKey.import_key(json.loads(file))


def _write(path: Path, text: str, mode: int) -> None:
    """Whole or not at all, and never readable by others for a moment."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as file:
        file.write(text)
    draft.rename(path)
