"""The Dockerfile: sound, and the image holds what each service needs."""

import os
import re
import shutil
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

from deploy.services import PORTS
from tests.deploy.compose import ROOT, ours

FILE = ROOT / "deploy/Dockerfile"


def stage(name: str) -> str:
    """The text of one stage."""
    found = re.search(rf"^FROM \S+ AS {name}\n(.*?)(?=^FROM |\Z)", FILE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def copied(*stages: str, service: str = "portal") -> list[tuple[str, str]]:
    """What these stages copy from the repository: source and target within the image's directory."""
    found = []
    for line in re.findall(r"^COPY (?!--from)(.+)$", "".join(map(stage, stages)), re.MULTILINE):
        *sources, target = line.replace("${SERVICE}", service).split()
        found += [(source, target + Path(source).name if target.endswith("/") else target) for source in sources]
    return found


def reaches_the_builder(path: str) -> bool:
    """Whether .dockerignore lets it through: the last pattern that fits decides."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    through = True
    for pattern in (line for line in lines if line and not line.startswith("#")):
        bare = pattern.removeprefix("!").removeprefix("**/")
        if any(fnmatch(part, bare) for part in (path, *map(str, Path(path).parents), Path(path).name)):
            through = pattern.startswith("!")
    return through


def test_the_linter_has_nothing_to_say() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, FILE], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("last", ["setup", "service"])
def test_it_runs_as_nobody_in_particular(last: str) -> None:
    assert re.findall(r"^USER (.+)$", stage(last), re.MULTILINE) == ["10001:10001"]
    assert re.search(r"^ENTRYPOINT \[", stage(last), re.MULTILINE)


def test_every_dependency_is_checked_by_its_hash() -> None:
    assert "--require-hashes" in stage("dependencies")
    assert "requirements.lock" in stage("dependencies")


def test_what_forecasts_need_is_in_the_intake_s_image_alone() -> None:
    assert '${EXTRA:+-r "/build/requirements-$EXTRA.lock"}' in stage("dependencies")
    built = {each["image"]: each["build"].get("args", {}).get("EXTRA") for each in ours().values() if "build" in each}
    assert {image: extra for image, extra in built.items() if extra} == {
        ours()["accounting-intake"]["image"]: "forecasts"
    }
    assert [name for name, each in ours().items() if each["image"] == ours()["accounting-intake"]["image"]] == [
        "accounting-intake"
    ]
    assert reaches_the_builder("requirements-forecasts.lock")


@pytest.mark.parametrize(
    "path", [".env", ".git", ".run/issuer/private.json", "tests/conftest.py", "deploy/local/run.py"]
)
def test_neither_secrets_nor_tools_reach_the_builder(path: str) -> None:
    assert not reaches_the_builder(path)


@pytest.mark.parametrize("service", sorted(PORTS))
def test_the_image_holds_what_a_service_needs(service: str, tmp_path: Path) -> None:
    lay_out(copied("base", "service", service=service), tmp_path)
    answer = run(tmp_path, f"services.{service}", "--help")
    assert "migrate" in answer
    assert not (tmp_path / "shared/testing").exists()


def test_the_image_of_the_jobs_holds_what_they_need(tmp_path: Path) -> None:
    lay_out(copied("base", "setup"), tmp_path)
    with pytest.raises(subprocess.CalledProcessError) as refused:
        run(tmp_path, "deploy.topics")
    assert "KOSH_KAFKA_BOOTSTRAP" in refused.value.stderr
    assert run(tmp_path, "deploy.databases", KOSH_POSTGRES_ADMIN_URL="postgresql://nobody@localhost/none") == ""


def lay_out(files: list[tuple[str, str]], image: Path) -> None:
    """Copies as the builder would."""

    def held_back(directory: str, names: list[str]) -> list[str]:
        inside = Path(directory).relative_to(ROOT)
        return [name for name in names if not reaches_the_builder(str(inside / name))]

    for source, target in files:
        assert reaches_the_builder(source), source
        (image / target).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, image / target, ignore=held_back)
        else:
            shutil.copy(ROOT / source, image / target)


def run(image: Path, module: str, *arguments: str, **variables: str) -> str:
    """What the module prints, run within the image's directory and nothing else of ours in reach."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("KOSH_", "PYTHON"))}
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(
        command, cwd=image, env=environment | variables, capture_output=True, text=True, check=True, timeout=60
    ).stdout
