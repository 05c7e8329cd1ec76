"""What a correction or withdrawal asks of the database: as many statements as it has matters to settle, and no more.

Counted are those through SQLAlchemy; the event and the log's row are two COPYs beside them.
"""

from typing import Any

import pytest
from sqlalchemy import event

from shared.testing.api import Api
from shared.testing.people import crossing, person
from tests.portal.test_border_control import BORDER, post

# The record locked, revised, and its marks sieved; the person locked, and notices about them or stays beside them.
COSTS: list[tuple[str, dict[str, Any], int]] = [
    ("entry", {"purpose": "study"}, 3),
    ("exit", {"checkpoint": "TSE-AIR"}, 3),
    ("entry", {"crossed_at": "2026-03-02T10:15:00+05:00"}, 5),
    ("exit", {"crossed_at": "2026-03-02T10:15:00+05:00"}, 5),
    ("exit", {"person": person()}, 5),
    ("entry", {"direction": "exit"}, 6),
    ("entry", {"visa_number": "V-1"}, 13),
]


async def test_statements_of_single_corrections_and_withdrawals(portal: Api) -> None:
    statements: list[str] = []
    event.listen(portal.engine.sync_engine, "before_cursor_execute", lambda _c, _cur, sql, *_: statements.append(sql))
    for direction, changes, most in COSTS:
        body = crossing(direction=direction)
        id = (await post(portal, "border-crossings", body, BORDER))["id"]
        statements.clear()
        answer = await portal.client.put(
            f"/v1/border-crossings/{id}",
            json={"reason": "wrong in the source", "record": body | changes},
            headers=portal.token(BORDER) | {"If-Match": '"1"'},
        )
        assert answer.status_code == 200, answer.text
        assert len(statements) <= most, (changes, statements)
        statements.clear()
        await post(portal, f"border-crossings/{id}:withdraw", {"reason": "never"}, BORDER, **{"If-Match": '"2"'})
        assert len(statements) <= (12 if "visa_number" in changes else 5), (changes, statements)


@pytest.mark.parametrize("changes", [{"purpose": "study"}, {"country": None}])
async def test_what_stays_do_not_see_leaves_them_as_they_are(portal: Api, changes: dict[str, Any]) -> None:
    """A duty that an entry opened gets no new state by a correction of what nobody is registered by."""
    body = crossing(visa_number="V-2", person=person())
    id = (await post(portal, "border-crossings", body, BORDER))["id"]
    before = await portal.rows("SELECT *, xmin::text FROM host_duty")
    events = len(await portal.events())
    answer = await portal.client.put(
        f"/v1/border-crossings/{id}",
        json={"reason": "wrong in the source", "record": body | changes},
        headers=portal.token(BORDER) | {"If-Match": '"1"'},
    )
    assert answer.status_code == 200, answer.text
    assert len(before) == 1
    assert await portal.rows("SELECT *, xmin::text FROM host_duty") == before
    assert len(await portal.events()) == events + 1
