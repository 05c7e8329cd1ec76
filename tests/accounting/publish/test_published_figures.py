"""Figures of other bodies: loaded from files, refused with every fault named, read beside ours."""

import csv
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from services.accounting.api.figures import sdmx
from services.accounting.cases.figures.read_figures import FigureReader
from services.accounting.cases.releases.cut import cut_release
from services.accounting.intake.published.load import BadFile, load, read_file
from services.accounting.rules.spans import span
from shared import clock
from shared.db.engine import make_engine
from shared.errors import Conflict
from shared.events.portal import ResidenceRegistration
from shared.http.app import make_app
from shared.settings import ServiceSettings
from shared.testing.people import person
from tests.accounting.conftest import QUIET, Accounting
from tests.accounting.world import Event, Version, World, event

DATA = Path("services/accounting/data")
NET = DATA / "official_net_migration.csv"
PUBLISHED = DATA / "published_figures.csv"
HEADER = "flow,key,period,value,unit,approximate,concept,source,citation,reported_on"
ROW = "DF_STUDY,A.STUDENTS_HERE.PUBLISHED.KZ.KGZ._T,2021,1300,PS,no,students,UNESCO,,2022-01-01"


@dataclass
class Loading:
    address: str
    folder: Path
    said: list[str] = field(default_factory=list)

    async def files(self, *files: Path, indicator: str = "NET") -> None:
        await load(self.address, files, indicator, self.said.append)

    async def text(self, text: str, name: str = "some.csv") -> None:
        file = self.folder / name
        file.write_text(text, encoding="utf-8")
        await self.files(file)


@pytest.fixture
def loading(accounting: Accounting, tmp_path: Path) -> Loading:
    return Loading(accounting.database.app_url.replace("+asyncpg", ""), tmp_path)


@pytest.fixture
async def client(accounting: Accounting, sdmx_settings: ServiceSettings) -> AsyncIterator[httpx.AsyncClient]:
    engine = make_engine(accounting.database.app_url)
    app: FastAPI = make_app("accounting", "Kosh accounting", sdmx_settings, [sdmx.router])
    app.state.read_figures = FigureReader(engine)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kosh.test/sdmx/v1/data") as opened:
        yield opened
    await engine.dispose()


async def read(client: httpx.AsyncClient, address: str, headers: dict[str, str] | None = None) -> list[dict[str, str]]:
    answer = await client.get(address, headers={"Accept": "text/csv"} | (headers or {}))
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(answer.text.splitlines()))


async def test_the_official_net_migration_stands_beside_the_computed_one(
    accounting: Accounting, loading: Loading, client: httpx.AsyncClient
) -> None:
    await accounting.take(World(4, people=40).stream())
    await loading.files(NET)
    await cut_release(accounting.connection, QUIET)
    rows = await read(client, "/DF_FLOW/A.NET..KZ._T._T._T._T._T")
    official = {row["TIME_PERIOD"]: int(row["OBS_VALUE"]) for row in rows if row["METHOD"] == "COUPON"}
    assert len(official) == 25
    assert (official["2000"], official["2015"], official["2024"]) == _printed("2000", "2015", "2024")
    assert {row["TIME_PERIOD"] for row in rows if row["METHOD"] == "M1216"} == {"2021", "2022"}
    assert {row["SOURCE"].startswith("Bureau of National Statistics") for row in rows if row["METHOD"] == "COUPON"} == {
        True
    }
    rural = await read(client, "/DF_FLOW/A.NET.COUPON.KZ_R._T._T._T._T._T?startPeriod=2000&endPeriod=2000")
    assert [row["OBS_VALUE"] for row in rural] == ["-102746"]


