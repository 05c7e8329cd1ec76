"""sdmx-dl, a client in Java, reads every dataflow over HTTP from a real server, as the others do."""

import csv
import subprocess
from collections import Counter
from io import StringIO
from pathlib import Path
from shutil import which

import httpx
import pytest

from deploy.local.jars import fetch_jars, missing_tools
from services.accounting.rules.figures.dataflows import FLOWS
from shared.testing.kafka import REQUIRED

JAVA = Path(__file__).with_name("java")
LIBS = Path(__file__).resolve().parents[3] / ".run" / "sdmx-dl" / "libs"


@pytest.mark.skipif(bool(missing_tools()) and not REQUIRED, reason="no Java client without Java and Maven")
@pytest.mark.skipif(which("javac") is None, reason="a source file runs where Java brings its compiler (a JDK, no JRE)")
def test_sdmx_dl_reads_every_dataflow_and_the_same_figures(sdmx_url: str) -> None:
    fetch_jars(JAVA / "pom.xml", LIBS)
    read = ["java", "-Xmx256m", "-cp", f"{LIBS}/*", str(JAVA / "ReadFlows.java"), f"{sdmx_url}/sdmx/v1"]
    found = subprocess.run(read, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    lines = [line.split(" ") for line in found.stdout.splitlines()]
    assert {line[0]: int(line[1]) for line in lines if len(line) == 2} == {
        flow.id: len(flow.dimensions) for flow in FLOWS.values()
    }
    for flow in FLOWS:
        figures = Counter(
            (key, when[:4], float(value)) for at, key, when, value in filter(_is_figure, lines) if at == flow
        )
        assert figures == _told(sdmx_url, flow), flow


def _is_figure(line: list[str]) -> bool:
    return len(line) == 4


def _told(url: str, flow: str) -> Counter[tuple[str, str, float]]:
    """Key, year and value of each figure."""
    answer = httpx.get(f"{url}/sdmx/v1/data/{flow}", headers={"Accept": "text/csv"})
    rows = csv.DictReader(StringIO(answer.text)) if answer.status_code == 200 else []
    dimensions = [each.id for each in FLOWS[flow].dimensions]
    return Counter(
        (".".join(row[each] for each in dimensions), row["TIME_PERIOD"][:4], float(row["OBS_VALUE"])) for row in rows
    )
