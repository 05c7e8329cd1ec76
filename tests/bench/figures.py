"""One line per figure: what was measured, and how it stands to a reference measured in turn with it."""

from collections.abc import Awaitable, Callable, Sequence
from statistics import median

Measure = Callable[[], Awaitable[float]]
ROUNDS = 5


async def compare(name: str, unit: str, ours: Measure, reference: Measure, against: str, rounds: int = ROUNDS) -> float:
    """Runs both in turn, `rounds` times, and prints the line. Rates: higher is better. Answers the median ratio."""
    values, ratios = [], []
    for _ in range(rounds):
        other, own = await reference(), await ours()
        values.append(own)
        ratios.append(own / other)
    print(line(name, values, unit, ratios, against), flush=True)
    return median(ratios)


def line(name: str, values: Sequence[float], unit: str, ratios: Sequence[float], against: str) -> str:
    """`name value unit ratio=R against=REFERENCE`, with the spread of the ratio behind it."""
    spread = f"min={min(ratios):.2f} max={max(ratios):.2f} n={len(ratios)}"
    return f"{name} {median(values):.0f} {unit} ratio={median(ratios):.2f} against={against} {spread}"
