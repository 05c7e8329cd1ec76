"""The code lists: complete, unambiguous, named in three languages, and dated."""

import csv
import re
from datetime import date
from typing import get_args

import pytest

from shared.events.person import DocumentType
from shared.kernel import codes

OTHER_SHAPES = {*codes.CROSSWALKS.values(), "group_members", "agency_reach", "checkpoints"}
LISTS = sorted(path.stem for path in codes.FOLDER.glob("*.csv") if path.stem not in OTHER_SHAPES)
CUTS = (date(2018, 6, 18), date(2018, 6, 19), date(2022, 6, 7), date(2022, 6, 8))
HEADER = ["code", "parent", "kk", "ru", "en", "valid_from", "valid_to", "source"]


@pytest.mark.parametrize("name", LISTS)
def test_every_list_is_well_formed(name: str) -> None:
    with (codes.FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        assert next(csv.reader(file)) == HEADER
    listed = codes.code_list(name)
    assert len(listed) > 0
    for code in listed.values():
        assert code.source
        assert code.parent is None or code.parent in listed
        assert code.valid_to is None or code.valid_from is None or code.valid_from < code.valid_to


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_no_two_codes_of_one_parent_share_a_name(name: str, language: codes.Language) -> None:
    labels = [(code.parent, code.label(language)) for code in codes.code_list(name).values()]
    assert all(label and label == label.strip() for _, label in labels)
    assert len(set(labels)) == len(labels)


@pytest.mark.parametrize("name", LISTS)
def test_labels_are_written_in_their_language(name: str) -> None:
    latin, cyrillic = set("abcdefghijklmnopqrstuvwxyz"), set("абвгдежзийклмнопрстуфхцчшщъыьэюяё")
    kazakh_only = set("әғқңөұүһі")
    for code in codes.code_list(name).values():
        assert not latin & set(code.kk.lower()), code.code
        assert not (latin | kazakh_only) & set(code.ru.lower()) or name in ("regions", "agencies"), code.code
        assert not (cyrillic | kazakh_only) & set(code.en.lower()), code.code


def test_countries_are_complete() -> None:
    countries = codes.code_list("countries")
    persons = {"XXA", "XXB", "XXC", "XXX"}
    today = [code.code for code in countries.values() if code.holds_on(date(2026, 1, 1))]
    assert len(today) == 249 + len(persons)
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in countries)
    assert persons <= set(countries)
    assert (countries["KAZ"].kk, countries["KAZ"].ru, countries["KAZ"].en) == ("Қазақстан", "Казахстан", "Kazakhstan")
    assert (countries["UZB"].kk, countries["KGZ"].ru) == ("Өзбекстан", "Кыргызстан")
    assert codes.is_country("XXA")
    assert not codes.is_country("KZ")
    assert not codes.is_country("XKX"), "of Kosovo ICAO has RKS, as an issuer"


def test_what_was_a_country_holds_until_its_code_was_withdrawn_and_no_longer() -> None:
    countries = codes.code_list("countries")
    former = {code.code for code in countries.values() if code.valid_to is not None}
    assert former == {"ANT", "BUR", "BYS", "CSK", "DDR", "SCG", "SUN", "TMP", "YMD", "YUG", "ZAR"}
    assert countries["SUN"].holds_on(date(1992, 8, 29))
    assert not countries["SUN"].holds_on(date(1992, 8, 30))
    assert countries["SSD"].holds_on(date(2011, 7, 9))
    assert not countries["SSD"].holds_on(date(2011, 7, 8))


@pytest.mark.parametrize("name", codes.CROSSWALKS)
def test_whatever_ended_names_what_followed_in_force_on_the_next_day(name: str) -> None:
    listed = codes.code_list(name)
    for code in listed.values():
        if code.valid_to is not None:
            following = codes.successors(name, code.code)
            assert following, code.code
            assert all(listed[each].holds_on(code.valid_to) for each in following), code.code
    for row in codes.rows(codes.CROSSWALKS[name]):
        assert {row["past"], row["present"]} <= set(listed)


def test_issuers_of_travel_documents_are_countries_and_organisations() -> None:
    organisations = codes.code_list("issuing_organisations")
    assert not set(organisations) & set(codes.code_list("countries")), "statistics count countries"
    assert {"UNO", "UNA", "UNK", "EUE", "GBD", "GBN", "GBO", "GBP", "GBS", "XOM", "XPO", "XCC"} <= set(organisations)
    assert all(map(codes.is_issuer, ("UNO", "RKS", "XXA", "KAZ")))
    assert not any(map(codes.is_issuer, ("UTO", "XKX", "uno", "D", "")))
    assert not any(map(codes.is_country, organisations))