async def test_an_official_series_takes_the_place_of_ours_as_a_whole(
    accounting: Accounting, loading: Loading, client: httpx.AsyncClient, statistician: dict[str, str]
) -> None:
    await accounting.take(registrations(*["2023-05-01", "2024-05-01", "2025-05-01"] * 5))
    await cut_release(accounting.connection, QUIET)
    key, ours = "A.IMM+EMI+NET.COUPON.KZ._T._T._T._T._T", {"2023": "5", "2024": "5", "2025": "5"}
    assert await by_period(client, key.replace("IMM+EMI+NET", "IMM")) >= ours.items()
    arrivals = loading.folder / "arrivals.tsv"
    arrivals.write_text(STAT_GOV_KZ, encoding="utf-8")
    await loading.files(NET)
    await loading.files(arrivals, indicator="IMM")
    assert await by_period(client, key.replace("IMM+EMI+NET", "IMM")) == {("2024", "16639")}
    net = await by_period(client, key.replace("IMM+EMI+NET", "NET"))
    assert len(net) == 25
    assert ("2025", "5") not in net
    for frequencies, token in (("A+Q", {}), ("A+Q+M", statistician)):
        rows = await read(client, f"/DF_FLOW/{key.replace('A.', f'{frequencies}.', 1)}", token)
        figures = [(row["FREQ"], row["INDICATOR"], row["TIME_PERIOD"]) for row in rows]
        assert len(figures) == len(set(figures)), "a figure stands there twice"
        assert {row["SOURCE"] for row in rows if (row["FREQ"], row["INDICATOR"]) == ("A", "EMI")} == {""}
        finest = frequencies[-1]
        assert {row["INDICATOR"] for row in rows if row["FREQ"] == finest} == {"IMM", "EMI", "NET"}
    later = await client.get(f"/DF_FLOW/{key.replace('IMM+EMI+NET', 'NET')}?startPeriod=2025")
    assert later.status_code == 404, "the official series is not continued by ours"
    regions = await read(client, "/DF_FLOW/A.IMM.COUPON.75+62._T._T._T._T._T", statistician)
    assert {(row["REF_AREA"], row["TIME_PERIOD"], row["OBS_VALUE"], bool(row["SOURCE"])) for row in regions} >= {
        ("75", "2024", "5", False),
        ("62", "2024", "-1234", True),
    }


def registrations(*days: str) -> list[Event]:
    """An arrival for permanent residence on each day."""
    return [
        event(f"home-{number}", 1, Version(ResidenceRegistration.TYPE, {
            "source_id": f"R-{number}", "act": "registration", "date": day, "person": person(), "region": "75",
            "counterpart_country": "UZB",
        }, False)) for number, day in enumerate(days)
    ]  # fmt: skip


async def by_period(client: httpx.AsyncClient, key: str) -> set[tuple[str, str]]:
    return {(row["TIME_PERIOD"], row["OBS_VALUE"]) for row in await read(client, f"/DF_FLOW/{key}")}


def _printed(*years: str) -> tuple[int, ...]:
    lines = (line.split(",") for line in NET.read_text().splitlines())
    totals = {line[0]: line[1] for line in lines if len(line) == 4}
    return tuple(int(totals[year]) for year in years)


async def test_every_published_figure_is_loaded_and_can_be_read_by_everybody(
    accounting: Accounting, loading: Loading, client: httpx.AsyncClient
) -> None:
    await loading.files(PUBLISHED)
    with PUBLISHED.open(encoding="utf-8", newline="") as file:
        listed = list(csv.DictReader(file))
    assert len(listed) == 198
    series = {f"/{row['flow']}/{row['key']}" for row in listed}
    answered = {address: await read(client, address) for address in series}
    for row in listed:
        found = answered[f"/{row['flow']}/{row['key']}"]
        (figure,) = [each for each in found if each["TIME_PERIOD"] == row["period"]]
        assert Decimal(figure["OBS_VALUE"]) == Decimal(row["value"])
        assert figure["UNIT_MEASURE"] == row["unit"]
        assert figure["OBS_STATUS"] == ("E" if row["approximate"] == "yes" else "A")
        assert row["source"] in figure["SOURCE"]
        assert row["citation"] in figure["SOURCE"]
        assert figure["CONF_STATUS"] == "F"


async def test_host_countries_figures_are_found_by_an_open_key(loading: Loading, client: httpx.AsyncClient) -> None:
    await loading.files(PUBLISHED)
    rows = await read(client, "/DF_MIRROR/A.WORKING...KAZ.?startPeriod=2020")
    assert {row["REF_AREA"]: row["OBS_VALUE"] for row in rows} == {
        **{"RUS": "111500", "GRC": "2249", "TUR": "399", "USA": "247", "BLR": "234"}
    }


