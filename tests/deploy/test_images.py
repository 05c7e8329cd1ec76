"""Images are named in one file, with their digests where they are known."""

import re
from subprocess import run

import pytest

from deploy import images
from tests.deploy.compose import ROOT, every_service

TEXT = images.FILE.read_text("utf-8")
DIGEST = "sha256:" + "0123456789abcdef" * 4


def test_no_image_is_named_elsewhere() -> None:
    files = run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    naming = {
        file
        for file in files
        if file.rpartition("/")[2].startswith(("docker-compose", "Dockerfile")) or file.startswith(".ci/")
        for found in re.findall(
            r"(?:^\s*image: *|^FROM +|^ARG PYTHON=)\"?(\S+)", (ROOT / file).read_text(), re.MULTILINE
        )
        if not found.startswith(("kosh/", "${PYTHON}", "base"))
    }
    assert naming == set()


def test_compose_runs_and_builds_with_those_of_the_file() -> None:
    known = {f"{image}@{digest}" if digest else image for image, digest in images.named(TEXT).items()}
    run_with = {each["image"] for each in every_service().values() if not each["image"].startswith("kosh/")}
    built_from = {each["build"]["args"]["PYTHON"] for each in every_service().values() if "build" in each}
    assert len(built_from) == 1
    assert run_with | built_from == known


def test_pinning_writes_a_digest_behind_each_tag_once() -> None:
    asked: list[str] = []

    def told(image: str) -> str:
        asked.append(image)
        return DIGEST + "\n"

    once = images.pinned("services:\n  a:\n    image: x/y:1.2 # why\n  b:\n    image: z:3\n", told)
    assert once == f"services:\n  a:\n    image: x/y:1.2@{DIGEST} # why\n  b:\n    image: z:3@{DIGEST}\n"
    assert images.pinned(once, told) == once
    assert asked == ["x/y:1.2", "z:3"]
    assert set(images.named(images.pinned(TEXT, told)).values()) == {DIGEST}


def test_what_is_no_digest_is_not_written() -> None:
    with pytest.raises(ValueError, match="no digest of"):
        images.pinned(TEXT, lambda image: "not found")
