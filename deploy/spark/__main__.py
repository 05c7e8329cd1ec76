"""`python -m deploy.spark COMMAND`: export, rebuild, figures. Needs the extra `spark` and Java 17 (decision 0064).

export FOLDER    the facts as they are now, as Parquet in a new folder that only you may enter
rebuild          all figures anew, reckoned by Spark, and swapped as accounting's own rebuild does
figures FOLDER   persons and the cube from exported facts, written beside them: research, which touches no database
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop

from deploy.spark.files import Files, Unsafe, extent_of
from services.accounting.cases.export import export
from services.accounting.settings import AccountingSettings, dsn
from shared.settings import SettingsError, owners_url

Tell = Callable[[str], None]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.spark", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, work in {"export": _export, "rebuild": _rebuild, "figures": _figures}.items():
        command = commands.add_parser(name)
        command.set_defaults(work=work)
        if name != "rebuild":
            command.add_argument("folder", type=Path, metavar="FOLDER")
        if name != "export":
            command.add_argument("--master", default="local[*]", help="where Spark runs: spark://host:7077, k8s://...")
            command.add_argument("--scratch", type=Path, help="a folder that all its machines see")
    chosen = parser.parse_args()
    begun = time.monotonic()
    try:
        chosen.work(chosen, lambda step: print(f"{time.monotonic() - begun:7.1f} s  {step}", flush=True))
    except (SettingsError, Unsafe) as error:
        sys.exit(str(error))
    except FileNotFoundError as error:
        sys.exit(f"no finished export: there is no {error.filename}")
    except ModuleNotFoundError as error:
        sys.exit(f"{error.name} is not installed: it belongs to the extra spark")


def _export(chosen: argparse.Namespace, tell: Tell) -> None:
    files = Files(chosen.folder)
    files.close(uvloop.run(export(_owner(), files)))
    tell(f"exported; keep it as you keep the database: {chosen.folder}")


def _rebuild(chosen: argparse.Namespace, tell: Tell) -> None:
    from deploy.spark.engine import Spark
    from deploy.spark.session import session
    from services.accounting.cases.rebuild_outside import rebuild_outside

    owner = _owner()
    with _scratch(chosen.scratch) as scratch, session(chosen.master, scratch / "spilled") as spark:
        uvloop.run(rebuild_outside(owner, Spark(spark, scratch / "facts"), tell))


def _figures(chosen: argparse.Namespace, tell: Tell) -> None:
    from deploy.spark.engine import compute
    from deploy.spark.session import session

    extent = extent_of(chosen.folder)
    with _scratch(chosen.scratch) as scratch, session(chosen.master, scratch) as spark:
        compute(spark, chosen.folder.resolve(), extent, (), tell)
    tell(f"done: {chosen.folder}/person and {chosen.folder}/cube.parquet")


def _owner() -> str:
    return dsn(owners_url(AccountingSettings.of("accounting"), "accounting"))


@contextmanager
def _scratch(within: Path | None) -> Iterator[Path]:
    """A new folder that only its owner may enter, until the work is done."""
    folder = Path(tempfile.mkdtemp(prefix="kosh-spark-", dir=within)).resolve()
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