async def test_spans_of_years_are_found_where_they_lie_wholly_within(
    loading: Loading, client: httpx.AsyncClient
) -> None:
    await loading.files(PUBLISHED)
    inside = await read(client, "/DF_FLOW/_X.EMI.COUPON......?startPeriod=2014&endPeriod=2016")
    assert {row["TIME_PERIOD"] for row in inside} == {"2014-01-01/P3Y"}
    answer = await client.get("/DF_FLOW/_X.EMI.COUPON......?startPeriod=2015")
    assert answer.status_code == 404


def test_a_span_of_months_may_be_longer_than_eight_years() -> None:
    """Kandas since 1991 are reported up to 1 October 2025."""
    assert span("1991-01-01/P417M") == (date(1991, 1, 1), date(2025, 10, 1))
    with pytest.raises(ValueError, match="calendar ends"):
        span("9500-01-01/P999Y")


async def test_loading_again_changes_nothing_and_a_new_edition_replaces_the_old(
    loading: Loading, client: httpx.AsyncClient
) -> None:
    await loading.files(NET, PUBLISHED)
    await loading.files(NET, PUBLISHED)
    assert loading.said == [
        "official_net_migration.csv: 75 figures, 75 changed",
        "published_figures.csv: 198 figures, 198 changed",
        "official_net_migration.csv: 75 figures, 0 changed",
        "published_figures.csv: 198 figures, 0 changed",
    ]
    first = datetime(2026, 3, 1, tzinfo=UTC)
    once, again = f"{HEADER}\n{ROW}\n{ROW.replace('KGZ', 'PAK')}\n", f"{HEADER}\n{ROW.replace('1300', '1301')}\n"
    for day, edition in enumerate((once, f"# a corrected edition\n{again}", again, once)):
        with clock.set_to(first + timedelta(days=day)):
            await loading.text(edition, "mine.csv")
            if day == 1:  # at one and the same moment the last word counts
                await loading.text(once, "mine.csv")
                await loading.text(edition, "mine.csv")
    changed = [int(each.split()[3]) for each in loading.said[4:]]
    assert changed == [2, 2, 2, 2, 0, 2]
    stood = [
        {"KGZ": "1300", "PAK": "1300"}, {"KGZ": "1301"}, {"KGZ": "1301"}, {"KGZ": "1300", "PAK": "1300"},
    ]  # fmt: skip
    for day, figures in enumerate(stood):
        moment = (first + timedelta(days=day, hours=1)).isoformat().replace("+", "%2B")
        rows = await read(client, f"/DF_STUDY/A.STUDENTS_HERE.PUBLISHED.KZ.KGZ+PAK._T?asOf={moment}")
        mine = {row["PARTNER"]: row["OBS_VALUE"] for row in rows if row["SOURCE"] == "UNESCO"}
        assert mine == figures, "as the file said then"
    before = (first - timedelta(hours=1)).isoformat().replace("+", "%2B")
    assert (await client.get(f"/DF_STUDY/A.STUDENTS_HERE.PUBLISHED.KZ.PAK._T?asOf={before}")).status_code == 404


async def test_a_figure_belongs_to_one_file(loading: Loading) -> None:
    await loading.text(f"{HEADER}\n{ROW}\n", "one.csv")
    with pytest.raises(Conflict, match="one"):
        await loading.text(f"{HEADER}\n{ROW}\n", "two.csv")


async def test_every_bad_row_is_named_and_nothing_of_the_file_is_loaded(
    accounting: Accounting, loading: Loading
) -> None:
    bad = [
        ROW,
        ROW,
        ROW.replace("DF_STUDY", "DF_STUDIES"),
        ROW.replace(".KGZ", ".URS").replace(",PS,", ",HEADS,"),
        ROW.replace(".KGZ", ""),
        ROW.replace("PUBLISHED", "REGISTER").replace("1300", "many"),
        ROW.replace(",2021,", ",2021-Q1,"),
        ROW.replace(",2021,", ",last year,").replace("2022-01-01", "spring"),
        "DF_STUDY",
        ROW.replace("1300", "NaN").replace(",no,", ",perhaps,"),
    ]
    with pytest.raises(BadFile) as refused:
        await loading.text("\n".join([HEADER, *bad]))
    assert str(refused.value).splitlines() == [
        "some.csv is not loaded:",
        "  line 3: the same figure stands in an earlier line",
        "  line 4: flow is no dataflow",
        "  line 5: key: PARTNER has no such code",
        "  line 5: unit is none of PS, NR, PT, USD, KZT",
        "  line 6: key has 5 codes instead of 6",
        "  line 7: key: METHOD of a published figure is COUPON or PUBLISHED or TARGET",
        "  line 7: value is not a number",
        "  line 8: key: FREQ of this period is Q",
        "  line 9: period is not a year, quarter, month, day or span of years such as 2014-01-01/P3Y",
        "  line 9: reported_on is not a date",
        "  line 10: has 1 columns instead of 10",
        "  line 11: value is not a number",
        "  line 11: approximate is neither yes nor no",
    ]
    assert await accounting.connection.fetchval("SELECT count(*) FROM published_figure") == 0


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3\n", f"{HEADER}\n"])
async def test_a_file_without_a_figure_is_refused(loading: Loading, text: str) -> None:
    with pytest.raises(BadFile):
        await loading.text(text)


