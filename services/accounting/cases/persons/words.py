"""A reviewer says whether two claims are one person's, or withdraws that; the intake takes it, and figures follow."""

from typing import Final, Literal

import numpy as np
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncEngine

from services.accounting.cases.persons.sides import HeldSide, SpokenWord, Verdict, claims_of, named, seen
from services.accounting.cases.residence.classification import pseudonym
from services.accounting.rules.persons.identity import components, pairs
from services.accounting.store.persons import identity, words
from services.accounting.store.persons.words import TWO_IINS, Connection, Said
from shared.audit import access_log
from shared.db.driver import begun
from shared.errors import Conflict, Fault, Invalid
from shared.events.wire import Text, WireModel
from shared.identity.callers import Caller

Reason = Literal[
    "documents_seen", "name_changed", "spelling", "entry_error", "two_iins_of_one", "relatives", "namesakes",
    "number_mistyped", "said_in_error", "new_evidence",
]  # fmt: skip
REASONS: Final[dict[Verdict, tuple[Reason, ...]]] = {
    "same": ("documents_seen", "name_changed", "spelling", "entry_error", "two_iins_of_one"),
    "apart": ("relatives", "namesakes", "number_mistyped", "documents_seen"),
    "withdrawn": ("said_in_error", "new_evidence"),
}
"""By verdict, why it may be said."""


class ReviewersWord(WireModel):
    """What a reviewer says of two claims. Reasons of `same`: documents_seen, name_changed, spelling, entry_error,
    two_iins_of_one (the only one that joins persons of different IINs); of `apart`: relatives, namesakes,
    number_mistyped, documents_seen; of `withdrawn`: said_in_error, new_evidence."""

    verdict: Verdict
    reason: Reason
    note: Text | None = Field(None, description="what it rests on, without names and numbers of persons")


async def say(engine: AsyncEngine, id: str, word: ReviewersWord, caller: Caller) -> tuple[SpokenWord, bool]:
    """Adds a word, and tells whether it is new: what the newest word says already is not said again.

    Raises Invalid where the reason is none of the verdict, NotFound, and Conflict where records or IINs stand against
    the word, or where there is none to withdraw.
    """
    one, other = claims_of(id)
    if word.reason not in REASONS[word.verdict]:
        raise Invalid(NOT_A_REASON, faults=[Fault("/reason", "is no reason for this verdict.")])
    async with engine.begin() as connection:
        direct = await begun(connection)
        await words.become_speaker(direct)
        both = await seen(direct, one, other)
        newest = next(iter(await words.history(direct, one, other)), None)
        if newest and (newest.verdict, newest.reason, newest.note) == (word.verdict, word.reason, word.note):
            said, new = newest, False
        else:
            await _expect_possible(direct, word, both, newest)
            content = (word.verdict, word.reason, word.note, caller.subject, caller.agency)
            said, new = await words.add(direct, one, other, *content), True
        for each in both:
            shown = pseudonym(each.person or each.claim.key)
            action: access_log.Action = "change" if new else "repeat"
            whom = await named(direct, each)
            await access_log.log_versions(connection, caller, action, "person", shown, whom, word.reason)
    return SpokenWord.of(said), new


NOT_A_REASON: Final = "This verdict has other reasons; the description of the body names them."
RECORDED: Final = "Records hold both claims of one person. Have the register correct them; a word does not part them."
OTHER_IINS: Final = (
    "Both have an IIN, and not the same. Say so with the reason two_iins_of_one, if one person has both."
)
NOTHING_SAID: Final = "There is no word on this pair that could be withdrawn."


async def _expect_possible(
    connection: Connection, word: ReviewersWord, both: list[HeldSide], newest: Said | None
) -> None:
    """Raises Conflict where the word would have no effect as things stand."""
    if word.verdict == "withdrawn" and (newest is None or newest.verdict == "withdrawn"):
        raise Conflict(NOTHING_SAID)
    if word.verdict == "same" and word.reason != TWO_IINS:
        iins = [await _iins(connection, each) for each in both]
        if all(iins) and iins[0].isdisjoint(iins[1]):
            raise Conflict(OTHER_IINS)
    if word.verdict == "apart" and await _recorded(connection, both):
        raise Conflict(RECORDED)


async def _iins(connection: Connection, each: HeldSide) -> set[int]:
    said = await identity.said(connection, each.people.keys.tolist() or [each.claim.key])
    return {int(number) for number in said["number"][said["key"] & 1 == 1]}


async def _recorded(connection: Connection, both: list[HeldSide]) -> bool:
    """Whether the records of one person join both claims, without any link."""
    one, other = both
    if one.person is None or one.person != other.person:
        return False
    held = (
        await identity.holdings_of_crossings(connection, one.people.crossings["fact"].tolist()),
        await identity.holdings_of_register_facts(connection, one.people.keys.tolist()),
    )
    keys, group = components(pairs(np.concatenate(held)))
    first, second = group[np.searchsorted(keys, (one.claim.key, other.claim.key))]
    return bool(first == second)
