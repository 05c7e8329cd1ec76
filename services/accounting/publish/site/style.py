"""The site's style sheet, script and chart library: files under `/assets/`, each with its version in its address."""

import re
from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).with_name("assets")
_MEDIA: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
KINDS: Final = tuple(each.partition(";")[0] for each in _MEDIA.values())

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Content-Security-Policy of every page: files of this server and nothing else."""


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    media_type: str
    version: str

    def address(self, name: str) -> str:
        return f"/assets/{name}?v={self.version}"


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(content, _MEDIA[path.suffix], b32encode(sha256(content).digest())[:10].decode().lower())


ASSETS: Final[Mapping[str, Asset]] = {
    path.name: _asset(path) for path in sorted(_FOLDER.iterdir()) if path.suffix in _MEDIA
}


def _resolved(sheet: str) -> str:
    """With the values of its variables in their places."""
    values = dict(re.findall(r"--(\w+): ([^;]+);", sheet))
    return re.sub(r"var\(--(\w+)\)", lambda named: values[named[1]], sheet[sheet.index("}") + 1 :])


CHART_STYLE: Final = _resolved((_FOLDER / "chart.css").read_text(encoding="utf-8"))
"""The style of charts, for one that is a file of its own: programs that print it may know no variables."""
