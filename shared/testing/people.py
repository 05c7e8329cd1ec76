"""Invented people and what happens to them, for tests and examples."""

from itertools import count
from typing import Any

_numbers = count(1)


def person(**changes: Any) -> dict[str, Any]:
    """A person whom nobody else resembles: own document, own name."""
    number = next(_numbers)
    return {
        "iin": None,
        "document": {"type": "P", "number": f"FA{number:07d}", "issuing_state": "UZB", "expires": "2030-01-31"},
        "surname": f"KARIMOV{_syllables(number)}",
        "given_names": "AZIZ",
        "surname_cyrillic": f"Каримов{_syllables(number, 'бдгклмнпрт', 'а')}",
        "given_names_cyrillic": "Азиз",
        "patronymic_cyrillic": None,
        "birth_date": "1990-05-01",
        "sex": "M",
        "citizenship": "UZB",
    } | changes


def crossing(**changes: Any) -> dict[str, Any]:
    """An entry of a new person; `changes` replace members."""
    number = next(_numbers)
    return {
        "source_id": f"B-{number:06d}",
        "direction": "entry",
        "crossed_at": "2026-03-01T10:15:00+05:00",
        "checkpoint": "ALA-AIR",
        "person": person(),
        "visa_number": None,
        "purpose": "work",
        "country": "UZB",
    } | changes


def _syllables(number: int, consonants: str = "BDGKLMNPRT", vowel: str = "A") -> str:
    """Names hold no digits, and their consonants tell them apart however they are spelled. Neighbouring numbers have
    few syllables in common: persons of one birth date whose names differ by one might be one person."""
    return "".join(consonants[int(digit)] + vowel for digit in f"{number * 7_368_787 % 10**7:07d}")
