"""Answers that a reader may keep: the same content has the same ETag, and asking again costs a 304 (RFC 9110, 13)."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b
from typing import Any, Final

from fastapi import Request, Response
from starlette.datastructures import Headers

HEADERS: Final = {name: {"required": True, "schema": {"type": "string"}} for name in ("ETag", "Last-Modified")}
NOT_MODIFIED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "The reader holds this already", "headers": HEADERS}
}
"""For `responses=` of a route that answers so."""

OPTIONAL: Final = {name: {"schema": {"type": "string"}} for name in HEADERS}
KEPT_OR_NOT: Final[dict[int | str, dict[str, Any]]] = {200: {"headers": OPTIONAL}, **NOT_MODIFIED}
"""For `responses=` of a route whose answers the public process keeps, and the inner API does not."""

VARY: Final = "Accept, Accept-Language, Authorization"
_DATES: Final = ("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y")
"""An HTTP-date: as it is written, and in the two old forms that are still to be understood (RFC 9110, 5.6.7)."""


def cacheable(
    request: Request,
    body: bytes,
    media_type: str,
    changed: datetime,
    *,
    public: bool = True,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """`body`, or 304 where the reader holds it already. `changed` is aware; `public` is False for what only this
    caller may see; `headers` stand beside what is sent."""
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    validators = {
        "ETag": f"W/{tag}",  # the same content, whatever its coding
        "Last-Modified": format_datetime(changed.astimezone(UTC), usegmt=True),
        "Vary": VARY,
        "Cache-Control": "no-cache" if public else "private, no-cache",
    }
    if _holds(request.headers, tag, changed):
        return Response(None, 304, validators)
    return Response(body, 200, {**validators, **(headers or {}), "Content-Type": media_type})


def listed(headers: Headers, name: str) -> str | None:
    """A header that is a list, whole: it may come in several lines (RFC 9110, 5.3)."""
    return ", ".join(headers.getlist(name)) or None


def _holds(asked: Headers, tag: str, changed: datetime) -> bool:
    """The time counts only where no tag is given: it knows no more than seconds (RFC 9110, 13.1.3)."""
    tags = listed(asked, "if-none-match")
    if tags is not None:
        return tags.strip() == "*" or tag in {each.strip().removeprefix("W/") for each in tags.split(",")}
    seen = _date(asked.get("if-modified-since", ""))
    return seen is not None and changed.replace(microsecond=0) <= seen


def _date(text: str) -> datetime | None:
    """What is no date of HTTP is as good as none."""
    for form in _DATES:
        with suppress(ValueError):
            return datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
    return None