STAT_GOV_KZ = """\ufeff\
NAM\tDAT\tPERIOD\tКАТО(по каталогу)\tLКАТО(по каталогу)\tСПТМ (по каталогу)\tLСПТМ (по каталогу)\tКН\tLКН\tСП\tLСП\tVAL
Сальдо миграции\t01.01.2025\t2024 год\tРЕСПУБЛИКА КАЗАХСТАН\t0\tВсего\t1\tВсего\t1\tВсего\t1\t16 639
Сальдо миграции\t01.01.2025\t2024 год\tРЕСПУБЛИКА КАЗАХСТАН\t0\tВсего\t1\tВсего\t1\tЖенщины\t3\t8 001
Сальдо миграции\t01.01.2025\t2024 год\tРЕСПУБЛИКА КАЗАХСТАН\t0\tСельская местность\t3\tВсего\t1\tВсего\t1\t-70 500
Сальдо миграции\t01.01.2025\t2024 год\tРЕСПУБЛИКА КАЗАХСТАН\t0\tВсего\t1\tСтраны СНГ\t7\tВсего\t1\t9 000
Сальдо миграции\t01.01.2025\t2024 год\tОБЛАСТЬ ҰЛЫТАУ\t2\tВсего\t1\tВсего\t1\tВсего\t1\t-1 234
Сальдо миграции\t01.01.2025\t2024 год\tГ.АСТАНА\t2\tВсего\t1\tВсего\t1\tВсего\t1\t60 111
Сальдо миграции\t01.01.2025\t2024 год\tАБАЙСКИЙ РАЙОН\t3\tВсего\t1\tВсего\t1\tВсего\t1\t-12
"""


async def test_a_dynamic_table_of_stat_gov_kz_is_read(loading: Loading, client: httpx.AsyncClient) -> None:
    await loading.text(STAT_GOV_KZ, "saldo.tsv")
    assert loading.said == ["saldo.tsv: 5 figures, 5 changed, 2 rows left out that DF_FLOW has no place for"]
    rows = await read(client, "/DF_FLOW/A.NET.COUPON......")
    assert {(row["REF_AREA"], row["SEX"], row["TIME_PERIOD"]): row["OBS_VALUE"] for row in rows} == {
        ("KZ", "_T", "2024"): "16639",
        ("KZ", "F", "2024"): "8001",
        ("KZ_R", "_T", "2024"): "-70500",
        ("62", "_T", "2024"): "-1234",
        ("71", "_T", "2024"): "60111",
    }


@pytest.mark.parametrize(
    ("encoding", "minus", "space"),
    [
        (encoding, minus, space)
        for encoding in ("utf-8", "utf-8-sig", "utf-16", "cp1251")
        for minus in ("-", "\u2212", "\u2013")
        for space in (" ", "\u00a0", "\u202f")
        if encoding != "cp1251" or not {minus, space} & {"\u2212", "\u202f"}  # it has no such characters
    ],
)
def test_a_dynamic_table_is_read_however_an_office_saved_it(
    tmp_path: Path, encoding: str, minus: str, space: str
) -> None:
    table = STAT_GOV_KZ.removeprefix("\ufeff").replace("ОБЛАСТЬ ҰЛЫТАУ", "ПАВЛОДАРСКАЯ ОБЛАСТЬ")
    plain, file = tmp_path / "plain.tsv", tmp_path / "saved.tsv"
    plain.write_text(table, encoding="utf-8")
    typeset = table.replace("\t-", f"\t{minus}").replace("16 639", f"16{space}639").replace("70 500", f"70{space}500")
    file.write_bytes(typeset.replace("\n", "\r\n").encode(encoding))
    assert read_file(file, "NET", "stat.gov.kz") == read_file(plain, "NET", "stat.gov.kz")
    assert len(read_file(file, "NET", "stat.gov.kz")[0]) == 5


