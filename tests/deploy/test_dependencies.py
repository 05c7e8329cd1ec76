"""The bill of materials is whole and valid, and an audit that could not look anything up does not call itself clean."""

import json

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.dependencies import LOCK, bill, findings, locked


def test_the_bill_is_valid_and_names_every_package_of_the_lock() -> None:
    text = LOCK.read_text("utf-8")
    printed = bill(text)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(printed) is None
    components = json.loads(printed)["components"]
    assert {each["purl"] for each in components} == {f"pkg:pypi/{n}@{v}" for n, v in locked(text)}
    assert len(components) == sum(line[:1].isalnum() for line in text.splitlines())
    licences = {each["name"]: each.get("licenses") for each in components}
    assert licences["fastapi"] == [{"expression": "MIT"}]


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
