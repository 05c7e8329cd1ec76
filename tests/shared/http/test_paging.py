from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Invalid
from shared.http.paging import after, cursor_at, last_id, page


@given(
    position=st.integers(-(2**63) + 1, 2**63 - 1),
    subject=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=50),
)
def test_a_cursor_leads_back_to_where_it_was_taken(position: int, subject: str) -> None:
    assert after(cursor_at(position, subject), int, str) == (position, subject)


def test_the_first_page_has_none() -> None:
    assert after(None, int) is None


@given(st.text(max_size=60))
def test_what_we_did_not_give_out_is_refused(given_back: str) -> None:
    with pytest.raises(Invalid, match="Begin again without one"):
        after(given_back, int, str, int)


def test_a_cursor_of_another_list_is_refused() -> None:
    with pytest.raises(Invalid):
        after(cursor_at("text"), int)
    with pytest.raises(Invalid):
        after(cursor_at(1, 2), int)


def test_what_the_database_could_not_compare_with_is_refused() -> None:
    for value in (2**63, -(2**63), "a\0"):
        with pytest.raises(Invalid):
            after(cursor_at(value), type(value))


@given(id=st.uuids(), day=st.dates())
def test_ids_and_days_come_back_as_such(id: UUID, day: date) -> None:
    assert after(cursor_at(str(day), str(id)), date, UUID) == (day, id)
    assert last_id(cursor_at(str(id))) == id


@pytest.mark.parametrize("value", ["", "x", "9" * 40, "2026-02-30", "١٢", 7])
def test_what_is_no_id_and_no_day_is_refused(value: str | int) -> None:
    for kind in (UUID, date):
        with pytest.raises(Invalid, match="Begin again without one"):
            after(cursor_at(value), kind)


def test_one_more_row_than_asked_for_tells_that_there_is_more() -> None:
    assert page([1, 2, 3], 2) == ([1, 2], True)
    assert page([1, 2], 2) == ([1, 2], False)
