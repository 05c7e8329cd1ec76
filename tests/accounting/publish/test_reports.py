"""Reports over the real database: of one release, as SDMX answers it; when they are due; who may ask for which."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import httpx
import pytest

from services.accounting.cases.figures.read_released import ReleasedReader
from services.accounting.cases.releases.cut import cut_release
from services.accounting.cases.reports.editions import due_day_of, handed_in, release_to_report
from services.accounting.intake.published.load import load
from services.accounting.intake.reports import reports_into
from services.accounting.publish.languages import LANGUAGES
from services.accounting.publish.reports import making
from services.accounting.publish.reports.archive import ABOUT
from services.accounting.publish.reports.declared import reports
from services.accounting.publish.reports.making import WantedEdition, saved
from services.accounting.rules.reports.due import ReportPeriod
from services.accounting.rules.residence.reckoning import UNDECLARED
from services.accounting.store.releases.release import Release
from shared import clock
from shared.db.engine import make_engine
from shared.errors import NotFound
from shared.testing.api import Api
from tests.accounting.conftest import CONTROL, QUIET, Accounting
from tests.accounting.publish.test_releases import found
from tests.accounting.publish.test_report_documents import files, read_aloud
from tests.accounting.publish.workbooks import sheets
from tests.accounting.world import World

DATA = sorted((Path(__file__).parents[3] / "services/accounting/data").glob("*.csv"))
EXACT_CUBES = QUIET._replace(cubes=CONTROL.cubes)
"""All released cubes, without noise."""
TODAY = datetime(2026, 1, 10, 6, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_january_2026() -> Iterator[None]:
    with clock.set_to(TODAY):
        yield


async def asked(api: Api, address: str, role: str | None = None) -> httpx.Response:
    return await api.client.get(f"/v1/reports{address}", headers=api.token(role) if role else {})


async def sdmx(api: Api, address: str) -> set[tuple[str, ...]]:
    """Series, period, value and status of every figure of an answer."""
    answer = await api.client.get(address, headers={"Accept": "text/csv"})
    assert answer.status_code in (200, 403, 404), answer.text
    rows = csv.DictReader(StringIO(answer.text)) if answer.status_code == 200 else []
    return {
        (
            ".".join(text for name, text in list(row.items())[1 : list(row).index("TIME_PERIOD")]),
            row["TIME_PERIOD"],
            row["OBS_VALUE"],
            row["OBS_STATUS"],
        )
        for row in rows
    }


def addresses(bundle: dict[str, list[dict[str, str]]]) -> list[str]:
    """Where the archive says that SDMX answers the same, in the order of its tables."""
    texts = [list(row.values())[1] for row in bundle[ABOUT]]
    return [f"/sdmx/{text.split('/sdmx/')[1]}" for text in texts if "/sdmx/" in str(text)]


async def test_every_figure_of_every_report_is_that_of_sdmx_of_the_same_release(api: Api, written: Accounting) -> None:
    await written.take(World(4, people=20).stream())
    await found(written, d2024_03_01=12, d2025_02_01=31, d2025_05_02=3)
    await load(api.database.app_url.replace("+asyncpg", ""), DATA, "NET", lambda _: None)
    first = await cut_release(written.connection, EXACT_CUBES)
    kept = {name: (await asked(api, f"/{name}?format=csv&language=en")).content for name in reports()}
    compared: set[str] = set()
    for body in kept.values():
        bundle = files(body)
        tables = [rows for name, rows in bundle.items() if name != ABOUT]
        for address, rows in zip(addresses(bundle), tables, strict=True):
            if address not in compared:
                said = {(row["SERIES"], row["TIME_PERIOD"], row["OBS_VALUE"], row["OBS_STATUS"]) for row in rows}
                assert said == await sdmx(api, address), address
                compared.add(address)
    assert len(compared) > 30
    stay = files(kept["rules-of-stay"])["01-stay.csv"]
    violations = {
        row["TIME_PERIOD"]: row["OBS_VALUE"] for row in stay if row["SERIES"] == "A.VIOLATIONS.REGISTER.KZ._T"
    }
    assert violations == {"2024": "12", "2025": "34"}
    by_citizenship = files(kept["rules-of-stay"])["02-stay-by-citizenship.csv"]
    told = {row["SERIES"]: row["OBS_VALUE"] for row in by_citizenship if row["TIME_PERIOD"] == "2025"}
    assert len(told) > 1, "the breakdown is released, too"
    assert told.pop("A.VIOLATIONS.REGISTER.KZ._T") == str(sum(map(int, told.values())))
    await found(written, d2024_04_01=20)
    with clock.set_to(TODAY + timedelta(days=31)):
        second = await cut_release(written.connection, QUIET)
        for name in ("progress", "rules-of-stay"):
            again = await asked(api, f"/{name}?format=csv&language=en&release={first.release}")
            assert again.content == kept[name], "a release never changes, nor what is made from it"
        newest = files((await asked(api, f"/rules-of-stay?format=csv&release={second.release}")).content)
    assert "32" in {row["OBS_VALUE"] for row in newest["01-stay.csv"]}
    pdf = await asked(api, f"/rules-of-stay?language=ru&release={first.release}")
    book = await asked(api, f"/rules-of-stay?format=xlsx&language=kk&release={first.release}")
    aloud, (_, *printed) = read_aloud(pdf.content), sheets(book.content).values()
    for cells, rows in zip(printed, list(files(kept["rules-of-stay"]).values())[1:], strict=True):
        for row in rows:
            assert {float(row["OBS_VALUE"]), row["SERIES"]} <= set(cells.values())
            assert f" {row['OBS_VALUE']} " in aloud
    assert {12.0, 34.0} <= set(printed[0].values())


async def test_exact_figures_are_for_statisticians_and_small_counts_for_nobody_else(
    api: Api, written: Accounting
) -> None:
    await found(written, d2025_02_01=2)
    await cut_release(written.connection, CONTROL)
    for role in (None, "operator", "consul"):
        refused = await asked(api, "/rules-of-stay?figures=exact", role)
        assert refused.status_code == 403
        assert not {"1", "2"} & {
            row["OBS_VALUE"]
            for row in files((await asked(api, "/rules-of-stay?format=csv", role)).content)["01-stay.csv"]
        }
    exact = await asked(api, "/rules-of-stay?figures=exact&format=csv&language=en", "statistician")
    assert exact.headers["Cache-Control"] == "private, no-cache"
    assert "EXACT" in str(files(exact.content)[ABOUT])
    assert "2" in {row["OBS_VALUE"] for row in files(exact.content)["01-stay.csv"]}
    released = await asked(api, "/rules-of-stay?format=csv&language=en", "statistician")
    assert "EXACT" not in str(files(released.content)[ABOUT])


REFUSED = {
    "/nothing": (404, None),
    "/progress?release=9": (404, None),
    "/progress?release=9223372036854775807": (404, None),
    "/progress?period=2026": (422, "period"),
    "/progress?period=2025-S1": (422, "period"),
    "/quota-execution?period=2025": (422, "period"),
    "/quota-execution?period=2026-S1": (422, "period"),
    "/progress?period=2099": (422, "period"),
    "/progress?figures=exact&release=1": (422, "release"),
    "/progress?release=9223372036854775808": (422, None),
    "/progress?period=2025%00": (400, None),
    "/progress?period=%D9%A2%D9%A0%D9%A2%D9%A5": (422, None),
    "/progress?language=de": (422, None),
    "/progress?format=doc": (422, None),
}


async def test_what_cannot_be_made_is_refused_with_a_reason(api: Api, written: Accounting) -> None:
    await cut_release(written.connection, QUIET)
    for address, (status, parameter) in REFUSED.items():
        answer = await asked(api, address, "statistician")
        assert answer.status_code == status, (address, answer.text)
        assert parameter is None or [each["parameter"] for each in answer.json()["errors"]] == [parameter], answer.text


async def test_a_report_before_any_release_is_not_made_up(api: Api, tmp_path: Path) -> None:
    assert (await asked(api, "/progress")).status_code == 404
    for number in (0, -1, 2**63, 10**30):
        with pytest.raises(NotFound):
            await release_to_report(api.app.state.read_figures, number)
    (progress,) = [each for each in (await asked(api, "")).json() if each["name"] == "progress"]
    assert [each["state"] for each in progress["schedule"]] == ["period_runs", *["waits_for_release"] * 3]
    exact = await saved(
        api.app.state.read_figures, "progress", WantedEdition(exact=True), "en", "csv", tmp_path / "new"
    )
    assert exact.name == "progress-2025-exact-20260110T060000Z-en.csv.zip"


async def test_the_schedule_names_the_days_and_the_release_that_is_handed_in(
    api: Api, written: Accounting, tmp_path: Path
) -> None:
    release = await cut_release(written.connection, QUIET)
    listed = {each["name"]: each for each in (await asked(api, "")).json()}
    assert list(listed) == list(reports())
    assert listed["progress"]["day"] == "set"
    assert listed["progress"]["schedule"][1] == {
        "period": "2025",
        "due_on": "2026-01-15",
        "state": "ready",
        "release": release.release,
        "released_at": "2026-01-10T06:00:00Z",
    }
    assert listed["quota-execution"]["day"] == "assumed"
    assert [(each["period"], each["due_on"]) for each in listed["quota-execution"]["schedule"][:3]] == [
        ("2026-S1", "2026-07-15"),
        ("2025-S2", "2026-01-15"),
        ("2025-S1", "2025-07-15"),
    ]
    assert {each["due_on"] for each in listed["global-compact"]["schedule"]} == {None}
    strangers = make_engine(api.database.public_url, connections=1)
    file = await saved(ReleasedReader(strangers), "job-fairs", WantedEdition(), "en", "csv", tmp_path / "public")
    await strangers.dispose()
    first = await asked(api, "/job-fairs?language=en&format=csv")
    assert file.read_bytes() == first.content, "the public process's role makes the same"
    first = await asked(api, "/job-fairs?language=en")
    assert first.headers["Content-Disposition"] == 'attachment; filename="job-fairs-2025-r1-en.pdf"'
    again = await api.client.get("/v1/reports/job-fairs?language=en", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304, "a reader that holds it is not sent it again"
    said = await api.client.get("/v1/reports/job-fairs?format=csv", headers={"Accept-Language": "ru-KZ, en;q=0.5"})
    assert said.headers["Content-Language"] == "ru"


def test_handed_in_is_the_newest_release_in_time_else_the_first_after() -> None:
    cut = [
        Release(number, datetime(year, month, day, 6, tzinfo=UTC), TODAY, UNDECLARED, None)
        for number, year, month, day in [
            (5, 2026, 1, 9),
            (4, 2025, 2, 20),
            (3, 2025, 1, 15),
            (2, 2025, 1, 3),
            (1, 2024, 12, 31),
        ]
    ]
    period, term = ReportPeriod(2024), due_day_of(ReportPeriod(2024), "report_to_ministry")
    assert term == date(2025, 1, 15)
    assert handed_in(period, term, cut).release == 3
    assert handed_in(period, term, cut[:2]).release == 4, "late, but the first that there is"
    assert handed_in(period, None, cut).release == 5
    assert handed_in(period, term, cut[4:]).state == "waits_for_release"
    assert handed_in(ReportPeriod(2026), None, cut).state == "period_runs"
    assert due_day_of(ReportPeriod(2015), "report_to_ministry") is None, "before the decree"


async def test_the_intake_writes_each_report_to_hand_in_once(
    api: Api, written: Accounting, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its own role; a newer release in time makes another file, and none that is there is written again."""
    everything = reports()
    monkeypatch.setattr(making, "reports", lambda: {"job-fairs": everything["job-fairs"]})
    engine = make_engine(api.database.intake_url, connections=1)
    (job,) = reports_into(tmp_path / "reports")
    await job.work(engine)
    assert not (tmp_path / "reports").exists(), "no release: nothing to hand in"
    await cut_release(written.connection, QUIET)
    await job.work(engine)
    first = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "reports").iterdir()}
    assert set(first) == {
        f"job-fairs-2025-r1-{language}.{each}" for language in LANGUAGES for each in ("pdf", "xlsx", "csv.zip")
    }
    with clock.set_to(TODAY + timedelta(days=1)):
        await cut_release(written.connection, QUIET)
        await job.work(engine)
        await job.work(engine)
    found_now = {path.name: path.stat().st_mtime_ns for path in (tmp_path / "reports").iterdir()}
    assert first.items() < found_now.items()
    assert {name for name in found_now if "-kk." in name and "pdf" in name} == {
        "job-fairs-2025-r1-kk.pdf",
        "job-fairs-2025-r2-kk.pdf",
    }
    await engine.dispose()
    assert reports_into(None) == ()
