"""A system whose programs reach PostgreSQL, Kafka and each other's feeds through wires that can be cut."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from deploy.local.ports import HOST
from deploy.local.supervisor import Program
from deploy.local.system import System
from deploy.services import REGISTERS
from tests.chaos.wires import Wires

READERS = ("intake", "background")
"""The programs that may follow feeds."""
KAFKA = "kafka network"


class WiredSystem(System):
    """Each program has a wire of its own to PostgreSQL and to each feed, as if it had a machine of its own; a broker
    tells all its clients one address, so Kafka's network is one for all."""

    def __init__(self, state: Path, **more: Any) -> None:
        self.wires = Wires()
        super().__init__(state, **more)
        if self.node is not None:
            node = self.node
            node.advertised = self.wires.port(KAFKA, "kafka", lambda: node.port)

    def programs(self) -> list[Program]:
        return [replace(each, environment=self._wired(each)) for each in super().programs()]

    def stop(self) -> None:
        try:
            super().stop()
        finally:
            self.wires.stop()

    def _wired(self, program: Program) -> Mapping[str, str]:
        wired = self.wires.port(f"{program.name} to postgres", "postgres", lambda: self.server.port)
        at_server = re.compile(rf"@{re.escape(HOST)}:{self.server.port}/")
        found = {name: at_server.sub(f"@{HOST}:{wired}/", value) for name, value in program.environment.items()}
        if self.node is not None:
            found["KOSH_KAFKA_BOOTSTRAP"] = f"{HOST}:{self.node.advertised}"
        elif program.name.endswith(READERS):
            for register in REGISTERS:
                port = self.wires.port(f"{program.name} to feeds", register, partial(self.ports.__getitem__, register))
                found[f"KOSH_FEED_{register.upper()}_URL"] = f"http://{HOST}:{port}"
        return found
