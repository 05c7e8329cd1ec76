"""A real Apache Kafka on this machine: one KRaft node from Maven's jars, for `make run BROKER=kafka` and the tests.

It listens on free ports of the loopback interface, keeps its log, and ends with the process that started it.
"""

import base64
import shutil
import signal
import socket
import subprocess
import time
import uuid
from pathlib import Path
from string import Template

from deploy.local import process
from deploy.local.ports import free_port

BROKER = Path(__file__).resolve().parents[1] / "broker"
START_PATIENCE = 60.0
STOP_PATIENCE = 20.0
JAVA = ["java", "-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-Djava.awt.headless=true"]


class KafkaFailed(Exception):
    """The node could not be set up or started; the message says why, with the end of its log."""


def missing_tools() -> list[str]:
    """The programs that a node needs and this machine lacks."""
    return [tool for tool in ("java", "mvn") if shutil.which(tool) is None]


class Node:
    """One node with its data under `directory` and Kafka's jars in `libs`, fetched there the first time."""

    def __init__(self, directory: Path, libs: Path) -> None:
        self.directory = directory
        self.log = directory / "server.log"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._libs = libs
        self._data = directory / "data"

    @property
    def bootstrap(self) -> str:
        """Where clients begin: `host:port`."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Starts and waits until clients may connect. Call from the main thread."""
        self.directory.mkdir(parents=True, exist_ok=True)
        fetch_jars(self._libs)
        deadline = time.monotonic() + START_PATIENCE
        while not self._launch():
            if time.monotonic() > deadline:
                raise KafkaFailed(f"Kafka did not start; the end of {self.log}:\n{self._end_of_log()}")
            time.sleep(0.5)

    def stop(self) -> None:
        """Stops in order: what was acknowledged is on disk, and the next start need not recover."""
        if self.process is not None:
            process.stop(self.process, patience=STOP_PATIENCE, signal=signal.SIGTERM)
            self.process = None

    def _launch(self) -> bool:
        """One attempt: true once clients may connect, false when it gave up (a former one still holds the data)."""
        self.port = free_port()
        if not self._data.exists():
            self._format()
        self.process = self._java("kafka.Kafka", str(self._properties(self._data)))
        while self.process.poll() is None:
            if _answers(self.port):
                return True
            time.sleep(0.1)
        return False

    def _format(self) -> None:
        """Lays out empty storage beside its place and renames it, so that a killed attempt leaves no half of one."""
        unfinished = self.directory / "data.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        properties = self._properties(unfinished)
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if self._java("kafka.tools.StorageTool", "format", "-t", cluster, "-c", str(properties)).wait() != 0:
            raise KafkaFailed(f"Kafka's storage could not be made; the end of {self.log}:\n{self._end_of_log()}")
        unfinished.rename(self._data)

    def _properties(self, data: Path) -> Path:
        template = Template((BROKER / "server.properties").read_text())
        file = self.directory / "server.properties"
        file.write_text(template.substitute(broker_port=self.port, controller_port=free_port(), data=data))
        return file

    def _java(self, *arguments: str) -> subprocess.Popen[bytes]:
        options = [f"-Dlog4j2.configurationFile=file:{BROKER / 'log4j2.xml'}", "-cp", f"{self._libs}/*"]
        with self.log.open("ab") as log:
            return process.start(process.guarded([*JAVA, *options, *arguments]), output=log)

    def _end_of_log(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])


def fetch_jars(libs: Path) -> None:
    """Has Maven lay Kafka's jars into `libs`, once; a killed attempt is begun again."""
    if libs.exists():
        return
    missing = missing_tools()
    if missing:
        raise KafkaFailed(f"Kafka needs {' and '.join(missing)}: install Debian's default-jre-headless and maven")
    unfinished = libs.with_name(libs.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    maven = ["mvn", "-q", "-B", "-f", str(BROKER / "pom.xml")]
    done = subprocess.run(
        [*maven, "dependency:copy-dependencies", f"-DoutputDirectory={unfinished.resolve()}"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise KafkaFailed(f"Maven could not fetch Kafka's jars:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    unfinished.rename(libs)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
