"""Lists of preferences and languages."""

import pytest

from services.accounting.publish.languages import preferred
from services.accounting.publish.preferences import by_preference


def test_values_come_by_weight_and_then_in_their_order() -> None:
    wanted = by_preference('text/csv;q=0.2, application/json; version="1.0" , text/xml;q=1.0, a/b;q=0, c/d;q=x')
    assert wanted == [("application/json", {"version": "1.0"}), ("text/xml", {}), ("text/csv", {})]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "kk"),
        ("", "kk"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("de, en-GB;q=0.7, kk;q=0.9", "kk"),
        ("fr, *", "kk"),
        ("EN", "en"),
    ],
)
def test_a_reader_gets_the_language_that_they_prefer_of_ours(header: str | None, language: str) -> None:
    assert preferred(header, "kk") == language
