"""What a process loads: its own part, and the libraries of that part. Each foreign one costs CPU at every start."""

import json
import subprocess
import sys

import pytest

from deploy.services import SERVICES, WITH_BACKGROUND

ALEMBIC, KAFKA, EXPORTER = "alembic", "aiokafka", "opentelemetry.exporter"
FOREIGN_TO_ALL = (ALEMBIC, KAFKA, EXPORTER, "pyhanko")
"""Of migrations, a broker, a collector, a trust folder: loaded where these are set up, by those whom they serve."""
INTAKE = "services.accounting.intake.run"

PROGRAM = """
import json, os, sys
import asyncpg, httpx, numpy, pydantic_settings, sqlalchemy.ext.asyncio
print(json.dumps(sorted(sys.modules)), flush=True)
for module in sys.argv[1:]:
    if (child := os.fork()) == 0:
        __import__(module)
        print(json.dumps(sorted(sys.modules)), flush=True)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        sys.exit(f"{module} cannot be imported")
"""
"""Tells what is loaded by libraries that every process may load, and, for each module, by a process of its own that
begins with these and imports the module alone."""


@pytest.fixture(scope="module")
def loaded_by() -> dict[str, list[str]]:
    """The modules of a process that has imported the key; of the libraries alone by ""."""
    asked = [
        *(f"services.{each}.app" for each in SERVICES),
        *(f"services.{each}.background" for each in WITH_BACKGROUND),
    ]
    command = [sys.executable, "-c", PROGRAM, *asked, INTAKE]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return dict(zip(["", *asked, INTAKE], map(json.loads, done.stdout.splitlines()), strict=True))


def among(modules: list[str], unwanted: tuple[str, ...]) -> list[str]:
    return [module for module in modules if module.startswith(tuple(f"{each}." for each in unwanted))]


def test_what_all_begin_with_is_unwanted_by_none(loaded_by: dict[str, list[str]]) -> None:
    """Else one who loads it would not be seen."""
    unwanted = ("services", "shared", "fastapi", "uvicorn", *FOREIGN_TO_ALL)
    assert among([f"{module}." for module in loaded_by[""]], unwanted) == []


@pytest.mark.parametrize("service", SERVICES)
def test_an_api_loads_no_library_of_another_process(service: str, loaded_by: dict[str, list[str]]) -> None:
    assert among(loaded_by[f"services.{service}.app"], FOREIGN_TO_ALL) == []


@pytest.mark.parametrize("service", WITH_BACKGROUND)
def test_a_background_loads_no_route_and_no_server(service: str, loaded_by: dict[str, list[str]]) -> None:
    unwanted = (f"services.{service}.api", f"services.{service}.app", "shared.service", "uvicorn", *FOREIGN_TO_ALL)
    assert among([f"{module}." for module in loaded_by[f"services.{service}.background"]], unwanted) == []


def test_the_intake_loads_no_api(loaded_by: dict[str, list[str]]) -> None:
    unwanted = ("services.accounting.api", "services.accounting.publish", "fastapi", "uvicorn", *FOREIGN_TO_ALL)
    assert among(loaded_by[INTAKE], unwanted) == []
