"""What a figure rests on, over released figures that are made up: what can be told, and why the rest cannot."""

from datetime import date
from string import Formatter

import pytest

from services.accounting.publish.languages import LANGUAGES
from services.accounting.publish.site import resting
from services.accounting.publish.site.made import made
from services.accounting.publish.site.reading import NEVER
from services.accounting.publish.site.words import words_of
from services.accounting.rules.figures.dataflows import OF_RELEASES
from services.accounting.rules.figures.figures import Figure, NotPublic, Query, Reading, public_part
from shared.errors import Forbidden

NATION = "KZ._T._T._T._T._T"
WORDS = words_of("", "en")


class Released:
    """Figures by dataflow and key, read as strangers read them."""

    def __init__(self, *figures: tuple[str, str, int, str]) -> None:
        self.figures: list[tuple[str, Figure]] = []
        self.asked: list[Query] = []
        for address, period, value, status in figures:
            flow, _, key = address.partition("/")
            source = "A ministry" if "PUBLISHED" in key else None
            self.figures.append((flow, Figure(tuple(key.split(".")), period, value, status, source=source)))

    async def __call__(self, query: Query, *, exact: bool, limit: int) -> Reading:
        assert not exact, "nothing but what everybody may read"
        self.asked.append(query)
        try:
            if query.flow.id not in OF_RELEASES:
                public_part(query)
        except NotPublic:
            raise Forbidden("not released") from None
        found = [
            figure
            for flow, figure in self.figures
            if flow == query.flow.id and query.wants(figure.key) and query.covers_named(figure.period)
        ]
        return Reading(tuple(found), NEVER)

    async def covered(self) -> tuple[date, date] | None:
        return None


def crossings(citizens: str, *counts: int) -> list[tuple[str, str, int, str]]:
    codes = ("ENTRIES", "EXITS", "ENTRIES_IMPUTED", "EXITS_IMPUTED")
    return [
        (f"DF_BORDER/A.{code}.REGISTER.KZ.{citizens}._T", "2022", count, "A")
        for code, count in zip(codes, counts, strict=True)
    ]


YEARS = [
    *((f"DF_FLOW/A.{code}.M1216R.{NATION}", "2022", n, "A") for code, n in (("IMM", 900), ("EMI", 400), ("NET", 500))),
    *((f"DF_FLOW/A.{code}.M1216R.{NATION}", "2023", n, "E") for code, n in (("IMM", 200), ("EMI", 50), ("NET", 150))),
    ("DF_FLOW/A.IMM.M1216R.KZ._T._T.F._T._T", "2023", 120, "E"),
    ("DF_FLOW/A.IMM.M1216R.KZ._T._T.F._T._T", "2022", 440, "A"),
    ("DF_FLOW/A.IMM.M1216R.KZ._T.UZB._T._T._T", "2022", 300, "A"),
    ("DF_FLOW/A.IMM.M1216R.KZ._T.DEU._T._T._T", "2022", 8, "A"),
    ("DF_FLOW/A.IMM.M1216R.KZ._T.DEU._T._T._T", "2023", 9, "E"),
    ("DF_FLOW/A.IMM.M12." + NATION, "2022", 70, "A"),
    ("DF_FLOW/A.EMI.COUPON." + NATION, "2022", 33, "A"),
    ("DF_FLOW/A.NET.M1216R.KZ.RUS._T._T._T._T", "2022", 5, "A"),
]
MONTHS = [
    *((f"DF_FLOW/M.IMM.M1216R.{NATION}", f"2023-{n:02}", 20, "A" if n < 7 else "E") for n in range(1, 13)),
    *((f"DF_FLOW/M.EMI.M1216R.{NATION}", f"2023-{n:02}", 5, "A" if n < 7 else "E") for n in range(1, 13)),
    *(("DF_FLOW/M.IMM.M1216R.KZ._T.DEU._T._T._T", f"2023-{n:02}", 3, "A" if n < 2 else "E") for n in range(1, 13)),
]
OTHERS = [
    ("DF_BALANCE/A.NET.M1216R.KZ", "2022", 500, "A"),
    ("DF_BALANCE/A.RESIDUAL.M1216R.KZ", "2022", -3, "A"),
    ("DF_STOCK/A.RESIDENTS.M1216R.KZ._T._T._T", "2022", 5_000, "A"),
    ("DF_KANDAS/A.KANDAS_GRANTED.REGISTER.KZ._T", "2022", 44, "A"),
    ("DF_KANDAS/A.KANDAS_SUPPORTED.REGISTER.KZ._T", "2022", 21, "A"),
    ("DF_KANDAS/A.KANDAS_QUOTA.REGISTER.KZ._T", "2022", 90, "A"),
    ("DF_FORECAST/M.IMM.M1216.KZ._T.ETS.EXPECTED", "2024-03", 70, "F"),
    ("DF_LABOUR/_X.WORKERS.PUBLISHED.labour_immigrant._T._T.KZ._T._T", "2017-01-01/P6M", 147_000, "E"),
    ("DF_EMIGRATION/A.LEFT_BORDER.M1216R.RUS", "2022", 12, "A"),
]
CROSSED = {"_T": (4_000, 4_000, 1_000, 1_000), "UZB": (90, 90, 10, 10), "DEU": (20, 20, 0, 0)}
SOURCE = Released(
    *YEARS, *MONTHS, *OTHERS, *(each for who, counts in CROSSED.items() for each in crossings(who, *counts))
)