@pytest.mark.parametrize(
    "content",
    [
        f"{HEADER}\n{ROW}\n".encode("utf-16-le"),
        b"\xff\xfeN\x00A",
        b"\xff\xfe\x00\xd8\x00",
        f"{HEADER}\n{ROW.replace('UNESCO', 'ЮНЕСКО')}\n".encode("cp1251"),
        STAT_GOV_KZ.removeprefix("\ufeff").replace("Ұ", "У").encode("koi8-r"),
        STAT_GOV_KZ.removeprefix("\ufeff").replace("Ұ", "У").encode("cp866"),
        b"PK\x03\x04\x14\x00\x06\x00\xff",
    ],
)
def test_what_could_only_be_guessed_is_refused_by_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "some.csv"
    file.write_bytes(content)
    with pytest.raises(BadFile, match=r"^some\.csv (is not loaded: its encoding .* UTF-8 is expected|: is none)"):
        read_file(file, "NET", "stat.gov.kz")


def test_a_letter_that_windows_1251_has_not_is_no_row_left_out(tmp_path: Path) -> None:
    file = tmp_path / "saldo.tsv"
    file.write_bytes(STAT_GOV_KZ.removeprefix("\ufeff").encode("cp1251", "replace"))
    with pytest.raises(BadFile, match="line 6: has a letter that was lost"):
        read_file(file, "NET", "stat.gov.kz")


def test_a_line_that_cannot_be_read_takes_none_along_and_each_is_named(tmp_path: Path) -> None:
    file = tmp_path / "some.csv"
    quoted = ROW.replace("UNESCO", '"UNESCO')
    later = ROW.replace("2021", "2022")
    lines = [HEADER, quoted, later, ROW.replace("students", "students, all"), later.replace("1300", "1 30"), quoted]
    file.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(BadFile) as refused:
        read_file(file, "NET", "stat.gov.kz")
    assert str(refused.value).splitlines() == [
        "some.csv is not loaded:",
        "  line 2: its quotes do not match, or a cell is too long",
        "  line 4: has 11 columns instead of 10",
        "  line 5: value is not a number",
        "  line 6: its quotes do not match, or a cell is too long",
    ]


