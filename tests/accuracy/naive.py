"""The counts of today, each by the one register that serves the purpose: how far they are off without the others.

The official balance is counted from (de)registrations at a permanent address, workers here from permits, workers
abroad from the consular register, moves from registrations, and persons are told apart by their documents.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from tests.accuracy.said import Record
from tests.accuracy.truth import TrueRecord, Truth


def standing(truth: Truth) -> list[TrueRecord]:
    """Records in effect: as they were first written, without those that were withdrawn."""
    gone = {(each.service, each.path, each.source_id) for each in truth.records if each.act == "withdraw"}
    return [
        each for each in truth.records if each.act == "create" and (each.service, each.path, each.source_id) not in gone
    ]


def by_document(records: list[TrueRecord]) -> dict[Record, str]:
    """Record -> the document or IIN in it: one number, one person."""
    return {(each.service, each.path, each.source_id): each.iin or each.document for each in records}


def registered_moves(records: list[TrueRecord], act: str) -> Counter[str]:
    """Year or month -> registrations from abroad, or de-registrations to abroad: the coupons of today's balance."""
    days = [each.day for each in _registrations(records) if each.what == act and each.country]
    return Counter(str(day.year) for day in days) + Counter(f"{day:%Y-%m}" for day in days)


def registered_moves_inside(records: list[TrueRecord]) -> Counter[str]:
    """Year -> registrations in a region of who came from inside the country."""
    moves = (each for each in _registrations(records) if each.what == "registration" and not each.country)
    return Counter(str(each.day.year) for each in moves)


def in_register(records: list[TrueRecord], path: str, day: date, purpose: str = "") -> int:
    """Records of a kind that had begun by a day: registers of today rarely know when somebody has gone."""
    return sum(each.path == path and each.day <= day and (not purpose or each.purpose == purpose) for each in records)


def _registrations(records: list[TrueRecord]) -> Iterator[TrueRecord]:
    return (each for each in records if each.path == "residence-registrations")
