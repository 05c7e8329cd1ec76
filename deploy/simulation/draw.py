"""Draws a whole country once: its truth to files, what host countries publish of it beside, and what its registers
write to a spool."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

from deploy.simulation import misspecified
from deploy.simulation.country import Country
from deploy.simulation.hosts import FILE, HostFigures
from deploy.simulation.rates import rates
from deploy.simulation.registers import written
from deploy.simulation.registers.office import World
from deploy.simulation.spool import Spool
from deploy.simulation.truth import About, Truth
from deploy.simulation.written import Written

SPOOL = "spool"
"""Folder of what is still to be sent, beside the truth."""


def draw(
    seed: int, people: int, start: date, through: date, folder: Path, *,
    broken: str = misspecified.AS_IT_IS, line: Callable[[Written], bytes] | None = None,
) -> Spool:  # fmt: skip
    """Draws a country: its truth into `folder`, what registers write into a spool beside it, in flat memory. `broken`
    is the mis-specified world that it is drawn in, `line` says what the spool keeps of a record."""
    world, otherwise = World(seed, start, through, rates()), misspecified.world(broken, through)
    spool, abroad = Spool(folder / SPOOL, line), HostFigures(seed, start, through, otherwise.silent)
    with Truth(folder, About(seed, people, start, through, through, broken)) as truth:
        for drawn in Country(seed, people, start, through).lives():
            life = otherwise.lived(seed, drawn)
            truth.live(life)
            abroad.live(life)
            for each in filter(otherwise.is_held, written(world, life)):
                truth.write(each)
                spool.add(each)
    abroad.write(folder / FILE)
    spool.close()
    return spool
