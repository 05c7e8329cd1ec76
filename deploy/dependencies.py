"""What the images are made of: `python -m deploy.dependencies bill|audit`.

bill   prints a software bill of materials (CycloneDX, JSON) of the images' locks
audit  asks the Python package index for known vulnerabilities of exactly these versions
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    XsUri,
)
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]
LOCKS = (ROOT / "requirements.lock", ROOT / "requirements-forecasts.lock")
"""What every image is made of, and what the one adds that forecasts are made in."""
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)[^\n]*\n((?:[ \t]+[^\n]*\n?)*)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")

NOT_AUDITED = """Nothing is known of {count} of {all} packages: the index's advisories cannot be asked from here.
Without them the audit proves nothing: run it where the network allows it, before every release."""


def locked(lock: str) -> list[tuple[str, str, list[str]]]:
    """Name, version and SHA-256 hashes of every package in a lock: one hash for each file that may be installed. A
    package may stand there in two versions, for different Pythons."""
    return [(name, version, HASH.findall(rest)) for name, version, rest in PINNED.findall(lock)]


def locks() -> str:
    """The text of all locks."""
    return "".join(each.read_text(encoding="utf-8") for each in LOCKS)


def bill(lock: str) -> str:
    """The bill of materials as JSON. Licences are those that the installed packages state themselves."""
    bom = Bom(components=[_component(*package) for package in locked(lock)])
    bom.metadata.component = Component(name="kosh", type=ComponentType.APPLICATION)
    bom.register_dependency(bom.metadata.component, bom.components)
    return JsonV1Dot6(bom).output_as_string(indent=2)


def findings(report: dict[str, Any]) -> Iterator[str]:
    """What pip-audit's report holds against us, a sentence each. A package that was not looked up is a finding."""
    packages = report["dependencies"]
    unknown = [package for package in packages if "skip_reason" in package]
    if unknown:
        yield NOT_AUDITED.format(count=len(unknown), all=len(packages))
    for package in packages:
        for flaw in package.get("vulns", []):
            mended = ", ".join(flaw["fix_versions"]) or "no version yet"
            yield f"{package['name']} {package['version']}: {flaw['id']}, mended in {mended}"


def audit() -> None:
    """Ends with exit code 1 unless every package was looked up and none is known to be vulnerable."""
    options = ["--require-hashes", "--disable-pip", "--progress-spinner", "off", "-f", "json"]
    files = [word for lock in LOCKS for word in ("-r", str(lock))]
    command = [sys.executable, "-m", "pip_audit", *files, *options]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    if not answer.stdout:
        sys.exit(f"pip-audit did not answer:\n{answer.stderr}")
    if found := list(findings(json.loads(answer.stdout))):
        sys.exit("\n".join(found))
    print("no known vulnerability")


def _component(name: str, version: str, files: list[str]) -> Component:
    """A package with the distributions that the lock lets in, each by its hash: which of them is installed depends on
    the machine, so none of the hashes is the package's own."""
    url = PackageURL("pypi", name=name, version=version)
    place = XsUri(f"https://pypi.org/project/{name}/{version}/#files")
    distribution = ExternalReferenceType.DISTRIBUTION
    let_in = [
        ExternalReference(type=distribution, url=place, hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each)])
        for each in files
    ]
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=url,
        bom_ref=str(url),
        licenses=_licences(name),
        external_references=let_in,
    )


def _licences(name: str) -> list[Any]:
    try:
        known = metadata.metadata(name)
    except metadata.PackageNotFoundError:  # a package for another platform
        return []
    stated = "License-Expression"
    return [LicenseFactory().make_with_expression(known[stated])] if stated in known else []


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m deploy.dependencies")
    parser.add_argument("what", choices=["bill", "audit"])
    if parser.parse_args().what == "audit":
        audit()
    else:
        print(bill(locks()))
