"""One place reckons with dates (shared/kernel/calendar.py): elsewhere a day added to 9999-12-31 is an OverflowError."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.test_shape import ROOT, name, sources

THE_PLACE = ROOT / "shared" / "kernel" / "calendar.py"
ITS_OWN_NORMS = (
    ROOT / "shared" / "kernel" / "norms.py"
)  # reckons with the dates of norms.toml, which no stranger writes


def date_steps(path: Path) -> Iterator[str]:
    """Sums and differences with whole days, and years replaced."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.BinOp) and any(map(_is_of_days, (node.left, node.right))):
            yield f"{name(path)}:{node.lineno}"
        if isinstance(node, ast.Call) and _called(node) == "replace":
            yield from (f"{name(path)}:{node.lineno}" for keyword in node.keywords if keyword.arg == "year")


def _is_of_days(node: ast.expr) -> bool:
    return (
        isinstance(node, ast.Call)
        and _called(node) == "timedelta"
        and (bool(node.args) or any(keyword.arg in ("days", "weeks") for keyword in node.keywords))
    )


def _called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def test_only_the_calendar_adds_days_to_dates() -> None:
    elsewhere = [path for path in sources() if path not in (THE_PLACE, ITS_OWN_NORMS)]
    in_use = [path for path in elsewhere if path.relative_to(ROOT).parts[0] in ("services", "shared")]
    assert [step for path in in_use for step in date_steps(path)] == []
    assert list(date_steps(ITS_OWN_NORMS))  # the search finds what it looks for
