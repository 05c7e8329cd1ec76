"""`make unit` runs every test of pure code, and nothing that would make it slow to start."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import grimp

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"fastapi", "sqlalchemy", "asyncpg", "httpx"}
LISTED = (ROOT / "tests/unit.txt").read_text().splitlines()

# Of code that is not the product's: these look at the repository, or start programs.
OF_THE_REPOSITORY = ("tests.architecture", "tests.deploy", "tests.local", "tests.contracts")
# Pure, but of a whole population: in `make test` only.
LONG = {"tests.accounting.test_residence_equality"}


def options() -> list[str]:
    """What the Makefile gives to pytest."""
    line = re.search(r"^UNIT := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert line, "the Makefile says no longer how the tests of pure code are run"
    return shlex.split(line[1])


def test_every_test_of_pure_code_is_listed_and_no_other() -> None:
    """By who imports whom, functions' own imports included."""
    packages = ("tests", "shared", "services", "deploy", "contracts")
    graph = grimp.build_graph(*packages, include_external_packages=True, cache_dir=None)
    tests = [module for module in graph.modules if module.rpartition(".")[2].startswith("test_")]
    pure = {test for test in tests if not graph.find_upstream_modules(test) & HEAVY and test not in LONG}
    pure = {test for test in pure if not test.startswith(OF_THE_REPOSITORY)}
    assert sorted(pure) == [line.removesuffix(".py").replace("/", ".") for line in LISTED]


def test_what_make_unit_loads_is_light() -> None:
    """Plugins included: pytest as the Makefile calls it, up to the first test."""
    look = "import sys, pytest; status = pytest.main(sys.argv[1:]); print(*sys.modules, sep='\\n'); sys.exit(status)"
    answer = subprocess.run(
        [sys.executable, "-c", look, *options(), "@tests/unit.txt", "--collect-only", "-q", "-p", "no:cacheprovider"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout
    assert set(answer.stdout.splitlines()) & HEAVY == set()
