"""Records as a register alone takes them, which knows nobody but by a number: what persons are told apart by today."""

from collections.abc import Sequence

from deploy.simulation.truth import TrueRecord
from tests.accuracy.said import Record


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
