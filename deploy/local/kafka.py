"""A real Apache Kafka on this machine: one KRaft node from Maven's jars, for `make run BROKER=kafka` and the tests.

It listens on free ports of the loopback interface, keeps its log, and ends with the process that started it.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from string import Template

from deploy.environment import cluster_id
from deploy.local import process as processes
from deploy.local.failure import Failed, end_of
from deploy.local.jars import fetch_jars
from deploy.local.ports import free_port, is_answered

BROKER = Path(__file__).resolve().parents[1] / "broker"
START_PATIENCE = 60.0
STOP_PATIENCE = 20.0
JAVA = ["java", "-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-Djava.awt.headless=true"]


class Node:
    """One node with its data under `directory` and Kafka's jars in `libs`, fetched there the first time."""

    def __init__(self, directory: Path, libs: Path, environment: Mapping[str, str] | None = None) -> None:
        self.directory = directory
        self.log = directory / "server.log"
        self.port = 0
        self.advertised = 0
        """The port that clients are told, where it is not the broker's own: something stands between."""
        self._process: subprocess.Popen[bytes] | None = None
        self._libs = libs
        self._environment = os.environ | (environment or {})
        self._data = directory / "data"

    @property
    def bootstrap(self) -> str:
        """Where clients begin: `host:port`."""
        return f"127.0.0.1:{self.port}"

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The node's process. Raises Failed before the start."""
        if self._process is None:
            raise Failed("Kafka was not started")
        return self._process

    def start(self) -> None:
        """Starts and waits until clients may connect. Call from the main thread."""
        self.directory.mkdir(parents=True, exist_ok=True)
        fetch_jars(BROKER / "pom.xml", self._libs)
        self._start_at(None)

    def restart(self) -> None:
        """Starts again, at the same address, a node that has ended. Call from the main thread."""
        self._start_at(self.port)

    def _start_at(self, port: int | None) -> None:
        deadline = time.monotonic() + START_PATIENCE
        while not self._launch(port):
            if time.monotonic() > deadline:
                raise Failed(f"Kafka did not start; {end_of(self.log)}")
            time.sleep(0.5)

    def stop(self) -> None:
        """Stops in order: what was acknowledged is on disk, and the next start need not recover."""
        if self._process is not None:
            processes.stop(self._process, patience=STOP_PATIENCE, signal=signal.SIGTERM)
            self._process = None

    def _launch(self, port: int | None) -> bool:
        """One attempt: true once clients may connect, false when it gave up (a former one still holds the data)."""
        self.port = port or free_port()
        if not self._data.exists():
            self._format()
        self._process = self._java("kafka.Kafka", str(self._properties(self._data)))
        while self._process.poll() is None:
            if is_answered(self.port):
                return True
            time.sleep(0.1)
        return False

    def _format(self) -> None:
        """Lays out empty storage beside its place and renames it, so that a killed attempt leaves no half of one."""
        unfinished = self.directory / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        properties = self._properties(unfinished)
        if self._java("kafka.tools.StorageTool", "format", "-t", cluster_id(), "-c", str(properties)).wait() != 0:
            raise Failed(f"Kafka's storage could not be made; {end_of(self.log)}")
        unfinished.rename(self._data)

    def _properties(self, data: Path) -> Path:
        template = Template((BROKER / "server.properties").read_text())
        file = self.directory / "server.properties"
        ports = {"broker_port": self.port, "advertised_port": self.advertised or self.port}
        file.write_text(template.substitute(ports, controller_port=free_port(), data=data))
        return file

    def _java(self, *arguments: str) -> subprocess.Popen[bytes]:
        options = [f"-Dlog4j2.configurationFile=file:{BROKER / 'log4j2.xml'}", "-cp", f"{self._libs}/*"]
        with self.log.open("ab") as log:
            return processes.start(processes.guarded([*JAVA, *options, *arguments]), output=log, env=self._environment)
