"""Examples of what is sent and answered, beside the schema of every body (OpenAPI 3.1, Media Type Object `example`).

A fact is shown by its example in `contracts/examples/`, a procedure's request by `contracts/examples/requests.json`;
anything else is put together from its schema: what a member says itself by `examples`, what members of that name hold
(`_MEMBERS`), else the plainest value that the schema allows. People are invented. That each fits its schema, and what
is sent the model behind it, is tested (tests/contracts/test_openapi.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

NDJSON = "application/x-ndjson"

_FOLDER = Path(__file__).parents[2] / "contracts" / "examples"
_DEPTH = 8
_PERSON: Mapping[str, Any] = {
    "iin": None,
    "document": {"type": "P", "number": "FA0000001", "issuing_state": "UZB", "expires": "2030-01-31"},
    "surname": "KARIMOV",
    "given_names": "AZIZ",
    "surname_cyrillic": "Каримов",
    "given_names_cyrillic": "Азиз",
    "patronymic_cyrillic": None,
    "birth_date": "1990-05-01",
    "sex": "M",
    "citizenship": "UZB",
}
_MEMBERS: Mapping[str, Any] = {
    "iin": "900501300120",
    "bin": "200340001008",
    "employer_bin": "200340001008",
    "source_id": "A-000001",
    "issuing_state": "UZB",
    "birth_date": "1990-05-01",
    "region": "75",
    "kato": "750000000",
    "activity": "F",
    "occupation": "25",
    "position": "25",  # that was found, of the same classifier
    "reason": "The source wrote the wrong day.",
    "visa_number": "KZV-2026-0000311",
    "number": "KZV-2026-0000311",
    "invitation": "KZI-2026-0000017",
    "person": "00c1a2b3d4e5f607",
    "month": "2026-03",
    "half": "2026-H1",
    "household_iin": "900501300120",
    "last_month": "2026-03",
}
_NOTHING = frozenset({"next", "iin"})
_BY_FORMAT: Mapping[str, Any] = {
    "date": "2026-03-01",
    "date-time": "2026-03-01T10:15:00+05:00",
    "uuid": "0199a0c0-0000-7000-8000-651796590365",
    "binary": "",
}


def add_examples(document: dict[str, Any], service: str) -> None:
    """Puts an example beside the schema of each body of JSON, and of lines of it, that has none."""
    models = _Models(document["components"]["schemas"], facts() | requests(service))
    for operations in document["paths"].values():
        for operation in operations.values():
            answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
            for body in (operation.get("requestBody", {}), *answers):
                for media_type, content in body.get("content", {}).items():
                    _add(content, media_type, models)


@dataclass(frozen=True, slots=True)
class _Models:
    """The schemas of a document, and the examples that there are, by the models' names."""

    schemas: Mapping[str, Any]
    known: Mapping[str, Any]

    def example(self, schema: Mapping[str, Any], name: str = "", depth: int = 0) -> Any:
        """A value that fits the schema; `name` is that of the member that holds it."""
        if "examples" in schema:
            return schema["examples"][0]
        if "$ref" in schema:
            return self._of_model(schema["$ref"].rpartition("/")[2], name, depth)
        for choices in ("anyOf", "oneOf"):
            if choices in schema:
                return self._of_choice(schema[choices], name, depth)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return schema["enum"][0]
        return self._plain(schema, name, depth)

    def _of_model(self, model: str, name: str, depth: int) -> Any:
        plain = model.removesuffix("-Input").removesuffix("-Output")
        return self.known[plain] if plain in self.known else self.example(self.schemas[model], name, depth + 1)

    def _of_choice(self, choices: list[dict[str, Any]], name: str, depth: int) -> Any:
        """The first; nothing where that is allowed and a page ends, or a schema holds itself."""
        if any(each.get("type") == "null" for each in choices) and (depth > _DEPTH or name in _NOTHING):
            return None
        return self.example(next(each for each in choices if each.get("type") != "null"), name, depth)

    def _plain(self, schema: Mapping[str, Any], name: str, depth: int) -> Any:
        kind = schema.get("type")
        if kind == "object" or "properties" in schema:
            members = schema.get("properties", {}).items()
            shown = [(member, inner) for member, inner in members if member in schema.get("required", ())]
            return {member: self.example(inner, member, depth + 1) for member, inner in shown}
        if kind == "array":
            return [self.example(schema["items"], name, depth + 1)] if depth <= _DEPTH and "items" in schema else []
        if kind in ("integer", "number"):
            return int(schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1))
        if kind == "boolean":
            return False
        return schema.get("default") or _text(schema, name)


def _text(schema: Mapping[str, Any], name: str) -> str:
    if "format" in schema:
        return str(_BY_FORMAT.get(schema["format"], ""))
    return str(_MEMBERS.get(name, name.replace("_", " ") or "text"))


def _add(content: dict[str, Any], media_type: str, models: _Models) -> None:
    schema = content.get("schema", {})
    if media_type == NDJSON:
        content["example"] = orjson.dumps(models.example(schema["contentSchema"]["items"])).decode() + "\n"
    elif media_type == "application/json" and "examples" not in schema and "examples" not in content:
        content["example"] = models.example(schema)


@cache
def facts() -> dict[str, Any]:
    """What the published example of each fact holds, by the model's name: the first that is no correction."""
    found: dict[str, Any] = {"Person": _PERSON, "Document": _PERSON["document"]}
    events = [(path.parent.name, orjson.loads(path.read_bytes())) for path in sorted(_FOLDER.glob("*/*/*.json"))]
    for folder, event in sorted(events, key=lambda each: int(each[1]["recordversion"])):
        words = folder.rpartition(".")[0].split("_")
        found.setdefault("".join(map(str.capitalize, words)), event["data"])
    return found


def requests(service: str) -> dict[str, Any]:
    """Examples of what procedures are asked, by the model's name; `<service>/<model>` in the file is one's own."""
    path = _FOLDER / "requests.json"
    found: dict[str, Any] = orjson.loads(path.read_bytes()) if path.exists() else {}
    own = {name.removeprefix(f"{service}/"): each for name, each in found.items() if name.startswith(f"{service}/")}
    return {name: each for name, each in found.items() if "/" not in name} | own
