"""docs/settings.md names every setting of the code, its default with it, and no other."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/settings.md").read_text()
ROW = re.compile(r"^\| `([A-Z_<>]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)
DEFAULTS = {name: default for name, default, _ in ROW.findall(PAGE)}

SERVICES = "|".join(sorted(path.parent.name.upper() for path in (ROOT / "services").glob("*/app.py")))
OF_A_SERVICE = re.compile(rf"KOSH_({SERVICES})_")
OF_A_REGISTER = re.compile(rf"KOSH_FEED_({SERVICES})_")
READ = re.compile(r'environ\w*(?:\.get\(|\[)"([A-Z_]+)"')
OURS = re.compile(r"\bKOSH_[A-Z_]*[A-Z]\b(?!_)")
NOT_OURS = {"PATH"}
ONE_SERVICE_S = {
    "KOSH_ACCOUNTING_DISCLOSURE_SECRET",
    "KOSH_ACCOUNTING_IDENTITY_SECRET",
    "KOSH_ACCOUNTING_INTAKE_DATABASE_URL",
    "KOSH_ACCOUNTING_INTAKE_PASSWORD",
    "KOSH_ACCOUNTING_MONTHLY_RELEASES",
    "KOSH_ACCOUNTING_PUBLIC_API_METRICS_PORT",
    "KOSH_ACCOUNTING_PUBLIC_DATABASE_URL",
    "KOSH_ACCOUNTING_PUBLIC_HOST",
    "KOSH_ACCOUNTING_PUBLIC_PASSWORD",
    "KOSH_ACCOUNTING_PUBLIC_PORT",
    "KOSH_ACCOUNTING_REPORTS_FOLDER",
    "KOSH_ACCOUNTING_REVIEW_DATABASE_URL",
    "KOSH_ACCOUNTING_REVIEW_PASSWORD",
}


def general(name: str) -> str:
    """The name with <SERVICE> or <REGISTER> instead of one of them."""
    if name in ONE_SERVICE_S:
        return name
    return OF_A_REGISTER.sub("KOSH_FEED_<REGISTER>_", OF_A_SERVICE.sub("KOSH_<SERVICE>_", name))


def texts(*tops: str) -> Iterator[str]:
    """Programs of these folders, without this one."""
    paths = (path for top in tops for ending in ("*.py", "*.sh") for path in (ROOT / top).rglob(ending))
    yield from (path.read_text() for path in paths if path != Path(__file__) and "node_modules" not in path.parts)


def named() -> set[str]:
    """What the product and its containers call a setting of Kosh, and what else is read from the environment."""
    files = [(ROOT / name).read_text() for name in ("docker-compose.yml", "Makefile", "deploy/Dockerfile")]
    ours = {name for text in [*texts("shared", "services", "deploy"), *files] for name in OURS.findall(text)}
    return ours | {name for text in texts("shared", "services", "deploy", "tests") for name in READ.findall(text)}


def models() -> Iterator[tuple[str, type[BaseSettings]]]:
    """Every class of settings with the beginning of its names (`deploy.databases` reads two of the services')."""
    files = [ROOT / "shared/settings.py", *(ROOT / "services").glob("*/settings.py")]
    for path in files:
        module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for found in vars(module).values():
            if isinstance(found, type) and issubclass(found, BaseSettings) and found.__module__ == module.__name__:
                service = f"KOSH_{path.parent.name.upper()}_" if path.parent.parent.name == "services" else None
                yield found.model_config.get("env_prefix") or service or "KOSH_<SERVICE>_", found


def fields() -> Iterator[tuple[str, FieldInfo]]:
    for prefix, model in models():
        for name, field in model.model_fields.items():
            yield general(str(field.validation_alias or prefix + name.upper())), field


def test_every_setting_of_the_code_is_on_the_page_and_no_other() -> None:
    wanted = {general(name) for name in named() - NOT_OURS} | {name for name, _ in fields()}
    assert sorted(wanted) == sorted(DEFAULTS)


@pytest.mark.parametrize(("name", "field"), dict(fields()).items(), ids=dict(fields()))
def test_a_default_on_the_page_is_the_code_s(name: str, field: FieldInfo) -> None:
    words = {"None": "none", "{}": "none", "": "empty"}
    default = str(field.get_default(call_default_factory=True))
    assert DEFAULTS[name] == ("required" if field.is_required() else words.get(default, default))