def test_the_twenty_regions_of_today_and_those_of_their_day() -> None:
    regions = codes.code_list("regions")
    assert all(codes.is_region(code.code) for code in regions.under("KZ"))
    assert not codes.is_region("KZ")
    counts = {day: sum(code.holds_on(day) for code in regions.under("KZ")) for day in CUTS}
    assert list(counts.values()) == [16, 17, 17, 20]
    assert (codes.successors("regions", "51"), codes.predecessors("regions", "10")) == (["61", "79"], ["63"])


def test_the_crosswalk_leads_from_codes_that_were_to_regions_that_are() -> None:
    with (codes.FOLDER / "region_crosswalk.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["past"] for row in rows} >= {"19", "35", "51", "63"}
    assert all(codes.is_region(row["present"]) and date.fromisoformat(row["until"]) for row in rows)


def test_a_region_cut_from_another_holds_since_the_cut() -> None:
    abai = codes.code_list("regions")["10"]
    assert not abai.holds_on(date(2022, 6, 7))
    assert abai.holds_on(date(2022, 6, 8))


def test_activities_are_the_sections_a_to_u() -> None:
    assert "".join(codes.code_list("activities")) == "ABCDEFGHIJKLMNOPQRSTU"
    assert codes.is_activity("F")
    assert not codes.is_activity("V")


def test_occupations_are_the_groups_of_isco_08() -> None:
    occupations = codes.code_list("occupations")
    majors = [code for code in occupations.values() if code.parent is None]
    assert [len(occupations.under(major.code)) for major in majors] == [3, 4, 6, 5, 4, 4, 3, 5, 3, 6]
    assert all(code.startswith(occupations[code].parent or "") for code in occupations)


@pytest.mark.parametrize(
    ("country", "day", "member"),
    [
        ("KAZ", date(2014, 12, 31), False),
        ("KAZ", date(2015, 1, 1), True),
        ("ARM", date(2015, 1, 1), False),
        ("ARM", date(2015, 1, 2), True),
        ("KGZ", date(2015, 8, 11), False),
        ("KGZ", date(2015, 8, 12), True),
        ("UZB", date(2026, 1, 1), False),
    ],
)
def test_membership_of_the_eurasian_economic_union_is_dated(country: str, day: date, member: bool) -> None:
    assert codes.is_member("EAEU", country, day) == member


def test_group_members_are_known_countries_of_known_groups() -> None:
    with (codes.FOLDER / "group_members.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["group"] for row in rows} <= set(codes.code_list("citizenship_groups"))
    assert all(codes.is_country(row["country"]) for row in rows)


def test_document_types_are_those_that_a_person_may_have() -> None:
    assert set(codes.code_list("document_types")) == set(get_args(DocumentType))


def test_a_code_that_stands_twice_is_refused() -> None:
    twice = [codes.code_list("sexes")["F"]] * 2
    with pytest.raises(ValueError, match="stands there twice"):
        codes.CodeList("sexes", twice)


def test_checkpoints_are_named_in_three_languages_and_lie_in_regions_that_are() -> None:
    listed = codes.rows("checkpoints")
    columns = ["code", "region", "kind", "label_kk", "label_ru", "label_en", "source"]
    assert len({row["code"] for row in listed}) == len(listed) > 70
    assert {row["kind"] for row in listed} == {"air", "rail", "road", "sea"}
    for row in listed:
        assert list(row) == columns
        assert all(row.values()), row
        assert codes.is_region(row["region"]), row
        assert row["code"] == row["code"].strip().upper(), "intake folds what a source writes"
    for label in columns[3:6]:
        assert len({row[label] for row in listed}) == len(listed), label
    assert {row["code"]: row["region"] for row in listed}.items() >= {"ALA-AIR": "75", "BAKHTY-ROAD": "10"}.items()


def test_checkpoints_are_labelled_in_their_language() -> None:
    latin, cyrillic, kazakh = re.compile("[a-z]", re.I), re.compile("[а-яё]", re.I), re.compile("[әғқңөұүһі]", re.I)
    for row in codes.rows("checkpoints"):
        assert not latin.search(row["label_kk"]), row
        assert not any(script.search(row["label_ru"]) for script in (latin, kazakh)), row
        assert not any(script.search(row["label_en"]) for script in (cyrillic, kazakh)), row
