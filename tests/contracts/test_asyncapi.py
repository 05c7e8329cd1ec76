"""contracts/asyncapi.yaml is read by the AsyncAPI initiative's own parser, with every schema that it refers to."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from contracts import export
from shared.events.catalogue import FACTS
from shared.events.grants import grants

CHECK = Path(__file__).with_name("node")


@pytest.fixture(scope="module")
def contracts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The AsyncAPI document and the schemas as the code has them now."""
    folder = tmp_path_factory.mktemp("contracts")
    for path, content in export.event_contracts():
        target = folder / path.relative_to(export.FOLDER)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")
    return folder


def parsed(folder: Path) -> dict[str, Any]:
    """What the parser makes of the document in `folder`. Skips without it; in continuous integration that fails."""
    if not (shutil.which("node") and (CHECK / "node_modules").exists()) and os.environ.get("CI") != "true":
        pytest.skip("the AsyncAPI parser needs node and npm; `make test` installs it where they are")
    command = ["node", str(CHECK / "check.mjs"), str(folder / "asyncapi.yaml")]
    found: dict[str, Any] = json.loads(subprocess.run(command, capture_output=True, check=True, timeout=60).stdout)
    return found


def test_the_parser_has_nothing_to_say_and_finds_every_member_that_each_consumer_is_granted(contracts: Path) -> None:
    found = parsed(contracts)
    assert found["diagnostics"] == []
    assert found["members"] == {
        f"{grant.consumer}-{grant.producer}-{FACTS[type].NAME.replace('.', '-')}": list(members)
        for grant in grants()
        for type, members in grant.facts.items()
    }


def test_the_parser_notices_a_reference_that_leads_nowhere(contracts: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(contracts, tmp_path / "broken")
    schema = broken / "views" / "accounting" / "portal" / "border_crossing.v1.schema.json"
    schema.write_text(schema.read_text("utf-8").replace('"Document": {', '"Papers": {'), encoding="utf-8")
    assert [said["severity"] for said in parsed(broken)["diagnostics"]] == [0]
