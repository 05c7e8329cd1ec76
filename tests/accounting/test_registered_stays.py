"""Registered stays: notices that join are one stay whatever the order and the chain, cancelled ones are none."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.persons.identity import fact_key
from services.accounting.rules.persons.registered_stays import Notice, RegisteredStay, registered_stays

STATES = ("awaiting_host", "refused_by_host", "notified", "checked_out", "cancelled")
CHANNELS = ("vmp", "egov", "eqonaq", "office", "post", "self")


FIRST = date(2026, 3, 4)


def notice(record: str, *, joins: str | None = None, **changes: Any) -> Notice:
    told: dict[str, Any] = {
        "channel": "vmp", "state": "notified", "region": "75", "stay_from": FIRST, "stay_until": None,
        "checked_out_on": None, "joins": fact_key(joins) if joins else None,
    } | changes  # fmt: skip
    return Notice(fact_key(record), **told)


def by_notices(notices: Iterable[Notice]) -> list[RegisteredStay]:
    return registered_stays([], notices)


def test_notices_that_join_are_one_stay_where_the_first_says() -> None:
    first = notice("1", channel="eqonaq", stay_until=date(2026, 3, 20), stay_from=date(2026, 3, 5))
    again = notice("2", region="71", joins="1", stay_until=date(2026, 3, 22), state="checked_out",
                   checked_out_on=date(2026, 3, 18))  # fmt: skip
    assert by_notices([again, first]) == [
        RegisteredStay(date(2026, 3, 4), date(2026, 3, 23), date(2026, 3, 18), "75", "eqonaq")
    ]


def test_where_the_first_notice_is_cancelled_those_that_joined_it_are_still_one_stay() -> None:
    joining = [notice("2", joins="1", channel="office", stay_from=date(2026, 3, 6)), notice("3", joins="1")]
    expected = [RegisteredStay(date(2026, 3, 4), None, None, "75", "vmp")]

    assert by_notices([notice("1", state="cancelled", channel="post"), *joining]) == expected
    assert by_notices(joining) == expected, "the first one may be withdrawn, or another person's by mistake"


def test_a_stay_on_entry_and_the_notice_that_registered_it_are_shown_with_their_basis() -> None:
    on_entry = RegisteredStay(FIRST, None, None, "75", "notification")
    assert sorted(stay.basis for stay in registered_stays([on_entry], [notice("1")])) == ["notification", "vmp"]


days = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@st.composite
def chained(draw: st.DrawFn) -> tuple[list[Notice], dict[str, str]]:
    """Notices of which some join an earlier one, or one that is not there; and the first record of each one's stay."""
    notices: list[Notice] = []
    first: dict[str, str] = {}
    for number in range(draw(st.integers(1, 8))):
        record = str(number)
        joins = draw(st.sampled_from([None, "missing", *first]))
        first[record] = first.get(joins, joins) if joins else record
        since, state = draw(days), draw(st.sampled_from(STATES))
        notices.append(notice(
            record, joins=joins, state=state, channel=draw(st.sampled_from(CHANNELS)), stay_from=since,
            stay_until=draw(st.none() | st.just(since + timedelta(days=9))),
            checked_out_on=since if state == "checked_out" else None,
        ))  # fmt: skip
    return notices, first


def stay_of(first: Mapping[str, str]) -> dict[int, str]:
    return {fact_key(record): root for record, root in first.items()}


@given(chained(), st.randoms(use_true_random=False))
def test_any_order_and_any_chain_of_joins_gives_the_same_stays(
    drawn: tuple[list[Notice], dict[str, str]], random: Random
) -> None:
    notices, first = drawn
    root = stay_of(first)
    at_once = [
        each._replace(joins=None if fact_key(root[each.fact]) == each.fact else fact_key(root[each.fact]))
        for each in notices
    ]
    expected = by_notices(notices)

    assert by_notices(random.sample(notices, len(notices))) == expected
    assert by_notices(random.sample(at_once, len(notices))) == expected


@given(chained())
def test_a_stay_is_what_its_notices_that_count_say_together(drawn: tuple[list[Notice], dict[str, str]]) -> None:
    notices, first = drawn
    root = stay_of(first)
    counted: dict[str, list[Notice]] = {}
    for each in notices:
        if each.state in ("notified", "checked_out"):
            counted.setdefault(root[each.fact], []).append(each)
    found = by_notices(notices)

    assert sorted(stay.since for stay in found) == sorted(
        min(each.stay_from for each in together) for together in counted.values()
    )
    assert sorted(str(stay.ended_on) for stay in found) == sorted(
        max((str(each.checked_out_on) for each in together if each.checked_out_on), default="None")
        for together in counted.values()
    )
