"""JSON answers and their versions (ETag, If-Match: RFC 9110, 8.8.3 and 13.1.1)."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import Depends, Header
from pydantic import BaseModel
from starlette.responses import Response

from shared.errors import VersionMismatch, VersionRequired

SeenVersions = frozenset[int]
"""Versions that a caller has seen, one of which must be the present one."""

# A proxy that compresses makes a tag weak: what it stands for is the same version, so that it is taken too. Without
# quotation marks it is no tag, but means nothing else.
_TAG = re.compile(r'(?:W/)?(?:"([1-9][0-9]{0,8})"|([1-9][0-9]{0,8}))')


class Versioned(BaseModel):
    """An answer that shows one version of a record: it is sent with this version as its ETag."""

    version: int


def model_response(answer: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`answer` as JSON, with the ETag of the version that it shows. A handler returns the model itself, and this is
    done for it; only one that chooses between statuses calls it."""
    tagged = {"ETag": etag(answer.version)} if isinstance(answer, Versioned) else {}
    return Response(answer.model_dump_json(), status, tagged | dict(headers or {}), "application/json")


def json_response(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`content` as JSON, dates and UUIDs included, without a detour through pydantic."""
    return Response(orjson.dumps(content), status, headers, "application/json")


def etag(version: int) -> str:
    """A record's version as an entity tag."""
    return f'"{version}"'


async def _if_match(
    if_match: Annotated[
        str | None, Header(description='the version you read, as `"3"`', json_schema_extra={"x-required": True})
    ] = None,
) -> SeenVersions:
    if if_match is None:
        raise VersionRequired(
            "Send the version that you change as If-Match; it is the ETag of the record as you read it."
        )
    tags = [tag.strip() for tag in if_match.split(",")]
    if "*" in tags:
        raise VersionMismatch("Whatever version it may be is not taken: name the one that you have read, as its ETag.")
    seen = frozenset(int(found[1] or found[2]) for tag in tags if (found := _TAG.fullmatch(tag)))
    if not seen:
        raise VersionMismatch("No version has that ETag. Read the record again and repeat your change on what it says.")
    return seen


ExpectedVersion = Annotated[SeenVersions, Depends(_if_match)]
"""Dependency: the versions that If-Match names; 428 without one, 412 for one that cannot be."""


async def _if_match_if_any(
    if_match: Annotated[str | None, Header(description='the version you replace, as `"3"`; none for the first')] = None,
) -> SeenVersions | None:
    return None if if_match is None else await _if_match(if_match)


SeenVersion = Annotated[SeenVersions | None, Depends(_if_match_if_any)]
"""Dependency: the version that If-Match names, None without one: for PUT that creates what is not there."""
