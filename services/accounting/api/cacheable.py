"""Answers that a reader may keep: the same content has the same ETag, and asking again costs a 304 (RFC 9110, 13)."""

from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import blake2b

from fastapi import Request, Response


def cacheable(request: Request, body: bytes, media_type: str, changed: datetime, *, public: bool = True) -> Response:
    """`body`, or 304 where the reader holds it already. `changed` is aware; `public` is False for what only this
    caller may see."""
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(changed.astimezone(UTC), usegmt=True),
        "Vary": "Accept, Accept-Language, Authorization",
        "Cache-Control": "no-cache" if public else "private, no-cache",
    }
    if _holds(request.headers.get("if-none-match", ""), tag):
        return Response(None, 304, headers)
    return Response(body, 200, headers | {"Content-Type": media_type})


def _holds(if_none_match: str, tag: str) -> bool:
    return if_none_match.strip() == "*" or tag in {each.strip().removeprefix("W/") for each in if_none_match.split(",")}
