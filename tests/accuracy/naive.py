"""The counts of today, each by the one register that serves the purpose: how far they are off without the others.

The official balance is counted from (de)registrations at a permanent address, workers here from permits, workers
abroad from the consular register, moves from registrations, and persons are told apart by their documents.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from deploy.simulation.truth import TrueRecord
from tests.accuracy.said import Record
from tests.accuracy.truth import by_period


def record_of(each: TrueRecord) -> Record:
    """By what a record is known to its register and to all others."""
    return each.service, each.path, each.source_id


def standing(records: Sequence[TrueRecord]) -> list[TrueRecord]:
    """Records in effect: the newest version of each, without those that were withdrawn."""
    newest: dict[Record, TrueRecord] = {}
    for each in sorted(records, key=lambda each: each.version):
        newest[record_of(each)] = each
    return [each for each in newest.values() if each.act != "withdraw"]


def by_document(records: Sequence[TrueRecord]) -> dict[Record, str]:
    """Record -> the IIN in it, else the document: one number, one person."""
    return {record_of(each): each.iin or each.document for each in records}


def registered_moves(records: Sequence[TrueRecord], act: str) -> Counter[str]:
    """Year or month -> registrations from abroad, or de-registrations to abroad: the coupons of today's balance."""
    return by_period(each.day for each in _registrations(records) if each.what == act and each.country)


def registered_moves_inside(records: Sequence[TrueRecord]) -> Counter[str]:
    """Year or month -> registrations in a region of who came from inside the country."""
    moves = (each for each in _registrations(records) if each.what == "registration" and not each.country)
    return by_period(each.day for each in moves)


def in_register(records: Sequence[TrueRecord], path: str, day: date, purpose: str = "") -> int:
    """Records of a kind that had begun by a day: registers of today rarely know when somebody has gone."""
    return sum(each.path == path and each.day <= day and (not purpose or each.purpose == purpose) for each in records)


def _registrations(records: Sequence[TrueRecord]) -> Iterator[TrueRecord]:
    return (each for each in records if each.path == "residence-registrations")
