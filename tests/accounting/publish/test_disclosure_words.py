"""The page on disclosure control says the same in each language, with the numbers of the rule."""

import tomllib
from pathlib import Path

from services.accounting.publish.disclosure import PARTS, words
from services.accounting.rules.disclosure.cell_key import MOST, WITHHELD


def test_each_language_says_the_same_with_the_numbers_of_the_rule() -> None:
    told = tomllib.loads(Path("services/accounting/publish/disclosure.toml").read_text())
    assert list(told) == ["en", "ru", "kk"]
    assert len({tuple(each) for each in told.values()}) == 1
    for page in words().values():
        text = " ".join(page.paragraphs)
        for number in (MOST, WITHHELD, WITHHELD + 1, PARTS, MOST * (PARTS + 1)):
            assert str(number) in text
        assert "{" not in text
        assert len(page.answers) == 4
