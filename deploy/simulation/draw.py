"""Draws a whole country once: its truth to files, and what its registers write to a spool."""

from datetime import date
from pathlib import Path

from deploy.simulation.country import Country
from deploy.simulation.rates import rates
from deploy.simulation.registers import written
from deploy.simulation.registers.office import World
from deploy.simulation.spool import Spool
from deploy.simulation.truth import About, Truth

SPOOL = "spool"
"""Folder of what is still to be sent, beside the truth."""


def draw(seed: int, people: int, start: date, through: date, folder: Path) -> Spool:
    """Draws a country: its truth into `folder`, what registers write into a spool beside it. In flat memory."""
    world = World(seed, start, through, rates())
    spool = Spool(folder / SPOOL)
    with Truth(folder, About(seed, people, start, through, through)) as truth:
        for life in Country(seed, people, start, through).lives():
            truth.live(life)
            for each in written(world, life):
                truth.write(each)
                spool.add(each)
    spool.close()
    return spool
