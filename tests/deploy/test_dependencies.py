"""The bill of materials is whole and valid, and an audit that could not look anything up does not call itself clean."""

import json
import os
import re
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

from deploy.dependencies import LOCKS, ROOT, bill, findings, locked, locks


def test_the_bill_is_valid_and_names_every_package_of_the_lock() -> None:
    text = locks()
    printed = bill(text)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(printed) is None
    components = json.loads(printed)["components"]
    assert {each["purl"] for each in components} == {f"pkg:pypi/{n}@{v}" for n, v, _ in locked(text)}
    assert len(components) == sum(line[:1].isalnum() for line in text.splitlines())
    hashes = [hash["content"] for each in components for file in each["externalReferences"] for hash in file["hashes"]]
    assert sorted(hashes) == sorted(set(re.findall(r"sha256:([0-9a-f]{64})", text)))
    licences = {each["name"]: each.get("licenses") for each in components}
    assert licences["fastapi"] == [{"expression": "MIT"}]


def test_the_lock_of_forecasts_is_what_its_extra_adds_as_the_developers_have_it() -> None:
    common, added = (locked(each.read_text("utf-8")) for each in LOCKS)
    tested = locked((ROOT / "requirements-dev.lock").read_text("utf-8"))
    assert [each for each in added if each not in tested] == [], "what is tested is what is run"
    names = {canonicalize_name(name) for name, _, _ in common}
    needed = _needed(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"], "forecasts")
    assert {canonicalize_name(name) for name, _, _ in added} == needed - names


def _needed(project: dict[str, Any], extra: str) -> set[NormalizedName]:
    """An extra and all that it needs here, by what the installed packages state."""
    found: set[NormalizedName] = set()
    open_ones = list(project["optional-dependencies"][extra])
    while open_ones:
        asked = Requirement(open_ones.pop())
        name = canonicalize_name(asked.name)
        if name not in found and (asked.marker is None or asked.marker.evaluate({"extra": ""})):
            found.add(name)
            open_ones += metadata.requires(name) or []
    return found


def test_the_validator_would_have_noticed() -> None:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str('{"bomFormat": "CycloneDX"}') is not None


def test_an_audit_tells_of_flaws_and_of_what_it_could_not_look_up() -> None:
    flaw = {"id": "PYSEC-2026-1", "fix_versions": ["2.1", "3.0"], "aliases": [], "description": "..."}
    well = {"name": "one", "version": "1.0", "vulns": []}
    assert list(findings({"dependencies": [well]})) == []
    bad = {"name": "two", "version": "2.0", "vulns": [flaw]}
    assert list(findings({"dependencies": [well, bad]})) == ["two 2.0: PYSEC-2026-1, mended in 2.1, 3.0"]
    unknown = {"name": "three", "skip_reason": "not found"}
    (said,) = findings({"dependencies": [well, unknown]})
    assert said.startswith("Nothing is known of 1 of 2 packages")


def run_audit(tmp_path: Path, make: str) -> tuple[int, str]:
    """What `.ci/audit` ends with and says where `make audit` does what `make` says."""
    program = tmp_path / "make"
    program.write_text(f"#!/bin/sh\n{make}\n")
    program.chmod(0o755)
    script = ROOT / ".ci/audit"
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    run = subprocess.run([script], env=os.environ | {"PATH": path}, capture_output=True, text=True, check=False)
    return run.returncode, run.stdout + run.stderr


def test_continuous_integration_fails_for_a_flaw_and_says_so_where_it_cannot_ask(tmp_path: Path) -> None:
    assert run_audit(tmp_path, "echo no known vulnerability") == (0, "no known vulnerability\n")
    status, said = run_audit(tmp_path, "echo 'two 2.0: PYSEC-2026-1, mended in 2.1'; exit 2")
    assert (status, "PYSEC-2026-1" in said) == (1, True)
    status, said = run_audit(tmp_path, "echo 'Nothing is known of 2 of 2 packages'; exit 2")
    assert (status, said.splitlines()[-1]) == (0, "NOT AUDITED: see above. Nothing is proved of the locked packages.")
    status, said = run_audit(
        tmp_path,
        "printf 'Nothing is known of 1 of 2 packages\\ntwo 2.0: PYSEC-2026-1, mended in no version yet'; exit 2",
    )
    assert status == 1
    assert run_audit(tmp_path, "echo 'pip-audit did not answer'; exit 2")[0] == 1


def test_continuous_integration_audits() -> None:
    assert "\n.ci/audit " in (ROOT / ".ci/run").read_text()
