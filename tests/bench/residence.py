"""The 12/16-month rule alone, in memory: arrays against the plain Python of the tests.

`residence.sql` beside it is the same rule in window functions, the reference of the rebuild (S5).
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.accounting.histories import Histories, day, generate
from tests.accounting.oracle_residence import classify
from tests.bench.figures import compare

SQL: Final = (Path(__file__).parent / "residence.sql").read_text()
PERSONS: Final = 260_000  # about a million crossings
OBS_END: Final = day("2026-01-01")


async def main() -> None:
    histories = generate(PERSONS, 1, day("2019-01-01"), OBS_END)
    persons = histories.persons()

    async def arrays() -> float:
        return _rate(histories, lambda: histories.classify(OBS_END))

    async def plain() -> float:
        return _rate(histories, lambda: [classify(own, initial, OBS_END) for own, initial in persons])

    await compare("residence_rule", "crossings/s", arrays, plain, "plain_python")


def _rate(histories: Histories, run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return len(histories.day) / (time.perf_counter() - started)


if __name__ == "__main__":
    asyncio.run(main())