@pytest.mark.parametrize(
    "broken", ["2024 год\tГ.АСТАНА", '"2024 год\tГ.АСТАНА\t2\tВсего\t1\tВсего\t1\tВсего\t1\t60 111']
)
def test_a_cut_line_of_a_dynamic_table_is_no_row_left_out(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "saldo.tsv"
    file.write_text(f"{STAT_GOV_KZ}Сальдо миграции\t01.01.2025\t{broken}\n{STAT_GOV_KZ[-5:]}", encoding="utf-8")
    with pytest.raises(BadFile, match=r"line 9: (has 4 columns instead of 12|its quotes)"):
        read_file(file, "NET", "stat.gov.kz")


def _apart_from_release(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [{name: text for name, text in row.items() if name != "RELEASE"} for row in rows]


class TestRights:
    """What the computed figures show to whom, over the real cube."""

    async def test_a_stranger_sees_national_totals_and_published_detail(
        self, accounting: Accounting, loading: Loading, client: httpx.AsyncClient
    ) -> None:
        await accounting.take(World(4, people=40).stream())
        await loading.files(PUBLISHED)
        await cut_release(accounting.connection, QUIET)
        rows = await read(client, "/DF_FLOW/all")
        finer = [row for row in rows if (row["PARTNER"], row["CITIZEN"], row["AGE"]) != ("_T", "_T", "_T")]
        assert {row["METHOD"] for row in finer} == {"COUPON"}
        assert {row["METHOD"] for row in rows} == {"COUPON", "M12", "M1216", "M1216R", "U98"}
        assert {row["FREQ"] for row in rows if row["METHOD"] == "M1216"} == {"A", "Q"}
        russia = await read(client, "/DF_FLOW/_X.EMI..KZ.RUS._T._T._T._T")
        assert [row["OBS_VALUE"] for row in russia] == ["79800"]

    @pytest.mark.parametrize(
        "key",
        [
            "A.EMI.M1216.71.RUS._T._T._T._T",
            "A.EMI.M1216+COUPON.KZ._T._T.M._T.work",
            "A.EMI..71.....work",
            "M.EMI.M1216.71.....",
        ],
    )
    async def test_finer_computed_series_are_refused_even_where_there_is_none(
        self, accounting: Accounting, client: httpx.AsyncClient, key: str
    ) -> None:
        answer = await client.get(f"/DF_FLOW/{key}")
        assert answer.status_code == 403
        assert "statistician" in answer.json()["detail"]

    async def test_the_same_total_by_any_path_is_the_same(
        self, accounting: Accounting, client: httpx.AsyncClient, statistician: dict[str, str]
    ) -> None:
        await accounting.take(World(4, people=40).stream())
        await cut_release(accounting.connection, QUIET)
        total = "/DF_FLOW/A.EMI.M1216.KZ._T._T._T._T._T"
        public = await read(client, total)
        assert {row["OBS_STATUS"] for row in public} == {"A"}
        exact = [row for row in await read(client, total, statistician) if row["OBS_STATUS"] == "A"]
        assert _apart_from_release(public) == _apart_from_release(exact)
        assert public == await read(client, "/DF_FLOW/A.EMI.M1216......")
        everything = await read(client, "/DF_FLOW/A.EMI.M1216......", statistician)
        free = [row for row in everything if row["CONF_STATUS"] == "F" and row["OBS_STATUS"] == "A"]
        assert _apart_from_release(free) == _apart_from_release(public)
        assert {row["CONF_STATUS"] for row in everything} == {"F", "N"}


def test_published_categories_of_permits_add_up_as_their_sources_say() -> None:
    """To the total, but for what is said beside it: no figure was mistyped."""
    sums: dict[str, dict[str, int]] = {}
    with (DATA / "published_foreign_workers.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            _, indicator, _, kind, category, activity, _, citizen, _ = row["key"].split(".")
            if (indicator, activity, citizen) != ("WORKERS", "_T", "_T") or kind in ("_T", "labour_immigrant"):
                continue
            total = (kind, category) == ("quota", "_T")
            of = sums.setdefault(row["period"], {"total": 0, "parts": 0})
            of["total" if total else "parts"] += int(row["value"])
    differing = {day: (s["total"], s["parts"]) for day, s in sums.items() if s["parts"] and s["total"] != s["parts"]}
    assert differing == {"2022-01-01": (14932, 14878), "2025-11-01": (14463, 14464), "2025-12-01": (14103, 14105)}


async def test_published_permits_stand_in_the_table_of_ours_with_their_source(
    loading: Loading, client: httpx.AsyncClient
) -> None:
    await loading.files(PUBLISHED, DATA / "published_foreign_workers.csv")
    assert loading.said[-1] == "published_foreign_workers.csv: 99 figures, 99 changed"
    address = "/DF_LABOUR/D.WORKERS.PUBLISHED.employer+seasonal+intra_corporate._T+1+2+3+4._T.KZ._T._T"
    day = await read(client, f"{address}?startPeriod=2025-12-01&endPeriod=2025-12-01")
    found = {(row["PERMIT_KIND"], row["CATEGORY"]): row["OBS_VALUE"] for row in day}
    assert found == {
        ("employer", "1"): "537",
        ("employer", "2"): "2244",
        ("employer", "3"): "3784",
        ("employer", "4"): "1271",
        ("seasonal", "_T"): "2299",
        ("intra_corporate", "_T"): "3970",
    }
    assert all("zakon.kz" in ",".join(row.values()) for row in day)
    households = await read(client, "/DF_LABOUR/A.PERMITS_ISSUED.PUBLISHED.labour_immigrant._T._T.KZ._T._T")
    assert [(row["TIME_PERIOD"], row["OBS_VALUE"]) for row in households] == [
        ("2015", "141000"),
        ("2019", "532000"),
        ("2021", "325000"),
        ("2023", "295261"),
    ]
