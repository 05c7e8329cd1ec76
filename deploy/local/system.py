"""The whole system on one machine: its servers, databases and programs, under one state directory."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from aiokafka.errors import KafkaError

from deploy import topics
from deploy.local import issuer, kafka, postgres, settings_file
from deploy.local.failure import Failed
from deploy.local.ports import wait_until_free
from deploy.local.supervisor import Program, Supervisor
from deploy.services import ALL, EVERYBODY, REGISTERS, SERVICES, SIGN_IN, WITH_BACKGROUND
from shared.broker import Broker
from shared.db.migrate import upgrade

READY_PATIENCE = 120.0
PORTS_PATIENCE = 15.0
_LOOPBACK = ("127.0.0.1", "localhost")


class System:
    """Five services over their own databases. `broker`: None (the feed), "node" (a Kafka of our own), or an address."""

    def __init__(
        self, state: Path, *, port_base: int, broker: str | None = None, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        self.state = state.resolve()
        self.ports = {service.name: service.port(port_base) for service in (*ALL, EVERYBODY)}
        self.ports["sign-in"] = port_base + SIGN_IN
        self.server = postgres.Server(self.state / "postgres")
        self.supervisor = Supervisor(self.state)
        self.issuer = self.state / "issuer"
        self.node = self._node() if broker == "node" else None
        self.bootstrap = None if broker == "node" else broker
        self.settings: dict[str, str] = {}
        """The settings of all services together, each reads its own; known once the databases are."""
        self.invented = False
        """Whether a demonstration plays in it: then whatever is published says so."""
        self._tell = tell

    def start(self) -> None:
        """Starts all and waits until every service is ready. Call from the main thread."""
        self.supervisor.stop_strays()
        wait_until_free(self.ports.values(), PORTS_PATIENCE)
        issuer.ensure_issuer(self.issuer)
        self._start_postgres()
        self._start_kafka()
        self.settings = self._environment(self._databases())
        settings_file.write(self.state, self.settings)
        self._tell("starting the services")
        programs = self.programs()
        for program in programs:
            self.supervisor.start(program)
        self.supervisor.wait_until_ready(programs, READY_PATIENCE)

    def stop(self) -> None:
        """Stops all: first the services, then what they stand on."""
        self.supervisor.stop()
        if self.node is not None:
            self.node.stop()
        self.server.stop()

    def programs(self) -> list[Program]:
        """Every program of the system with its environment; known once the databases are."""
        found = [self._program(service, "api") for service in SERVICES]
        if self.bootstrap is not None:
            found += [self._program(service, "relay") for service in REGISTERS]
        found += [self._program(service, "background") for service in WITH_BACKGROUND]
        ready = f"{self.address(EVERYBODY.name)}/health/ready"
        return [
            *found,
            replace(self._program("accounting", "public"), ready=ready),
            self._program("accounting", "intake"),
        ]

    def sign_in(self) -> Program:
        """The development issuer's sign-in: for `make run`, no part of the system."""
        command = [sys.executable, "-m", "deploy.local.sign_in", str(self.issuer), str(self.ports["sign-in"])]
        return Program("sign-in", command, {}, f"{self.address('sign-in')}/.well-known/openid-configuration")

    def _environment(self, databases: Mapping[str, postgres.Database]) -> dict[str, str]:
        found = issuer.environment(self.issuer) | {"KOSH_TRANSPORT": "kafka" if self.bootstrap else "feed"}
        if self.bootstrap is not None:
            found["KOSH_KAFKA_BOOTSTRAP"] = self.bootstrap
        for service, database in databases.items():
            found |= database.settings(service)
            found[f"KOSH_{service.upper()}_PORT"] = str(self.ports[service])
        found["KOSH_ACCOUNTING_PUBLIC_PORT"] = str(self.ports[EVERYBODY.name])
        # The page /me: accounting's own origin, by both names of this machine, asks the registers.
        found["KOSH_FRONTENDS"] = " ".join(f"http://{host}:{self.ports['accounting']}" for host in _LOOPBACK)
        found["KOSH_REGISTER_ADDRESSES"] = " ".join(f"{each}={self.address(each)}" for each in REGISTERS)
        found["KOSH_SIGN_IN_ISSUER"] = self.address("sign-in")
        found["KOSH_AUDIT_ANCHORS"] = str(self.state / "anchors")
        # It must live as long as accounting's data, so it lies beside the server's passwords.
        found["KOSH_ACCOUNTING_IDENTITY_SECRET"] = self.server.password("identity_secret")
        found["KOSH_ACCOUNTING_DISCLOSURE_SECRET"] = self.server.password("disclosure_secret")
        if self.invented:
            found["KOSH_INVENTED_FIGURES"] = "true"
        for register in REGISTERS:
            found[f"KOSH_FEED_{register.upper()}_URL"] = self.address(register)
        return found

    def address(self, service: str) -> str:
        return f"http://127.0.0.1:{self.ports[service]}"

    def _node(self) -> kafka.Node:
        directory = self.state / "kafka"
        return kafka.Node(directory, directory / "libs", self.supervisor.mark)

    def _program(self, service: str, role: str) -> Program:
        command = [sys.executable, "-m", f"services.{service}", role]
        ready = f"{self.address(service)}/health/ready" if role == "api" else None
        return Program(f"{service}-{role}", command, self.settings, ready)

    def _start_postgres(self) -> None:
        self._tell("starting PostgreSQL")
        self.server.start()
        self.supervisor.watch("postgres", self.server.process, self.server.log)

    def _start_kafka(self) -> None:
        if self.node is not None:
            self._tell("starting Kafka")
            self.node.start()
            self.supervisor.watch("kafka", self.node.process, self.node.log)
            self.bootstrap = self.node.bootstrap
        if self.bootstrap is not None:
            try:
                asyncio.run(topics.ensure(Broker(self.bootstrap)))
            except KafkaError as error:
                raise Failed(f"the topics could not be made on Kafka at {self.bootstrap}: {error}") from error

    async def _ensure_databases(self) -> dict[str, postgres.Database]:
        return {service: await self.server.ensure_database(service) for service in SERVICES}

    def _databases(self) -> dict[str, postgres.Database]:
        self._tell("preparing the databases")
        databases = asyncio.run(self._ensure_databases())
        for service, database in databases.items():
            upgrade(service, database.owner_url)
        return databases
