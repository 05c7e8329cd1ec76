"""What the guides say of the code is so: services' READMEs, the glossary, and the paths that CONTRIBUTING names."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICES = sorted(path.parent for path in (ROOT / "services").glob("*/app.py"))
SECTIONS = ["Procedures", "Norms", "Not modelled", "Where to start"]
WORDS = re.findall(r"^\| ([^|]+) \| `([^`]+)` \|", (ROOT / "docs/glossary.md").read_text(), re.MULTILINE)
PATH = re.compile(r"`((?:api|cases|rules|store|intake|tests|services|shared|contracts|docs)/[\w./]+)`")


def readme(service: Path) -> str:
    return (service / "README.md").read_text()


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_s_readme_fits_on_a_screen_and_has_its_sections(service: Path) -> None:
    assert re.findall(r"^## (.+)$", readme(service), re.MULTILINE) == SECTIONS
    assert len(readme(service).splitlines()) <= 65


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_s_readme_names_every_procedure(service: Path) -> None:
    """A procedure is what has a module of one name in api/ and cases/; other cases may be named where they explain."""
    cases, api = (
        {str(path.relative_to(service / layer).with_suffix("")) for path in (service / layer).rglob("*.py")}
        for layer in ("cases", "api")
    )
    named = set(re.findall(r"^\| `([\w/]+)` \|", readme(service), re.MULTILINE))
    assert sorted({each for each in cases & api if not each.endswith("__init__")} - named) == []
    assert sorted(named - cases) == []


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_s_readme_names_every_norm(service: Path) -> None:
    rules = service / "rules/norms.toml"  # a register that decides nothing has none
    norms = tomllib.loads(rules.read_text()) if rules.exists() else {}
    assert [name for name in norms if f"`{name}`" not in readme(service)] == []


@pytest.mark.parametrize("page", [ROOT / "CONTRIBUTING.md", *(each / "README.md" for each in SERVICES)], ids=str)
def test_every_path_that_is_named_exists(page: Path) -> None:
    places = PATH.findall(page.read_text())
    assert [each for each in places if not ((page.parent / each).exists() or (ROOT / each).exists())] == []


@pytest.mark.parametrize(("words", "place"), WORDS)
def test_a_word_of_the_glossary_is_used_where_it_says(words: str, place: str) -> None:
    assert (ROOT / place).exists()
    files = [ROOT / place] if (ROOT / place).is_file() else (ROOT / place).rglob("*.py")
    texts = [path.read_text().lower() for path in files]
    assert [word for word in words.split(", ") if not any(word.lower() in text for text in texts)] == []


def test_the_glossary_has_its_words() -> None:
    assert len(WORDS) >= 30
