"""The registry of services: who there is, on which port, and with which processes. A plain list, read by all who start,
export or check services; tests/deploy/test_services.py names every file that forgot one of them.

Ports are fixed, each beside the base (KOSH_PORT_BASE, 8100): a new service takes the next one, and moves no other.
"""

from dataclasses import dataclass

PORT_BASE = 8100


@dataclass(frozen=True, slots=True)
class Service:
    """A register has events of its own, and so a feed and a relay; `background`: it works without being asked."""

    name: str
    number: int
    """Its port's distance from the base."""
    title: str
    register: bool = True
    background: bool = False
    linkage: bool = False
    """What identifies persons lies in a room of its own, for roles of its own (deploy.databases)."""

    def port(self, base: int = PORT_BASE) -> int:
        return base + self.number


ALL = (
    Service("portal", 1, "border crossings, stays", background=True),
    Service("permits", 2, "foreign labour", background=True),
    Service("kandas", 3, "ethnic repatriates", background=True),
    Service("consular", 4, "citizens abroad", background=True),
    Service("accounting", 5, "the statistics: open it in a browser", register=False, linkage=True),
)

EVERYBODY = Service("accounting-public", 6, "released figures for everybody, and nothing else", register=False)
"""A process of accounting that can run apart from it, over a role that reads what was released (decision 0073)."""

SIGN_IN = 9
"""The port's distance from the base at which `make run` has the development issuer's sign-in (deploy.local.sign_in)."""

PORTS_IN_A_ROW = max(SIGN_IN, EVERYBODY.number, *(service.number for service in ALL))
"""A system takes no port below base + 1 and none beyond base + this."""

SERVICES = tuple(service.name for service in ALL)
REGISTERS = tuple(service.name for service in ALL if service.register)
WITH_LINKAGE = tuple(service.name for service in ALL if service.linkage)
WITH_BACKGROUND = tuple(service.name for service in ALL if service.background)
PORTS = {service.name: service.port() for service in ALL}
