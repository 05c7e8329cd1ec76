"""Ports of this machine's loopback interface."""

import random
import socket
import time
from collections.abc import Iterable

from deploy.local.failure import Failed
from deploy.services import PORTS_IN_A_ROW

HOST = "127.0.0.1"


def free_port() -> int:
    """A port that nobody holds at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def free_block(count: int) -> range:
    """`count` ports in a row that nobody holds, anywhere below those that the kernel hands out by itself."""
    while True:
        first = random.randrange(10_000, 32_000)  # noqa: S311 - by chance, so that others who look find others
        block = range(first, first + count)
        if all(map(is_free, block)):
            return block


def free_base() -> int:
    """A base (KOSH_PORT_BASE) of which a system's ports are free, all of them."""
    return free_block(PORTS_IN_A_ROW).start - 1


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # as servers do: connections just closed do not count
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def is_answered(port: int) -> bool:
    """Whether a server takes connections on `port`."""
    try:
        with socket.create_connection((HOST, port), timeout=1):
            return True
    except OSError:
        return False


def wait_until_free(ports: Iterable[int], patience: float) -> None:
    """Returns when all are free; raises Failed if one is still held after `patience` seconds."""
    deadline = time.monotonic() + patience
    for port in ports:
        while not is_free(port):
            if time.monotonic() > deadline:
                raise Failed(f"port {port} is held by another program; choose others: make run KOSH_PORT_BASE=8200")
            time.sleep(0.2)
