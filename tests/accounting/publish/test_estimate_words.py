"""Estimates and evidence in words: nothing stays unfilled, in no language, whatever the numbers are."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.accounting.publish.estimates.words import evidence, explained, templates, title
from services.accounting.publish.languages import LANGUAGES
from services.accounting.rules.estimates.hosts import HOSTS
from services.accounting.rules.estimates.series import CONCEPTS
from services.accounting.rules.estimates.undercount import TwoCounts, adjusted, total
from services.accounting.rules.figures.evidence import EVIDENCE
from shared.kernel.codes import Language

PERSONS = st.integers(0, 10**7)
COUNTRIES = st.sampled_from(sorted({each.country for each in HOSTS} - {"KAZ"} | {"TUR", "USA"}))


def test_every_kind_of_evidence_is_described_in_every_language_and_no_other() -> None:
    kinds = {indicator for flow, indicator, _ in EVIDENCE if flow != "DF_MIRROR"}
    assert set(evidence()) == {(kind, language) for kind in kinds for language in LANGUAGES}
    assert all(text.strip().endswith(".") for words in evidence().values() for text in words)


def test_the_languages_have_the_same_words_with_the_same_places() -> None:
    def places(language: Language) -> dict[str, set[str | None]]:
        return {
            name: {place for _, place, _, _ in string.Formatter().parse(text) if place}
            for name, text in templates()[language].items()
        }

    assert set(templates()) == set(LANGUAGES)
    assert places("kk") == places("ru") == places("en")


@given(
    st.dictionaries(COUNTRIES, st.builds(TwoCounts, PERSONS, st.none() | PERSONS)), st.sampled_from(sorted(CONCEPTS))
)
def test_whatever_is_estimated_has_its_page_with_its_own_numbers(counts: dict[str, TwoCounts], concept: str) -> None:
    found = adjusted(counts, 2024, "seed", flow=CONCEPTS[concept].flow)
    everywhere = total(found, counts)
    pages = {country: (counts[country], each) for country, each in found.items()} | (
        {"_T": (None, everywhere)} if everywhere else {}
    )
    for country, (said, estimate) in pages.items():
        for language in LANGUAGES:
            text = "\n".join([title(concept, country, "2024", language), *explained(concept, said, estimate, language)])
            assert not re.search(r"[{}]|None|nan|inf\b", text)
            assert {str(round(estimate.value)), str(estimate.own)} <= set(re.findall(r"\d+", text))
            assert (templates()[language]["assumed"] in text) == estimate.assumed, "what is assumed is said"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_which_hosts_it_rests_on_and_whom_they_miss(language: Language) -> None:
    counts = {
        "DEU": TwoCounts(50, 500),
        "KOR": TwoCounts(200, 1000),
        "POL": TwoCounts(10, 100),
        "RUS": TwoCounts(9, None),
    }
    page = explained("WORKING", counts["RUS"], adjusted(counts, 2024, "s", flow=False)["RUS"], language)
    assert "16.2 %" in page[3]
    assert templates()[language]["mirror_silent"] == page[2]
    assert evidence()["CONSULAR_WORKING", language].failings in page[1]
