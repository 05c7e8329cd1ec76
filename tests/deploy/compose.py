"""docker-compose.yml as the real compose reads it, without an engine."""

import importlib.util
import json
import os
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

from deploy import environment

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docker-compose.yml"
PROFILES = ("", "development", "work")


def binary() -> Path:
    """The program itself: the wheel's Python wrapper would hide its exit code."""
    spec = importlib.util.find_spec("compose")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("docker-compose")


def compose(variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs compose with these variables and no others."""
    command = [str(binary()), "--env-file", os.devnull, "-f", str(FILE), *arguments]
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


@cache
def secrets() -> dict[str, str]:
    """What deploy/environment.py writes."""
    names = environment.required(FILE.read_text("utf-8"))
    lines = environment.complete("", names, "https://id.kosh.invalid").splitlines()
    return dict(line.split("=", 1) for line in lines)


@cache
def services(profile: str = "") -> dict[str, dict[str, Any]]:
    """The services of a profile, rendered."""
    chosen = ["--profile", profile] if profile else []
    done = compose(secrets(), *chosen, "config", "--format", "json")
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, Any]] = json.loads(done.stdout)["services"]
    return found


def every_service() -> dict[str, dict[str, Any]]:
    """Those of all profiles."""
    return {name: service for profile in PROFILES for name, service in services(profile).items()}


def ours() -> dict[str, dict[str, Any]]:
    """Those that run our own images."""
    return {name: service for name, service in every_service().items() if service["image"].startswith("kosh/")}
