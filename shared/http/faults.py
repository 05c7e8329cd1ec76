"""From pydantic's errors to the pointers of RFC 6901, without repeating a single value that was sent."""

from collections.abc import Iterable, Mapping
from typing import Any

from shared.errors import Fault
from shared.events import contradictions
from shared.http.json_body import escape

# A megabyte of unknown fields must not become a megabyte of complaints.
MAX_FAULTS = 100
_MAX_POINTER = 300

# These of pydantic's sentences quote what was sent.
_SENTENCES = {
    "union_tag_invalid": "Is none of the kinds that are known here.",
    "uuid_parsing": "Should be a UUID.",
    "missing": "Is required.",
    "extra_forbidden": "Is not a field of this record; check its spelling.",
    "model_type": "Should be an object.",
}

# Whose sentences are our own and fixed: an example in one may be just what was sent.
_FIXED = {"form", contradictions.TYPE}

# These may be about a field that was not sent; it is the last step of their location.
_OF_WHAT_MAY_LACK = {"missing", contradictions.TYPE}


def faults_of(errors: Iterable[Mapping[str, Any]], body: Any) -> list[Fault]:
    """The faults that pydantic found in `body` (parsed JSON), each with its JSON pointer.

    `errors` are `ValidationError.errors()`; a location that begins in the body itself, without FastAPI's "body".
    """
    faults = dict.fromkeys(Fault(_pointer(error, body), sentence(error)) for error in errors)
    return list(faults)[:MAX_FAULTS]


def sentence(error: Mapping[str, Any]) -> str:
    """What is wrong, in words that hold nothing of the input."""
    if known := _SENTENCES.get(error["type"]):
        return known
    message: str = error["msg"]
    for prefix in ("Value error, ", "Assertion failed, "):
        message = message.removeprefix(prefix)
    if error["type"] in _FIXED:
        return message
    return "Is not acceptable here." if _repeats(message, error.get("input")) else message


def _repeats(message: str, value: Any) -> bool:
    """Whether a validator's own sentence quotes the value, as those of Python itself do."""
    if isinstance(value, dict):
        return any(_repeats(message, item) for item in value.values())
    if isinstance(value, list):
        return any(_repeats(message, item) for item in value)
    text = str(value)
    numbered = len(text) > 5 and any(map(str.isdigit, text))
    return repr(text) in message or (numbered and text in message)


def _pointer(error: Mapping[str, Any], body: Any) -> str:
    """Follow the location down the body; steps that are not there are the tags of a union, not fields."""
    pointer, here, found = "", body, True
    for step in error["loc"]:
        found = (isinstance(here, dict) and step in here) or (isinstance(here, list) and step in range(len(here)))
        if found:
            here = here[step]
            pointer += f"/{escape(str(step))}"
    if not found and error["type"] in _OF_WHAT_MAY_LACK:
        pointer += f"/{escape(str(error['loc'][-1]))}"
    return pointer[:_MAX_POINTER]
