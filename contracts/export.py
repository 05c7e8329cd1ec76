"""Writes the generated contracts from the code: `python -m contracts.export [--check]`.

events/<producer>/<fact>.v<N>.schema.json, views/<consumer>/ for what each is granted of them, asyncapi.yaml,
http/<service>.openapi.json, and http/access.csv: who may call what, and to what belongs what it shows. With `--check`
nothing is written and a difference fails. A schema that would break its committed version is refused: publish it as the
next one.
"""

import argparse
import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from fastapi import FastAPI
from pydantic import SecretStr

from contracts.asyncapi import asyncapi, view_name
from contracts.compatibility import breaches
from deploy.services import SERVICES
from services.accounting.settings import AccountingSettings
from shared.events.catalogue import FACTS
from shared.events.envelope import Fact
from shared.events.grants import grants
from shared.events.views import granted
from shared.http.routes import requirements
from shared.identity.callers import OpenToAll, RequiresRole
from shared.settings import ServiceSettings

FOLDER = Path(__file__).parent
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_of(fact: type[Fact]) -> dict[str, Any]:
    """The JSON Schema of a fact as consumers see it: members may be added."""
    schema = fact.model_json_schema(mode="serialization")
    for part in (schema, *schema.get("$defs", {}).values()):
        part.pop("additionalProperties", None)
    return {"$schema": DIALECT, "$id": f"https://kosh.kz/contracts/events/{schema_name(fact)}", **schema}


def schema_name(fact: type[Fact]) -> str:
    return f"{fact.PRODUCER}/{fact.NAME}.schema.json"


def app_of(service: str) -> FastAPI:
    """The service's application, made but not started."""
    kind = AccountingSettings if service == "accounting" else ServiceSettings
    settings = kind.model_construct(
        database_url="postgresql+asyncpg://nobody@localhost/none",
        review_database_url="postgresql+asyncpg://nobody@localhost/none",
        oidc_issuer="https://issuer.kosh.invalid",
        oidc_audience="kosh",
        oidc_jwks_file=None,
        system_token_file=Path("none"),
        transport="feed",
        identity_secret=SecretStr("invented for the contracts"),
    )
    app: FastAPI = importlib.import_module(f"services.{service}.app").make_app(settings)
    return app


def access_of(service: str, app: FastAPI) -> list[str]:
    """Who may call what of the service, and to what belongs what it shows: one line of CSV for each method and path."""
    known = sorted((path, method, requirement) for (method, path), requirement in requirements(app.routes).items())
    return [
        f"{service},{method},{path},{requirement.who() if requirement else ''},{_scope(requirement)}"
        for path, method, requirement in known
    ]


def _scope(requirement: RequiresRole | OpenToAll | None) -> str:
    return str(requirement.scope) if isinstance(requirement, RequiresRole) else ""


def generated() -> Iterator[tuple[Path, str]]:
    """Every generated file with the content that it must have."""
    yield from event_contracts()
    access = ["service,method,path,who,scope"]
    for service in SERVICES:
        app = app_of(service)
        access += access_of(service, app)
        yield FOLDER / "http" / f"{service}.openapi.json", _json(app.openapi())
    yield FOLDER / "http" / "access.csv", "\n".join(access) + "\n"


def event_contracts() -> Iterator[tuple[Path, str]]:
    """The part of it that is about events."""
    for fact in FACTS.values():
        yield FOLDER / "events" / schema_name(fact), _json(schema_of(fact))
    for grant in grants():
        for fact in (FACTS[type] for type in grant.facts):
            schema = schema_of(granted(grant.consumer, fact))
            name = view_name(grant, fact)
            yield FOLDER / name, _json(schema | {"$id": f"https://kosh.kz/contracts/{name}"})
    yield FOLDER / "asyncapi.yaml", yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True, width=120)


def broken_promises() -> list[str]:
    """What the facts in the code would break of the schemas that are committed."""
    found = []
    for fact in FACTS.values():
        path = FOLDER / "events" / schema_name(fact)
        if path.exists():
            old = json.loads(path.read_text(encoding="utf-8"))
            found += [f"{schema_name(fact)}{breach}" for breach in breaches(old, schema_of(fact))]
    return found


def differences() -> list[str]:
    """Generated files that are not what the code says."""
    return [
        str(path.relative_to(FOLDER.parent))
        for path, content in generated()
        if not path.exists() or path.read_text(encoding="utf-8") != content
    ]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m contracts.export")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is not up to date")
    check = parser.parse_args().check
    if promises := broken_promises():
        sys.exit("these changes break what consumers rely on; publish a new version instead:\n" + "\n".join(promises))
    if check:
        if stale := differences():
            sys.exit("not up to date, run `make contracts`:\n" + "\n".join(stale))
        return
    for path, content in generated():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
