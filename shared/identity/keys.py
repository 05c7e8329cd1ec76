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
from shared.errors import Unavailable

MIN_AGE = 10  # seconds between two fetches for the sake of an unknown key id
MAX_AGE = 3600  # seconds after which the set is fetched anew in any case, so that a withdrawn key ends

PublicKey = RSAKey | ECKey
Fetch = Callable[[], Awaitable[Mapping[str, Any]]]

log = logging.getLogger(__name__)


class KeySet:
    """The provider's present keys by key id."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._keys: dict[str, PublicKey] = {}
        self._fetched = 0.0
        self._fetching = asyncio.Lock()

    async def find(self, key_id: str) -> PublicKey | None:
        """The key of that id, or None if the provider has none; Unavailable if it never answered."""
        if not self._keys or self._age() > (MAX_AGE if key_id in self._keys else MIN_AGE):
            await self._refresh()
        self._expect_keys()
        return self._keys.get(key_id)

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
            except (httpx.HTTPError, OSError, ValueError, KeyError, JoseError) as error:
                log.warning("the identity provider's keys cannot be read: %s", type(error).__name__)

    def _expect_keys(self) -> None:
        if not self._keys:
            raise Unavailable("The identity provider's keys cannot be read now; try again in a few seconds.")

    def _age(self) -> float:
        return clock.now().timestamp() - self._fetched


def from_file(path: Path) -> Fetch:
    """Keys from a JWKS file, read anew whenever they are asked for anew."""

    async def fetch() -> Mapping[str, Any]:
        found: Mapping[str, Any] = json.loads(await asyncio.to_thread(path.read_bytes))
        return found

    return fetch


def from_discovery(issuer: str, address: str | None = None) -> Fetch:
    """Keys of an OpenID provider: its configuration names the address of its keys (OpenID Connect Discovery 1.0).

    `address` is where the provider is reached from here, if not under the name that it calls itself by.
    """

    async def fetch() -> Mapping[str, Any]:
        async with httpx.AsyncClient(timeout=5) as client:
            configuration = await _get(client, (address or issuer).rstrip("/") + "/.well-known/openid-configuration")
            if configuration.get("issuer") != issuer:
                raise ValueError("the provider calls itself by another name")
            return await _get(client, configuration["jwks_uri"])

    return fetch


async def _get(client: httpx.AsyncClient, url: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = (await client.get(url)).raise_for_status().json()
    return found


def _public_keys(jwks: Mapping[str, Any]) -> dict[str, PublicKey]:
    """Only asymmetric signing keys: a shared secret in a key set would let a public key sign (HS256 confusion)."""
    chosen = {}
    for entry in jwks.get("keys", []):
        if entry.get("kty") in ("RSA", "EC") and entry.get("use", "sig") == "sig" and "kid" in entry:
            key = JWKRegistry.import_key(entry)
            if isinstance(key, RSAKey | ECKey):
                chosen[str(entry["kid"])] = key
    return chosen
