"""Files that pages need (style sheets, scripts), served from memory: each has its version in its address, and so may be
kept for a year."""

from base64 import b32encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from starlette.responses import Response

from shared.errors import NotFound

_MEDIA: Final = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
KINDS: Final = tuple(each.partition(";")[0] for each in _MEDIA.values())

POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Content-Security-Policy of a page with such files: what is of this server and nothing else, no text is code."""
PAGE_HEADERS: Final = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer"}


@dataclass(frozen=True, slots=True)
class Asset:
    content: bytes
    media_type: str
    version: str


Assets = Mapping[str, Asset]
"""By their names."""


def assets_of(folder: Path) -> Assets:
    """The style sheets and scripts of a folder."""
    return {path.name: _asset(path) for path in sorted(folder.iterdir()) if path.suffix in _MEDIA}


def addresses(assets: Assets, under: str) -> dict[str, str]:
    """Name -> address, with its version, where a route answers `answer` at `{under}/{name}`."""
    return {name: f"{under}/{name}?v={asset.version}" for name, asset in assets.items()}


def answer(assets: Assets, name: str) -> Response:
    """The file. Raises NotFound."""
    if (found := assets.get(name)) is None:
        raise NotFound("There is no such page.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(found.content, media_type=found.media_type, headers=headers)


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    return Asset(content, _MEDIA[path.suffix], b32encode(sha256(content).digest())[:10].decode().lower())
