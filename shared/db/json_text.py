"""A JSON column whose Python value is its text: bodies pass through unparsed, to the byte as they were signed for."""

from typing import Any

from sqlalchemy.types import UserDefinedType


class JsonText(UserDefinedType[str]):
    """PostgreSQL `json`, which keeps the text as written (`jsonb` would not)."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSON"
