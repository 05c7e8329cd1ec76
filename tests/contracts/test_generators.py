"""Clients are made of every description by two generators, and no operation is left out."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from contracts.export import FOLDER

HERE = Path(__file__).parent
CONFIG = HERE / "generators.yml"
TYPESCRIPT = HERE / "node" / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
PROGRAMS = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
DOCUMENTS = sorted((FOLDER / "http").glob("*.openapi.json"))

pytestmark = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name.partition(".")[0])


def operations(document: Path) -> list[str]:
    found: dict[str, Any] = orjson.loads(document.read_bytes())
    return [operation["operationId"] for path in found["paths"].values() for operation in path.values()]


def generated(*command: str | Path, folder: Path) -> None:
    run = subprocess.run(
        command, cwd=folder, env=os.environ | {"PATH": PROGRAMS}, capture_output=True, text=True, timeout=200
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "warning" not in (run.stdout + run.stderr).lower(), run.stdout + run.stderr


def test_python(document: Path, tmp_path: Path) -> None:
    generator = shutil.which("openapi-python-client", path=PROGRAMS)
    if generator is None and os.environ.get("CI") != "true":
        pytest.skip("openapi-python-client is named by requirements-dev.lock; `make setup` installs it")
    assert generator
    options: list[str | Path] = [
        "--config",
        CONFIG,
        "--meta",
        "none",
        "--fail-on-warning",
        "--output-path",
        tmp_path / "client",
    ]
    generated(generator, "generate", "--path", document, *options, folder=tmp_path)
    modules = {module.stem for module in (tmp_path / "client" / "api").rglob("*.py")}
    assert [missing for missing in operations(document) if missing not in modules] == []


def test_typescript(document: Path, tmp_path: Path) -> None:
    if not (shutil.which("node") and TYPESCRIPT.exists()) and os.environ.get("CI") != "true":
        pytest.skip("openapi-typescript needs node and npm; `make test` installs it where they are")
    generated("node", TYPESCRIPT, document, "--output", tmp_path / "client.ts", folder=tmp_path)
    client = (tmp_path / "client.ts").read_text("utf-8")
    _, _, named = client.partition("export interface operations {")
    assert [missing for missing in operations(document) if f"    {missing}: {{" not in named] == []
