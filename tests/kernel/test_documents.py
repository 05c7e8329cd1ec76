"""One document is one number, whatever stands between its characters."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel import documents

plain_numbers = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=22)


@pytest.mark.parametrize("written", ["FA1234567", "fa 123-45-67", " FA<1234567<", "FA–1234567", "№ FA 1234567"])
def test_separators_and_case_do_not_matter(written: str) -> None:
    assert documents.normalise(written) == "FA1234567"


@pytest.mark.parametrize("written", ["", " - ", "ФА1234567", "A" * 23, "FA_123", "ＦＡ１２"])
def test_refuses_other_characters_without_repeating_them(written: str) -> None:
    with pytest.raises(ValueError, match="Latin letters and digits") as refused:
        documents.normalise(written)
    assert not written.strip(" -") or written not in str(refused.value)


@given(plain_numbers, st.lists(st.sampled_from(" -/.<"), min_size=22, max_size=22))
def test_normalising_finds_the_plain_number_again(plain: str, between: list[str]) -> None:
    written = "".join(character + gap for character, gap in zip(plain.lower(), between, strict=False))
    assert documents.normalise(written) == plain
    assert documents.normalise(plain) == plain


def test_the_same_number_of_two_states_is_two_documents() -> None:
    assert documents.identity_key("UZB", "fa 1") == documents.identity_key("UZB", "FA1")
    assert documents.identity_key("UZB", "FA1") != documents.identity_key("KGZ", "FA1")


@pytest.mark.parametrize("written", ["000000000", "0", "XXXXXXXXX", "xxx", "NODOC", "no doc", "999999999", "123456789"])
def test_what_stands_for_no_number_is_nobody_s(written: str) -> None:
    assert documents.is_filler(written)


@pytest.mark.parametrize("written", ["FA1234567", "N0000000", "100000000", "061234567", "C01X00T47", "01234568"])
def test_a_number_of_a_document_is_no_filler(written: str) -> None:
    assert not documents.is_filler(written)
