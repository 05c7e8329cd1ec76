"""The site's chart to explore is what its source and the locked library make, to the bit, with its licence in it."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ASSETS = Path("services/accounting/publish/site/assets")
SOURCE = ASSETS / "explore"
MADE = ("explore.js", "explore.css")


@pytest.mark.skipif(
    shutil.which("node") is None or not (SOURCE / "node_modules/.package-lock.json").is_file(),
    reason="node or the packages of npm are not here: make test installs them where npm is",
)
def test_what_is_committed_is_what_is_made_anew(tmp_path: Path) -> None:
    subprocess.run(["node", "build.mjs", str(tmp_path)], cwd=SOURCE, check=True)
    for name in MADE:
        assert (tmp_path / name).read_bytes() == (ASSETS / name).read_bytes(), f"make assets, and commit {name}"


def test_it_says_whose_it_is_and_runs_under_a_strict_policy() -> None:
    version = json.loads((SOURCE / "package.json").read_text())["dependencies"]["uplot"]
    for name in MADE:
        text = (ASSETS / name).read_text()
        assert text.startswith(f"/*! uPlot {version}\n\nThe MIT License (MIT)")
        assert "http://" not in text
        assert "https://" not in text
    script = (ASSETS / "explore.js").read_text()
    assert not [word for word in ("eval(", "new Function", "innerHTML", 'createElement("style")') if word in script]
    assert '"resolved"' not in (SOURCE / "package-lock.json").read_text(), "no registry is named: any will do"
