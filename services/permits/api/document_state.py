"""How a document with one present state is answered."""

from datetime import datetime
from typing import Any, Generic, TypeVar

import orjson
from fastapi import Response
from pydantic import BaseModel

from shared.db.records import Record
from shared.events.language import Language
from shared.http.answers import etag, json_response

D = TypeVar("D", bound=Language)


class DocumentState(BaseModel, Generic[D]):
    """A document as the register holds it; `version` is its ETag."""

    version: int
    changed_at: datetime
    reason: str | None
    document: D


def document_response(record: Record, **more: Any) -> Response:
    """The record's document, with `more` members beside it."""
    state = {
        "version": record.version,
        "changed_at": record.changed_at,
        "reason": record.reason,
        "document": orjson.Fragment(record.body),
    }
    return json_response(state | more, headers={"ETag": etag(record.version)})
