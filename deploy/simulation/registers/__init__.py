"""What the four registers see of a life, each by itself."""

from collections.abc import Iterator

from deploy.simulation.life import Life
from deploy.simulation.registers import consular, kandas, permits, portal
from deploy.simulation.registers.office import World
from deploy.simulation.written import Written


def written(world: World, life: Life) -> Iterator[Written]:
    """Everything that is written of a life, register by register, in no order of days."""
    for register in (portal, kandas, consular, permits):
        yield from register.written(world, life)
