"""`make run`: sets up and runs the whole system on this machine until Ctrl-C; the next run goes on with the data.

Settings by environment: KOSH_PORT_BASE (8100); BROKER=kafka, with KAFKA_BOOTSTRAP=host:port if that broker runs
elsewhere; DEMO=no for empty registers; KOSH_STATE for a state directory other than `.run`.
"""

import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from deploy import services
from deploy.local import restore
from deploy.local.failure import Failed
from deploy.local.lock import only_one
from deploy.local.supervisor import Program
from deploy.local.system import System

DEMO = "deploy.local.demo"
PUBLISHED = sorted((Path(__file__).parents[2] / "services" / "accounting" / "data").glob("*.csv"))
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> None:
    """Runs until a signal (exit code 0) or until something fails (exit code 1, with the reason)."""
    for ending in ENDINGS:
        signal.signal(ending, _leave)
    try:
        run(Path(os.environ.get("KOSH_STATE", ".run")), os.environ)
    except Failed as failure:
        sys.exit(f"kosh: {failure}")


def run(state: Path, environment: Mapping[str, str]) -> None:
    """Starts the system in `state`, loads the demonstration figures once, and stays until interrupted."""
    with only_one(state):
        base = int(environment.get("KOSH_PORT_BASE") or services.PORT_BASE)
        system = System(state, port_base=base, broker=_broker(environment), tell=_tell)
        demo = environment.get("DEMO") != "no"
        system.invented = demo or _mark(system).exists()
        try:
            _start(system)
            if demo:
                _load_demo(system)
            _greet(system)
            while True:
                system.supervisor.keep_running(_tell)
                if backup := restore.wanted(state):
                    _restore(system, backup)
                time.sleep(0.5)
        finally:
            _stop(system)


def _start(system: System) -> None:
    system.start()
    system.supervisor.start(system.sign_in())


def _restore(system: System, backup: Path) -> None:
    """All stops, and starts again with the databases of the backup. Raises Failed where it does not."""
    begun = restore.Restore(system.state, backup, _tell)
    try:
        begun.prepare()
    except Failed as refused:  # nothing has changed
        return restore.answer(system.state, str(refused), done=False)
    _tell("stopping, to be restored")
    system.stop()
    said = begun.put_back()
    _start(system)
    restore.answer(system.state, said, done=True)
    _tell(said)


def _broker(environment: Mapping[str, str]) -> str | None:
    """No broker, one of our own ("node"), or the address of one that runs elsewhere."""
    wanted = environment.get("BROKER") or "none"
    if wanted == "none":
        return None
    if wanted == "kafka":
        return environment.get("KAFKA_BOOTSTRAP") or "node"
    raise Failed(f"BROKER={wanted} is not known: leave it out (no broker), or say BROKER=kafka")


def _load_demo(system: System) -> None:
    """Once per state directory: a mark is left when it has succeeded."""
    mark = _mark(system)
    if mark.exists():
        return
    _tell("loading the demonstration figures (DEMO=no leaves them out)")
    published = [sys.executable, "-m", "services.accounting", "load", *map(str, PUBLISHED)]
    system.supervisor.run(Program("published", published, system.settings))
    system.supervisor.run(Program("demo", [sys.executable, "-m", DEMO], system.settings))
    mark.touch()


def _mark(system: System) -> Path:
    return system.state / "demo-loaded"


def _greet(system: System) -> None:
    _tell("Kosh runs:")
    for service in (*services.ALL, services.EVERYBODY):
        _tell(f"  {service.name:<17} {system.address(service.name)}  {service.title}")
    _tell(f"  {'sign-in':<17} {system.address('sign-in')}  the development issuer: OpenID Connect with PKCE, for pages")
    if system.bootstrap is not None:
        _tell(f"  {'kafka':<11} {system.bootstrap}  the broker: what consumers name as bootstrap server")
    _tell("a token:    make token ROLE=statistician")
    _tell(f"the logs:   {system.state / 'log'}")
    _tell("Ctrl-C stops everything; the data stays.")


def _stop(system: System) -> None:
    for ending in ENDINGS:
        signal.signal(ending, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
    _tell("stopping")
    system.stop()
    _tell("stopped")


def _leave(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def _tell(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()
