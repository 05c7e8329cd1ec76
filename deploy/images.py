"""The digests of the images in deploy/images.yml: python3 deploy/images.py tells which have none, `pin` writes them.

Needs Python and, to pin, docker with buildx and a way to the registry.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

FILE = Path(__file__).with_name("images.yml")
_NAMED = re.compile(r"^( +(?:image|PYTHON): )([^\s@]+:[^\s@]+)(@sha256:[0-9a-f]{64})?(?=\s|$)", re.MULTILINE)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def named(text: str) -> dict[str, str | None]:
    """Each `name:tag` of the file -> its digest, None where it has none."""
    return {image: digest.removeprefix("@") or None for _, image, digest in _NAMED.findall(text)}


def pinned(text: str, digest_of: Callable[[str], str]) -> str:
    """The file with a digest behind every tag that has none. Raises ValueError for what is no digest."""

    def write(found: re.Match[str]) -> str:
        if found[3]:
            return found[0]
        digest = digest_of(found[2]).strip()
        if not _DIGEST.fullmatch(digest):
            raise ValueError(f"no digest of {found[2]} was told")
        return f"{found[1]}{found[2]}@{digest}"

    return _NAMED.sub(write, text)


def _asked(image: str) -> str:
    command = ["docker", "buildx", "imagetools", "inspect", image, "--format", "{{.Manifest.Digest}}"]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def main() -> None:
    text = FILE.read_text("utf-8")
    if sys.argv[1:] == ["pin"]:
        text = pinned(text, _asked)
        FILE.write_text(text, "utf-8")
    for image, digest in named(text).items():
        print(image, digest or "UNPINNED")


if __name__ == "__main__":
    main()
