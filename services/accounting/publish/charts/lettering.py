"""How much room letters take, about: the reader's own font is not known here. And names in lines that fit."""

from typing import Final

NAME: Final = 8.2
"""Width of a letter of a name, in pixels at the size of `text.name`: that of a wide font."""
GROUP: Final = 8.4
"""The same of a heading within a chart, `text.group`."""
NOTE: Final = 6.7
"""The same of a note, `text.note`."""
TITLE: Final = 11.0
"""The same of a title, `text.title`."""
NAME_LINE: Final = 15
"""From one line of a name to the next."""


def wrapped(text: str, width: float, letter: float = NAME, at_most: int = 3) -> list[str]:
    """Lines no longer than `width` and about as long as each other, broken between words, and within a word that is
    longer than a line. What does not fit into the last of them is left out, with an ellipsis."""
    room = max(int(width / letter), 4)
    lines = _filled(text, room)
    if len(lines) > at_most:
        return [*lines[: at_most - 1], f"{lines[at_most - 1][: room - 1].rstrip(' ,;')}…"]
    narrowest = min(max(map(len, text.split()), default=1), room)
    tries = (_filled(text, each) for each in range(narrowest, room + 1))
    return next(found for found in tries if len(found) == len(lines))


def _filled(text: str, room: int) -> list[str]:
    lines: list[str] = []
    for part in (word[at : at + room] for word in text.split() for at in range(0, len(word), room)):
        if lines and len(lines[-1]) + 1 + len(part) <= room:
            lines[-1] += f" {part}"
        else:
            lines.append(part)
    return lines
