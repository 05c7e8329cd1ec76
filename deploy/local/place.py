"""Where a server that must not run as root keeps its data."""

import os
import stat
import tempfile
from pathlib import Path

from deploy.local.process import NOBODY


def server_uid() -> int | None:
    """The uid a server that refuses root is run with; None means: as whoever we are."""
    return NOBODY if os.getuid() == 0 else None


def reachable(path: Path) -> bool:
    """Whether any user may enter every directory above `path` (a home with mode 0700 lets nobody in)."""
    return all(directory.stat().st_mode & stat.S_IXOTH for directory in path.resolve().parents)


def data_directory(wanted: Path) -> Path:
    """Makes `wanted` as a directory of the server's own, or a link to one in /var/tmp where the server cannot reach it.

    The link is the only memory of the other place: who deletes `wanted` starts anew.
    """
    uid = server_uid()
    if not wanted.exists():
        wanted.unlink(missing_ok=True)
        wanted.parent.mkdir(parents=True, exist_ok=True)
        if uid is None or reachable(wanted):
            wanted.mkdir(mode=0o700)
        else:
            wanted.symlink_to(tempfile.mkdtemp(prefix="kosh-", dir="/var/tmp"))
        if uid is not None:
            os.chown(wanted, uid, uid)
    return wanted.resolve()
