"""Days and moments as they are written: ISO 8601 and RFC 3339, and nothing else that could be taken for one.

Pydantic alone reads numbers, and digits in a text, as seconds since 1970, and would invent a date and an offset for
them. All of it is done by pydantic's core: these stand in every record of the hottest intake.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema
from pydantic_core import core_schema as schemas

_MOMENT = r"-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})$"
_SENTENCE = "Should be a time with its offset as text, such as 2026-03-01T10:15:00+05:00"


@dataclass(frozen=True, slots=True)
class Written:
    """Before anything is made of it, it must be a text of this pattern; or, in Python, of the kind already."""

    kind: type
    pattern: str
    sentence: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        forms: list[CoreSchema | tuple[CoreSchema, str]] = [
            schemas.str_schema(strict=True, pattern=self.pattern),
            schemas.is_instance_schema(self.kind),
        ]
        form = schemas.union_schema(
            forms, mode="left_to_right", custom_error_type="form", custom_error_message=self.sentence
        )
        return schemas.chain_schema([form, handler(source)])

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(schema["steps"][-1])


DATE = Written(date, "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "Should be a date as text, YYYY-MM-DD.")
TIMESTAMP = Written(datetime, f"^[0-9]{{4}}{_MOMENT}", f"{_SENTENCE}.")
COUNTED_TIMESTAMP = Written(
    datetime, f"^(19[7-9][0-9]|20[0-9]{{2}}|21[0-3][0-9]){_MOMENT}", f"{_SENTENCE}, from 1970 to 2139."
)
"""One whose date, as it is written, lies in the years that statistics can count."""
