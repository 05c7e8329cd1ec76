"""The token with which one service calls another: from a file, or by client credentials from the identity provider.

    async with HttpClient(base_url=..., auth=SystemAuth.of(settings)) as client: ...

A token is used until a minute before it ends; an answer of 401 takes a new one once.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import httpx

from shared import clock
from shared.client import HttpClient
from shared.errors import Unavailable
from shared.settings import ServiceSettings, SettingsError

EARLY = 60  # seconds before its end that a token is renewed
FILE_AGE = 60  # seconds after which the file is read again: whoever renews the token writes it there

Fetched = tuple[str, float]
"""A token, and for how many seconds to use it."""


class SystemAuth(httpx.Auth):
    """Signs the requests of an httpx client with the service's own token."""

    def __init__(self, fetch: Callable[[], Awaitable[Fetched]]) -> None:
        self._fetch = fetch
        self._token, self._until = "", 0.0
        self._fetching = asyncio.Lock()

    @classmethod
    def of(cls, settings: ServiceSettings) -> "SystemAuth":
        """As the settings say; SettingsError where they say nothing."""
        if settings.system_token_file is not None:
            return cls(from_file(settings.system_token_file))
        if settings.system_client_id and settings.system_client_secret:
            client = httpx.BasicAuth(settings.system_client_id, settings.system_client_secret)
            address = settings.oidc_address or settings.oidc_issuer
            return cls(from_provider(address, client, settings.oidc_audience))
        names = (f"KOSH_<SERVICE>_SYSTEM_{name}" for name in ("TOKEN_FILE", "CLIENT_ID", "CLIENT_SECRET"))
        raise SettingsError("set {}, or {} and {}".format(*names))

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        sent = await self.token()
        request.headers["Authorization"] = f"Bearer {sent}"
        answer = yield request
        if answer.status_code == 401:
            request.headers["Authorization"] = f"Bearer {await self.token(instead_of=sent)}"
            yield request

    async def token(self, instead_of: str = "") -> str:
        """A token that is still good, and is another than `instead_of`. Raises Unavailable if none can be had."""
        async with self._fetching:
            present = clock.now().timestamp()
            if present >= self._until or self._token == instead_of:
                try:
                    self._token, lasting = await self._fetch()
                except (httpx.HTTPError, OSError, ValueError, KeyError) as error:
                    raise Unavailable(f"No token for calling other services: {type(error).__name__}.") from error
                self._until = present + lasting
        return self._token


def from_file(path: Path) -> Callable[[], Awaitable[Fetched]]:
    """A token that lies in a file, alone."""

    async def fetch() -> Fetched:
        return (await asyncio.to_thread(path.read_text)).strip(), FILE_AGE

    return fetch


def from_provider(address: str, client: httpx.BasicAuth, audience: str) -> Callable[[], Awaitable[Fetched]]:
    """A token by the client credentials grant (RFC 6749, 4.4), at the endpoint that the provider's discovery names."""

    async def fetch() -> Fetched:
        async with HttpClient(timeout=10) as http:
            configuration = (
                await http.get(address.rstrip("/") + "/.well-known/openid-configuration")
            ).raise_for_status()
            form = {"grant_type": "client_credentials", "audience": audience}
            answer = await http.post(configuration.json()["token_endpoint"], data=form, auth=client)
            granted = answer.raise_for_status().json()
        return granted["access_token"], max(float(granted.get("expires_in", EARLY)) - EARLY, 1.0)

    return fetch