@pytest.mark.parametrize(
    ("key", "period", "persons", "provisional", "imputed"),
    [
        (f"DF_FLOW/A.IMM.M1216R.{NATION}", "2022", "900: each", "0%: only", "20.0% of this period's"),
        (f"DF_FLOW/A.NET.M1216R.{NATION}", "2022", "900 who came and 400 who left", "0%: only", "20.0%"),
        ("DF_BALANCE/A.NET.M1216R.KZ", "2022", "900 who came and 400 who left", "0%: only", "20.0%"),
        (f"DF_FLOW/A.IMM.M1216R.{NATION}", "2023", "final: 120", "At most 40.0%", "not all released"),
        (f"DF_FLOW/A.NET.M1216R.{NATION}", "2023", "final: 150", "At most 40.0%", "not all released"),
        (f"DF_FLOW/M.IMM.M1216R.{NATION}", "2023-12", "still open", "At most 100.0%", "not all released"),
        ("DF_FLOW/A.IMM.M1216R.KZ._T._T.F._T._T", "2023", "still open", "months of this breakdown", "not all"),
        (
            "DF_FLOW/A.IMM.M1216R.KZ._T._T.F._T._T",
            "2022",
            "440: each",
            "0%: only",
            "20.0% of this period's crossings in the",
        ),
        (
            "DF_FLOW/A.IMM.M1216R.KZ._T.UZB._T._T._T",
            "2022",
            "300: each",
            "0%: only",
            "10.0% of the crossings of people",
        ),
        ("DF_FLOW/A.IMM.M1216R.KZ._T.DEU._T._T._T", "2022", "8: each", "0%: only", "the crossings are few"),
        ("DF_FLOW/A.IMM.M1216R.KZ._T.DEU._T._T._T", "2023", "final: 3", "the figure is small", "not all released"),
        ("DF_FLOW/A.NET.M1216R.KZ.RUS._T._T._T._T", "2022", "not both released", "0%: only", "20.0%"),
        (f"DF_FLOW/A.IMM.M12.{NATION}", "2022", "one person may have several", "0%: only", "20.0%"),
        (f"DF_FLOW/A.EMI.COUPON.{NATION}", "2022", "33 records", "0%: only", "only records"),
        ("DF_BALANCE/A.RESIDUAL.M1216R.KZ", "2022", "counts no people", "0%: only", "neither people nor"),
        ("DF_STOCK/A.RESIDENTS.M1216R.KZ._T._T._T", "2022", "5,000: each", "0%: only", "before its day"),
        ("DF_BORDER/A.ENTRIES.REGISTER.KZ._T._T", "2022", "4,000 crossings", "0%: only", "counted apart"),
        ("DF_BORDER/A.ENTRIES_IMPUTED.REGISTER.KZ._T._T", "2022", "1,000 crossings", "0%: only", "100%: only imputed"),
        ("DF_KANDAS/A.KANDAS_GRANTED.REGISTER.KZ._T", "2022", "44 records", "0%: only", "only records"),
        ("DF_KANDAS/A.KANDAS_SUPPORTED.REGISTER.KZ._T", "2022", "21: each", "0%: only", "only records"),
        ("DF_KANDAS/A.KANDAS_QUOTA.REGISTER.KZ._T", "2022", "counts no people", "0%: only", "neither"),
        ("DF_EMIGRATION/A.LEFT_BORDER.M1216R.RUS", "2022", "12, as the register", "0%: only", "stands first"),
        ("DF_FORECAST/M.IMM.M1216.KZ._T.ETS.EXPECTED", "2024-03", "Nobody yet", "100%: nothing", "neither"),
        (OTHERS[-2][0], OTHERS[-2][1], "does not say", "does not say", "does not say"),
    ],
)
async def test_a_figure_tells_its_persons_and_shares_or_why_it_cannot(
    key: str, period: str, persons: str, provisional: str, imputed: str
) -> None:
    (told,) = await made(SOURCE, [key], period, WORDS, "")
    answers = dict(told.answers)
    assert persons in answers["Persons it rests on"]
    assert provisional in answers["Share provisional"]
    assert imputed in answers["Share of crossings imputed"]


async def test_an_open_place_or_what_is_in_no_cube_is_not_read() -> None:
    read = resting.SeriesRead(SOURCE)
    assert await read("DF_FLOW/A.IMM.M1216R.KZ._T._T._T._T.", "2022") == []
    assert await read("DF_FLOW/A.IMM.M1216R.KZ.RUS.UZB._T._T._T", "2022") == []


async def test_figures_of_one_page_ask_each_series_once() -> None:
    SOURCE.asked.clear()
    keys = [f"DF_FLOW/A.{code}.M1216R.{NATION}" for code in ("IMM", "EMI", "NET")]
    assert len(await made(SOURCE, keys, "2022", WORDS, "")) == 3
    assert [query.flow.id for query in SOURCE.asked].count("DF_BORDER") == 1
    assert len(SOURCE.asked) == len(set(SOURCE.asked))


def test_every_answer_is_there_in_three_languages_with_the_same_places() -> None:
    for question, cases in resting.texts().items():
        for case, said in cases.items():
            places = {
                tuple(sorted(name for _, name, _, _ in Formatter().parse(said[each]) if name)) for each in LANGUAGES
            }
            assert len(places) == 1, (question, case)
