"""S12: corrections and withdrawals. Single ones by the API's processor time; in bulk against batch
intake by the same process."""

import asyncio
from collections.abc import Sequence
from itertools import cycle, islice
from statistics import median
from typing import Any

import httpx
import orjson

from shared.process import tune_gc
from tests.bench.figures import ROUNDS, compare
from tests.bench.portal_intake import Bench, bench, new_crossing

SINGLE = 400
BULK = 10_000
CHANGES: Sequence[dict[str, Any]] = (
    {"purpose": "study"},  # of no consequence
    {"crossed_at": "2026-03-02T10:15:00+05:00"},  # stays and notices are looked at again
)


async def stored(running: Bench, count: int) -> list[tuple[str, dict[str, Any]]]:
    """New crossings on record, with their ids."""
    bodies = [new_crossing() for _ in range(count)]
    _, answers = await running.send([orjson.dumps(body) for body in bodies], ":batch", "created")
    return [(orjson.loads(answer)["id"], body) for answer, body in zip(answers, bodies, strict=True)]


async def single(running: Bench) -> tuple[float, float]:
    """Milliseconds of processor time for one correction, and for one withdrawal."""
    on_record = await stored(running, SINGLE)
    address = f"http://127.0.0.1:{running.port}/v1/border-crossings"
    async with httpx.AsyncClient(headers=running.token) as client:
        begun = running.api.cpu()
        for (id, body), changes in zip(on_record, islice(cycle(CHANGES), SINGLE), strict=True):
            correction = {"reason": "a bench", "record": body | changes}
            (await client.put(f"{address}/{id}", json=correction, headers={"If-Match": '"1"'})).raise_for_status()
        corrected = running.api.cpu()
        for id, _ in on_record:
            asked = client.post(f"{address}/{id}:withdraw", json={"reason": "a bench"}, headers={"If-Match": '"2"'})
            (await asked).raise_for_status()
    return (corrected - begun) * 1e3 / SINGLE, (running.api.cpu() - corrected) * 1e3 / SINGLE


async def main() -> None:
    tune_gc()
    async with bench() as running:
        for name, values in zip(
            ("correction", "withdrawal"), zip(*[await single(running) for _ in range(ROUNDS)], strict=True), strict=True
        ):
            spread = f"min={min(values):.2f} max={max(values):.2f} n={ROUNDS}"
            print(f"S12_single_{name} {median(values):.2f} ms_cpu goal=3 {spread}", flush=True)

        async def bulk() -> float:
            lines = [
                orjson.dumps({"id": id, "version": 1, "reason": "a bench", "record": body | changes})
                for (id, body), changes in zip(await stored(running, BULK), islice(cycle(CHANGES), BULK), strict=True)
            ]
            return (await running.send(lines, ":correct-batch", "corrected"))[0]

        await compare("S12_bulk_corrections", "lines/s", bulk, lambda: running.batch(BULK), "batch_intake")


if __name__ == "__main__":
    asyncio.run(main())
