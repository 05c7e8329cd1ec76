"""Anchors: heads of the access log's chain, kept outside the database.

Each anchor is one line of JSON in `<service>.jsonl` below KOSH_AUDIT_ANCHORS: service, number of the seal, newest
sealed row, head, and when. Lines are only ever appended: let the directory be one that the database's administrators
cannot write to, or append-only (`chattr +a`, an object store with retention). The same line goes to the process's log,
whose collector is another place outside. It holds no personal data.
"""

import json
import logging
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from shared import clock
from shared.audit import chain
from shared.db.engine import make_engine
from shared.settings import AnchorSettings
from shared.timer import A_DAY, Job

log = logging.getLogger(__name__)


class BadAnchors(Exception):
    """The file of anchors is not one that this module has written; the message names the line."""


async def anchor(service: str, engine: AsyncEngine, directory: Path | None) -> None:
    """Seals what is decided, and writes down the head; repeated, it writes one more line, which harms nobody."""
    await chain.seal(engine)
    async with engine.connect() as connection:
        head = await chain.head(connection)
    if not head.number:
        return
    line = _line(service, head)
    log.info("access log anchored: %s", line)
    if directory is not None:
        _append(directory, service, line)


def _append(directory: Path, service: str, line: str) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    with (directory / f"{service}.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def _line(service: str, head: chain.ChainHead) -> str:
    told = {"service": service, "seal": head.number, "through": head.through, "head": head.digest.hex()}
    return json.dumps(told | {"at": clock.now().isoformat()})


def kept(service: str, directory: Path | None) -> dict[int, bytes]:
    """The heads that were anchored, by number of seal. Raises BadAnchors where a line cannot be read, or where two
    lines tell two heads of one seal."""
    path = directory / f"{service}.jsonl" if directory is not None else None
    if path is None or not path.exists():
        return {}
    found: dict[int, bytes] = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        seal, head = _read(line, f"{path.name}, line {number}")
        if found.setdefault(seal, head) != head:
            raise BadAnchors(f"{path.name}, line {number}: another head of seal {seal} was anchored before")
    return found


def _read(line: str, place: str) -> tuple[int, bytes]:
    try:
        told: dict[str, Any] = json.loads(line)
        return int(told["seal"]), bytes.fromhex(told["head"])
    except (ValueError, KeyError, TypeError):
        raise BadAnchors(f"{place}: is no anchor") from None


def jobs(service: str) -> tuple[Job, ...]:
    """What the service's background does for its access log: seals it each five minutes, anchors it daily."""

    async def work(engine: AsyncEngine) -> None:
        await anchor(service, engine, AnchorSettings().audit_anchors)

    return Job("access-log-seal", timedelta(minutes=5), chain.seal), Job("access-log-anchor", A_DAY, work)


async def check(service: str, url: str) -> None:
    """The command `access-log-check`: says how far the chain holds, and exits with the first place that does not fit.
    It only reads: any role that may select from log and seals will do."""
    engine = make_engine(url, connections=1, application=f"kosh-{service}-check", background=True)
    try:
        heads = kept(service, AnchorSettings().audit_anchors)
        found = await chain.check(engine, heads)
    except BadAnchors as bad:
        sys.exit(f"{service}: {bad}")
    finally:
        await engine.dispose()
    if found.broken is not None:
        sys.exit(f"{service}: the access log does not fit its chain: {found.broken}")
    print(
        f"{service}: {found.rows} rows fit through {found.head.through}, head {found.head.digest.hex()};"
        f" {found.unsealed} wait for their seal; {len(heads) or 'no'} anchored heads fit"
    )
