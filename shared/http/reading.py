"""A body straight into its model: where records come by the million, one pass over the text and nothing beside it."""

from codecs import BOM_UTF8
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_origin

from fastapi import Request, Response
from pydantic import BaseModel, ValidationError

from shared.errors import Invalid
from shared.http.faults import faults_of
from shared.http.json_body import MAX_DEPTH, parse_json, refuse_twice
from shared.http.routes import ApiRoute, expect_json
from shared.identity.callers import Caller, RequiresRole, requirement_of

M = TypeVar("M", bound=BaseModel)


def read_model(model: type[M], text: bytes) -> M:
    """`text` as `model`. Raises Invalid with every fault at once, Malformed where the text is not JSON."""
    if b"\\u0000" in text or text.count(b"[") + text.count(b"{") > MAX_DEPTH:
        parse_json(text)
    try:
        read = model.model_validate_json(text)
    except ValidationError:
        pass
    else:
        refuse_twice(text, _members(read))
        return read
    return checked(model, parse_json(text))  # once more, and slower: this tells what contradicts itself beside the rest


def _members(value: Any) -> int:
    """How many members the text of a value had; unknown ones are refused before."""
    if isinstance(value, BaseModel):
        inside = value.__dict__
        return len(value.model_fields_set) + sum([_members(inside[name]) for name in _deep(type(value))])
    if isinstance(value, dict):
        return len(value) + sum(map(_members, value.values()))
    return sum(map(_members, value)) if isinstance(value, list | tuple) else 0


@cache
def _deep(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields of a model that may hold objects."""
    return tuple(name for name, field in model.model_fields.items() if _holds_objects(field.annotation))


def _holds_objects(annotation: Any) -> bool:
    if annotation is Any or isinstance(annotation, TypeVar):
        return True
    kind = get_origin(annotation) or annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel | dict | list | tuple | Sequence | Mapping):
        return not issubclass(kind, str)
    return any(map(_holds_objects, get_args(annotation)))


def checked(model: type[M], value: Any) -> M:
    """Parsed JSON, or what a handler puts together of a request, as `model`. Raises Invalid with every fault at
    once."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        found = faults_of(error.errors(include_url=False, include_context=False), value)
    count = "1 field is" if len(found) == 1 else f"{len(found)} fields are"
    raise Invalid(f"{count} not valid; correct and send again.", faults=found)


class DirectRoute(ApiRoute):
    """For the hottest writes: gate, body, handler, and none of the framework's general machinery between them.

    The handler is `async (request, body_model, caller) -> Response`; it is declared and documented as any other.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        requirement, handle = cast(RequiresRole, requirement_of(self.dependant)), cast(Handler, self.dependant.call)
        model = cast(type[BaseModel], self.dependant.body_params[0].field_info.annotation)

        async def direct(request: Request) -> Response:
            caller = await requirement(request)
            expect_json(request)
            return await handle(request, read_model(model, (await request.body()).removeprefix(BOM_UTF8)), caller)

        return direct


Handler = Callable[[Request, Any, Caller], Awaitable[Response]]
