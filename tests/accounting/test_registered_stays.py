"""Registered stays: notices that join are one stay whatever the order and the chain, cancelled ones are none."""

from collections.abc import Mapping
from datetime import date, timedelta
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.accounting.rules.persons.identity import fact_key
from services.accounting.rules.persons.registered_stays import RegisteredStay, registered_stays
from services.accounting.rules.persons.statuses import Stated

STATES = ("awaiting_host", "refused_by_host", "notified", "checked_out", "cancelled")
CHANNELS = ("vmp", "egov", "eqonaq", "office", "post", "self")


def notice(record: str, **changes: Any) -> Stated:
    body = {
        "channel": "vmp", "state": "notified", "region": "75", "stay_from": "2026-03-04", "stay_until": None,
        "checked_out_on": None, "joins": None,
    } | changes  # fmt: skip
    return Stated(fact_key(record), "host_notification.v1", body)


def on_entry(**changes: Any) -> Stated:
    body = {
        "region": "75", "basis": "visa", "since": "2026-03-04", "until": None, "ended_on": None,
    } | changes  # fmt: skip
    return Stated(fact_key("a stay"), "stay_registration.v1", body)


def test_a_stay_registered_on_entry_is_allowed_to_its_last_day_and_ends_with_the_exit() -> None:
    assert registered_stays([on_entry(until="2026-05-02", ended_on="2026-03-28")]) == [
        RegisteredStay(date(2026, 3, 4), date(2026, 5, 3), date(2026, 3, 28), "75", "visa")
    ]


def test_a_stay_without_end_may_be_written_with_the_calendars_last_day() -> None:
    (stay,) = registered_stays([on_entry(until="9999-12-31")])
    assert stay.until is None


def test_notices_that_join_are_one_stay_where_the_first_says() -> None:
    first = notice("1", channel="eqonaq", stay_until="2026-03-20", stay_from="2026-03-05")
    again = notice("2", region="71", joins="1", stay_until="2026-03-22", state="checked_out",
                   checked_out_on="2026-03-18")  # fmt: skip
    assert registered_stays([again, first]) == [
        RegisteredStay(date(2026, 3, 4), date(2026, 3, 23), date(2026, 3, 18), "75", "eqonaq")
    ]


def test_where_the_first_notice_is_cancelled_those_that_joined_it_are_still_one_stay() -> None:
    joining = [notice("2", joins="1", channel="office", stay_from="2026-03-06"), notice("3", joins="1")]
    expected = [RegisteredStay(date(2026, 3, 4), None, None, "75", "vmp")]

    assert registered_stays([notice("1", state="cancelled", channel="post"), *joining]) == expected
    assert registered_stays(joining) == expected, "the first one may be withdrawn, or another person's by mistake"


def test_a_stay_on_entry_and_the_notice_that_registered_it_are_shown_with_their_basis() -> None:
    found = registered_stays([notice("1"), on_entry(basis="notification"), Stated(7, "visa.v1", {})])
    assert sorted(stay.basis for stay in found) == ["notification", "vmp"]


days = st.dates(date(2025, 1, 1), date(2026, 12, 31))


@st.composite
def chained(draw: st.DrawFn) -> tuple[list[Stated], dict[str, str]]:
    """Notices of which some join an earlier one, or one that is not there; and the first record of each one's stay."""
    notices: list[Stated] = []
    first: dict[str, str] = {}
    for number in range(draw(st.integers(1, 8))):
        record = str(number)
        joins = draw(st.sampled_from([None, "missing", *first]))
        first[record] = first.get(joins, joins) if joins else record
        since, state = draw(days), draw(st.sampled_from(STATES))
        notices.append(notice(
            record, joins=joins, state=state, channel=draw(st.sampled_from(CHANNELS)), stay_from=since.isoformat(),
            stay_until=draw(st.none() | st.just((since + timedelta(days=9)).isoformat())),
            checked_out_on=since.isoformat() if state == "checked_out" else None,
        ))  # fmt: skip
    return notices, first


def stay_of(first: Mapping[str, str]) -> dict[int, str]:
    return {fact_key(record): root for record, root in first.items()}


@given(chained(), st.randoms(use_true_random=False))
def test_any_order_and_any_chain_of_joins_gives_the_same_stays(
    drawn: tuple[list[Stated], dict[str, str]], random: Random
) -> None:
    notices, first = drawn
    root = stay_of(first)
    at_once = [
        each._replace(body={**each.body, "joins": None if fact_key(root[each.fact]) == each.fact else root[each.fact]})
        for each in notices
    ]
    expected = registered_stays(notices)

    assert registered_stays(random.sample(notices, len(notices))) == expected
    assert registered_stays(random.sample(at_once, len(notices))) == expected


@given(chained())
def test_a_stay_is_what_its_notices_that_count_say_together(drawn: tuple[list[Stated], dict[str, str]]) -> None:
    notices, first = drawn
    root = stay_of(first)
    counted: dict[str, list[dict[str, Any]]] = {}
    for each in notices:
        if each.body["state"] in ("notified", "checked_out"):
            counted.setdefault(root[each.fact], []).append(dict(each.body))
    found = registered_stays(notices)

    assert sorted(stay.since.isoformat() for stay in found) == sorted(
        min(body["stay_from"] for body in bodies) for bodies in counted.values()
    )
    assert sorted(str(stay.ended_on) for stay in found) == sorted(
        max((body["checked_out_on"] for body in bodies if body["checked_out_on"]), default="None")
        for bodies in counted.values()
    )
