"""What a process loads: its own part, and the libraries of that part. Each foreign one costs CPU at every start."""

import json
import subprocess
import sys

import pytest

from deploy.services import SERVICES, WITH_BACKGROUND

ALEMBIC, KAFKA, EXPORTER = "alembic", "aiokafka", "opentelemetry.exporter"
FOREIGN_TO_ALL = (ALEMBIC, KAFKA, EXPORTER, "pyhanko")
"""Of migrations, a broker, a collector, a trust folder: loaded where these are set up, by those whom they serve."""


def loaded_by(module: str) -> list[str]:
    """The modules of a process that has imported `module`."""
    program = f"import json, sys, {module}; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    found: list[str] = json.loads(done.stdout)
    return found


def among(modules: list[str], unwanted: tuple[str, ...]) -> list[str]:
    return [module for module in modules if module.startswith(tuple(f"{each}." for each in unwanted))]


@pytest.mark.parametrize("service", SERVICES)
def test_an_api_loads_no_library_of_another_process(service: str) -> None:
    assert among(loaded_by(f"services.{service}.app"), FOREIGN_TO_ALL) == []


@pytest.mark.parametrize("service", WITH_BACKGROUND)
def test_a_background_loads_no_route_and_no_server(service: str) -> None:
    unwanted = (f"services.{service}.api", f"services.{service}.app", "shared.service", "uvicorn", *FOREIGN_TO_ALL)
    assert among([f"{module}." for module in loaded_by(f"services.{service}.background")], unwanted) == []


def test_the_intake_loads_no_api() -> None:
    unwanted = ("services.accounting.api", "services.accounting.publish", "fastapi", "uvicorn", *FOREIGN_TO_ALL)
    assert among(loaded_by("services.accounting.intake.run"), unwanted) == []
