"""How a document with one present state is answered."""

from datetime import datetime
from typing import Any, Generic, TypeVar

from fastapi import Response
from pydantic import BaseModel

from shared.events.wire import WireModel
from shared.http.answers import etag, json_response

D = TypeVar("D", bound=WireModel)


class DocumentState(BaseModel, Generic[D]):
    """A document as the register holds it; `version` is its ETag."""

    version: int
    changed_at: datetime
    reason: str | None
    document: D


def document_response(state: dict[str, Any]) -> Response:
    """The document with its version as ETag."""
    return json_response(state, headers={"ETag": etag(state["version"])})
