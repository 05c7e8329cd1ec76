"""The public keys by which tokens are verified: from the provider's discovery address or from a file.

Keys rotate: an unknown key id fetches the set anew, at most once in MIN_AGE seconds, so that made-up key ids
cannot make us hammer the provider. A provider that does not answer leaves the keys we have in force.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from shared import clock
from shared.client import HttpClient
from shared.errors import Unavailable

MIN_AGE = 10  # seconds between two fetches for the sake of an unknown key id
MAX_AGE = 3600  # seconds after which the set is fetched anew in any case, so that a withdrawn key ends

PublicKey = RSAKey | ECKey
Fetch = Callable[[], Awaitable[Any]]
_KINDS = (("RSA", "RS256"), ("EC", "ES256"))

log = logging.getLogger(__name__)


class KeySet:
    """The provider's present keys. One without an id is found where it is the only one (OpenID Connect Core 1.0, 10.1),
    and so is the only one by a token that names none."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._keys: list[tuple[str | None, PublicKey]] = []
        self._fetched = 0.0
        self._fetching = asyncio.Lock()

    async def find(self, key_id: str | None) -> PublicKey | None:
        """The key of that id, or None if the provider has none; Unavailable if it never answered."""
        if not self._keys or self._age() > (MAX_AGE if self._has(key_id) else MIN_AGE):
            await self._refresh()
        self._expect_keys()
        if len(self._keys) == 1 and None in (key_id, self._keys[0][0]):
            return self._keys[0][1]
        return next((key for name, key in self._keys if name == key_id), None) if self._has(key_id) else None

    async def ready(self) -> None:
        """Raise Unavailable unless there are keys to verify by."""
        if not self._keys or self._age() > MAX_AGE:
            await self._refresh()
        self._expect_keys()

    async def _refresh(self) -> None:
        async with self._fetching:  # who comes while another fetches waits for what it brings
            if self._age() <= MIN_AGE:
                return
            self._fetched = clock.now().timestamp()
            try:
                self._keys = _public_keys(await self._fetch())
            except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, KeyError) as error:
                log.warning("the identity provider's keys cannot be read: %s", type(error).__name__)

    def _has(self, key_id: str | None) -> bool:
        """Whether a key has that id; without one, a new key cannot be told from the old."""
        return key_id is not None and any(name == key_id for name, _ in self._keys)

    def _expect_keys(self) -> None:
        if not self._keys:
            raise Unavailable("The identity provider's keys cannot be read now; try again in a few seconds.")

    def _age(self) -> float:
        return clock.now().timestamp() - self._fetched


def from_file(path: Path) -> Fetch:
    """Keys from a JWKS file, read anew whenever they are asked for anew."""

    async def fetch() -> Any:
        return json.loads(await asyncio.to_thread(path.read_bytes))

    return fetch


def from_discovery(issuer: str, address: str | None = None) -> Fetch:
    """Keys of an OpenID provider: its configuration names the address of its keys (OpenID Connect Discovery 1.0).

    `address` is where the provider is reached from here, if not under the name that it calls itself by.
    """

    async def fetch() -> Mapping[str, Any]:
        async with HttpClient(timeout=5) as client:
            configuration = await _get(client, (address or issuer).rstrip("/") + "/.well-known/openid-configuration")
            if configuration.get("issuer") != issuer:
                raise ValueError("the provider calls itself by another name")
            return await _get(client, str(configuration["jwks_uri"]))

    return fetch


async def _get(client: httpx.AsyncClient, url: str) -> Mapping[str, Any]:
    found = (await client.get(url)).raise_for_status().json()
    if not isinstance(found, dict):
        raise ValueError("the provider answers something else than an object")
    return found


def _public_keys(jwks: Any) -> list[tuple[str | None, PublicKey]]:
    """The keys of a set that we verify by, each with its id. What cannot be read, or is for another purpose, is passed
    over (RFC 7517, section 5): a provider that adds a key of a new kind takes no other along. Raises ValueError where
    none is left."""
    entries = jwks.get("keys") if isinstance(jwks, dict) else None
    read = [key for key in map(_public_key, entries if isinstance(entries, list) else []) if key is not None]
    if not read:
        raise ValueError("the set has no key to verify by")
    return read


def _public_key(entry: Any) -> tuple[str | None, PublicKey] | None:
    """Only asymmetric signing keys: a shared secret in a key set would let a public key sign (HS256 confusion)."""
    if not isinstance(entry, dict) or not _is_for_signatures(entry):
        return None
    try:
        key = JWKRegistry.import_key(entry)
        name = key.kid
        _ = key.public_key  # only now is it read whole
    except (JoseError, ValueError, TypeError, KeyError, AttributeError):
        return None
    named = name is None or isinstance(name, str)
    return (name, key) if isinstance(key, RSAKey | ECKey) and named else None


def _is_for_signatures(entry: Mapping[str, Any]) -> bool:
    kind, operations = entry.get("kty"), entry.get("key_ops", ["verify"])
    named = any(kind == known and entry.get("alg", algorithm) == algorithm for known, algorithm in _KINDS)
    return named and entry.get("use", "sig") == "sig" and isinstance(operations, list) and "verify" in operations
