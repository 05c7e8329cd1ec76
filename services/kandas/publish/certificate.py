"""The certificate of a status as it is printed: a PDF in Kazakh, Russian or English."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from services.kandas.cases.certificate import IssuedCertificate
from services.kandas.publish.pdf import Block, page
from shared import clock
from shared.events.person import Person
from shared.kernel.codes import Language, code_list

_TEXTS = Path(__file__).parent / "texts.toml"
_GROUP = 4
"""Digits of the code that stand together: 32 in a row nobody reads aloud."""


def printed(issued: IssuedCertificate, language: Language) -> bytes:
    """The PDF of one page."""
    made_at = clock.start_of(issued.issued_on)
    return page(list(_blocks(issued, language)), texts()["title"][language], language, made_at)


@cache
def texts() -> dict[str, dict[str, str]]:
    """What is printed, by name and language."""
    return tomllib.loads(_TEXTS.read_text(encoding="utf-8"))


def _blocks(issued: IssuedCertificate, language: Language) -> Iterator[Block]:
    said = {name: by_language[language] for name, by_language in texts().items()}
    yield Block(said["title"], size=18)
    for name, value in _values(issued, language):
        yield Block(said[name], size=9, space=12)
        yield Block(value, size=13, space=0)
    yield Block(said["verify"], size=9, space=24)


def _values(issued: IssuedCertificate, language: Language) -> Iterator[tuple[str, str]]:
    status = issued.status
    yield "certificate", issued.certificate
    yield "name", _name(status.person)
    yield "birth_date", str(status.person.birth_date)
    if status.person.iin is not None:
        yield "iin", status.person.iin
    yield "citizenship", _label(status.person.citizenship, language)
    yield "country_of_origin", _label(status.country_of_origin, language)
    yield "region", code_list("regions")[status.region].label(language)
    yield "issued_on", issued.issued_on.isoformat()
    if status.valid_until is not None:
        yield "valid_until", status.valid_until.isoformat()
    yield "code", " ".join(issued.code[at : at + _GROUP] for at in range(0, len(issued.code), _GROUP))


def _name(person: Person) -> str:
    """As the passport writes it, and in Cyrillic where that is known."""
    latin = " ".join(filter(None, (person.surname, person.given_names)))
    known = (person.surname_cyrillic, person.given_names_cyrillic, person.patronymic_cyrillic)
    cyrillic = " ".join(filter(None, known))
    return f"{cyrillic} / {latin}" if cyrillic else latin


def _label(country: str, language: Language) -> str:
    for name in ("countries", "issuing_organisations"):
        if country in code_list(name):
            return code_list(name)[country].label(language)
    return country
