"""Who may call: every route says so, and what says nothing is refused when the app is built.

    Border = Annotated[Caller, requires("border", scope=CROSSINGS.scope)]   # one of these roles; whose records
    Anyone = Annotated[Caller | None, public()]                             # all; with a token, whom it names

The requirement is asked before the body is read: a stranger's megabyte is not parsed.
"""

from collections.abc import Iterable
from contextvars import ContextVar
from dataclasses import replace
from math import ceil
from typing import Any
from urllib.parse import unquote

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.exceptions import HTTPException
from starlette.types import Scope as HttpScope

from shared.errors import Forbidden, TooManyRequests
from shared.identity.buckets import Buckets
from shared.identity.roles import OFFICERS, OWN_AFFAIRS, ROLES
from shared.identity.scope import Scope, expect_known, no_record
from shared.identity.tokens import BadToken, Caller, Tokens

__all__ = [
    "ROLES",
    "Caller",
    "OpenToAll",
    "RequiresRole",
    "caller_of",
    "known_caller",
    "public",
    "requirement_of",
    "requires",
    "requires_iin",
    "stated_purpose",
]

PURPOSE = "kosh-purpose"
MAX_PURPOSE = 500
_SCOPE = "kosh.caller"
_OWN_AFFAIRS = "own affairs"
_BY_ITSELF = "the system's own work"

_purpose: ContextVar[str | None] = ContextVar("purpose", default=None)


def stated_purpose() -> str | None:
    """Why the running request asks: as its Kosh-Purpose states it (percent-encoded UTF-8), else its token; else the
    words for who acts for themselves."""
    return _purpose.get()


class RequiresRole(SecurityBase):
    """Lets pass the callers that have one of `roles`, in the capacity of these roles and no other; `scope` says to what
    belongs what the route shows or changes."""

    def __init__(self, roles: Iterable[str], scope: Scope | None = None) -> None:
        self.roles, self.scope = frozenset(roles), scope
        if unknown := self.roles - ROLES:
            raise ValueError(f"no such role: {', '.join(sorted(unknown))}")
        self.model = HTTPBearer(bearerFormat="JWT", description="A token of the identity provider (OpenID Connect).")
        self.scheme_name = "bearer"

    async def __call__(self, request: Request) -> Caller:
        caller = await caller_of(request)
        if caller is None:
            raise _unauthenticated("Send a bearer token in the Authorization header.", "Bearer")
        self.check(caller)
        acting = caller if caller.roles <= self.roles else replace(caller, roles=caller.roles & self.roles)
        _purpose.set(self.purpose_of(request, acting))
        return acting

    def purpose_of(self, request: Request, caller: Caller) -> str:
        """Why the caller asks. Raises Forbidden for an officer whose token names no agency, or one that is not known
        where the whole country's records are asked for, or who says no purpose."""
        stated = _stated(request) or caller.purpose
        if not caller.roles.isdisjoint(OFFICERS):
            if not caller.agency:
                detail = "Your token names no agency: take one whose claim agency says on whose behalf you act."
                raise Forbidden(detail, name="agency-missing")
            if not stated:
                detail = "Say why you ask: send Kosh-Purpose with the request, or take a token with the claim purpose."
                raise Forbidden(detail, name="purpose-missing")
            if self.scope is not None:
                expect_known(caller, self.scope)
        return stated or (_OWN_AFFAIRS if not caller.roles.isdisjoint(OWN_AFFAIRS) else _BY_ITSELF)

    def who(self) -> str:
        """Whom it lets pass, for the published table of access."""
        return " ".join(sorted(self.roles))

    def check(self, caller: Caller) -> None:
        """Raise Forbidden unless the caller may pass."""
        if self.roles.isdisjoint(caller.roles):
            raise Forbidden(f"This needs one of the roles: {', '.join(sorted(self.roles))}.")


_THEMSELVES = no_record("whoever asks is shown themselves, by the IIN of the token")


class RequiresPerson(RequiresRole):
    """Lets pass whoever the provider knows by IIN, for what concerns themselves."""

    def who(self) -> str:
        return "(the person)"

    def check(self, caller: Caller) -> None:
        if caller.iin is None:
            raise Forbidden("This needs a token that carries your own IIN.")

    def purpose_of(self, request: Request, caller: Caller) -> str:
        """Whatever else they are, here they ask about themselves."""
        return _stated(request) or _OWN_AFFAIRS


class OpenToAll:
    """Lets everybody pass; a token is not needed, but where one is sent, it must be good."""

    def who(self) -> str:
        return "(everybody)"

    async def __call__(self, request: Request) -> Caller | None:
        return await caller_of(request)


def requires(*roles: str, scope: Scope | None = None) -> Any:
    """Dependency: the caller, who has at least one of `roles`; else 401 or 403. `scope` says to what belongs what the
    route shows or changes: a service with a route that does not say so is not built."""
    return Depends(RequiresRole(roles, scope))


def requires_iin() -> Any:
    """Dependency: the caller, a person with an IIN, whatever the role; else 401 or 403."""
    return Depends(RequiresPerson(ROLES, _THEMSELVES))


def public() -> Any:
    """Dependency: the caller if a token was sent, else None. Declares a route to be open to everybody."""
    return Depends(OpenToAll())


def requirement_of(dependant: Dependant) -> RequiresRole | OpenToAll | None:
    """The requirement that a route declares, anywhere among its dependencies."""
    for needed in dependant.dependencies:
        if isinstance(needed.call, RequiresRole | OpenToAll):
            return needed.call
        if found := requirement_of(needed):
            return found
    return None


async def caller_of(request: Request) -> Caller | None:
    """The verified caller, None without a token; 401 where the token is not accepted."""
    scope = request.scope
    if _SCOPE not in scope:
        scope[_SCOPE] = await _verified(request)
    caller: Caller | None = scope[_SCOPE]
    return caller


def known_caller(scope: HttpScope, authorization: str | None) -> Caller | None:
    """The caller that a request names by a token that was verified before, None where it must be verified first."""
    kind, _, token = (authorization or "").partition(" ")
    tokens: Tokens = scope["app"].state.tokens
    caller = tokens.known(token.strip()) if kind.lower() == "bearer" else None
    if caller is not None:
        scope[_SCOPE] = caller
    return caller


def _stated(request: Request) -> str | None:
    stated = request.headers.get(PURPOSE)
    return unquote(stated).replace("\0", "").strip()[:MAX_PURPOSE] if stated else None


async def _verified(request: Request) -> Caller | None:
    header = request.headers.get("authorization")
    if header is None:
        return None
    kind, _, token = header.partition(" ")
    if kind.lower() != "bearer":
        raise _unauthenticated("Only bearer tokens are accepted in the Authorization header.", "Bearer")
    tokens: Tokens = request.app.state.tokens
    try:
        caller = await tokens.verify(token.strip())
    except BadToken as reason:
        challenge = f'Bearer error="invalid_token", error_description="{reason}"'
        raise _unauthenticated(f"The token is refused: {reason}. Get a new one.", challenge) from None
    subjects: Buckets = request.app.state.subjects
    if wait := subjects.wait(caller.subject):
        raise TooManyRequests("Wait for as many seconds as Retry-After says, then send again.", retry_after=ceil(wait))
    return caller


def _unauthenticated(detail: str, challenge: str) -> HTTPException:
    return HTTPException(401, detail, {"WWW-Authenticate": challenge})
