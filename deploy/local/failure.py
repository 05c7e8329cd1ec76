"""The one error of this package: what the person at the terminal must know to go on."""

from pathlib import Path


class Failed(Exception):
    """Something that should run does not; the message is for people and says what to do or where to look."""


def end_of(log: Path) -> str:
    """The last lines of a log, under its name."""
    lines = log.read_text(errors="replace").splitlines()[-15:] if log.exists() else []
    return f"the end of {log}:\n" + "\n".join(lines)
