"""Types and marks of a model's fields, as its annotations say them."""

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic.fields import FieldInfo


def parts(field: FieldInfo) -> list[Any]:
    """A field's types and marks, those of a union's members too; what a collection holds is no field."""
    return [*field.metadata, *_parts(field.annotation)]


def _parts(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) in (Annotated, Union, UnionType):
        for argument in get_args(annotation):
            yield from _parts(argument)
    else:
        yield annotation
