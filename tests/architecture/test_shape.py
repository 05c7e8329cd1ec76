"""What the house promises about its own shape, read from the source."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST_MODULE = 400
LONGEST_FUNCTION = 40
REFUSED = {"utils", "util", "common", "helpers", "helper", "manager", "misc"}


def sources() -> list[Path]:
    """All modules but migrations, which list what they do once and are never read again."""
    found = [path for top in ("shared", "services", "deploy", "contracts") for path in (ROOT / top).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Its length without signature and docstring."""
    statements = function.body[1:] if ast.get_docstring(function) else function.body
    return (function.end_lineno or 0) - statements[0].lineno + 1 if statements else 0


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_nobody_imports_whom_they_must_not() -> None:
    answer = subprocess.run(
        [ROOT / ".venv/bin/lint-imports", "--no-logo", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout


def test_every_module_can_be_read_in_one_sitting() -> None:
    assert [name(path) for path in sources() if len(path.read_text().splitlines()) > LONGEST_MODULE] == []


def test_every_function_fits_on_a_screen() -> None:
    lengths = {f"{name(path)}:{f.name}": body_lines(f) for path in sources() for f in functions(path)}
    assert [where for where, length in lengths.items() if length > LONGEST_FUNCTION] == []


def test_no_module_is_named_after_nothing() -> None:
    assert [name(path) for path in sources() if path.stem in REFUSED or path.parent.name in REFUSED] == []


def test_a_class_name_means_one_thing_in_a_service_and_what_it_builds_on() -> None:
    """Two classes of one name in one service, or in it and in shared, are read as one."""
    defined: dict[str, dict[str, list[str]]] = {}
    for path in sources():
        room = path.relative_to(ROOT).parts
        home = room[1] if room[0] == "services" else room[0]
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                defined.setdefault(home, {}).setdefault(node.name, []).append(name(path))
    shared = defined["shared"]
    homes = {home: names for home, names in defined.items() if (ROOT / "services" / home).is_dir() or home == "shared"}
    double = {
        class_name: [*places, *(shared.get(class_name, []) if home != "shared" else [])]
        for home, names in homes.items()
        for class_name, places in names.items()
        if len(places) > 1 or (home != "shared" and class_name in shared)
    }
    assert double == {}
