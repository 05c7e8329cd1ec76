"""`python -m services.accounting COMMAND`: api, public, intake, migrate, rebuild, adopt, reconcile, estimate, signs,
release, report, forecast, resend, load, access-log-anchor, access-log-check.

Each command imports what it alone needs where it begins, so that no process loads the libraries of another.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

from services.accounting.settings import AccountingSettings, PublicSettings, dsn
from shared.settings import SettingsError, owners_url


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m services.accounting")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, (work, help) in COMMANDS.items():
        command = commands.add_parser(name, help=help)
        command.set_defaults(work=work)
        if name == "resend":
            command.add_argument("--source", help="only what came from this register")
        if name == "adopt":
            command.add_argument("source", help="the register")
            command.add_argument("--lost", type=Path, metavar="FILE", help="where to name what it does not hold (CSV)")
        if name == "reconcile":
            command.add_argument("source", nargs="?", help="only this register")
            command.add_argument(
                "--to", type=Path, default=Path("reconciliation"), metavar="FOLDER", help="of its files"
            )
        if name == "load":
            _describe_load(command)
        if name == "report":
            _describe_report(command)
    chosen = parser.parse_args(arguments)
    try:
        if chosen.work is _public:
            _public()
        else:
            chosen.work(AccountingSettings.of("accounting"), chosen)
    except SettingsError as error:
        sys.exit(str(error))


def _api(settings: AccountingSettings, _: argparse.Namespace) -> None:
    from services.accounting.app import make_app
    from shared.http import server

    server.run(make_app(settings))


def _public() -> None:
    from services.accounting.app_public import make_app
    from shared.http import server

    server.run(make_app(PublicSettings.of("accounting_public")))


def _intake(settings: AccountingSettings, _: argparse.Namespace) -> None:
    """What is under way when it is told to stop is rolled back: its events come again."""
    from services.accounting.intake.run import read
    from shared import process

    process.run("accounting-intake", settings, lambda telemetry: read(settings, telemetry))


def _seal(settings: AccountingSettings, _: argparse.Namespace) -> None:
    from shared.audit import anchors
    from shared.db.engine import make_engine
    from shared.settings import AnchorSettings

    async def anchored() -> None:
        engine = make_engine(settings.database_url, connections=1)
        try:
            await anchors.anchor("accounting", engine, AnchorSettings().audit_anchors)
        finally:
            await engine.dispose()

    uvloop.run(anchored())


def _check_log(settings: AccountingSettings, _: argparse.Namespace) -> None:
    from shared.audit import anchors

    uvloop.run(anchors.check("accounting", settings.database_url))


def _migrate(settings: AccountingSettings, _: argparse.Namespace) -> None:
    from services.accounting.cases.migration import beside_no_writer
    from shared.db.migrate import upgrade

    owner = owners_url(settings, "accounting")
    uvloop.run(beside_no_writer(dsn(owner), lambda: upgrade("accounting", owner), print))


def _rebuild(settings: AccountingSettings, _: argparse.Namespace) -> None:
    from services.accounting.cases.rebuild import rebuild

    begun = time.monotonic()
    uvloop.run(
        rebuild(
            dsn(owners_url(settings, "accounting")), lambda step: print(f"{time.monotonic() - begun:7.1f} s  {step}")
        )
    )


def _estimate(settings: AccountingSettings, _: argparse.Namespace) -> None:
    uvloop.run(_estimated(settings))


async def _estimated(settings: AccountingSettings) -> None:
    from services.accounting.cases.estimates.provisional import estimate
    from shared.db.session import connect

    connection = await connect(dsn(settings.intake_url), "kosh-accounting-estimate")
    try:
        run = await estimate(connection)
    finally:
        await connection.close()
    print(f"{run.open} open crossings are estimated" if run.vintages else "no past to learn from: nothing is estimated")


def _release(settings: AccountingSettings, _: argparse.Namespace) -> None:
    uvloop.run(_cut(settings))


async def _cut(settings: AccountingSettings) -> None:
    from services.accounting.cases.releases.controlled import Control
    from services.accounting.cases.releases.cut import cut_release
    from services.accounting.intake.estimates import estimates_due
    from shared.db.session import connect

    control = Control(settings.record_secret)
    # The intake's role: record keys are made from histories, which the API's own role does not read.
    connection = await connect(dsn(settings.intake_url), "kosh-accounting-release", idle="0")
    try:
        await estimates_due(connection)  # a release must not freeze those of former days
        cut = await cut_release(connection, control)
    finally:
        await connection.close()
    print(
        f"release {cut.release} of {cut.cut_at.isoformat(timespec='seconds')}: {cut.shown} figures everybody may read"
    )


def _signs(settings: AccountingSettings, _: argparse.Namespace) -> None:
    uvloop.run(_count_signs(settings))


async def _count_signs(settings: AccountingSettings) -> None:
    from services.accounting.cases.estimates.signs import count_signs
    from shared.db.session import connect

    connection = await connect(dsn(settings.intake_url), "kosh-accounting-signs")
    try:
        figures = await count_signs(connection)
    finally:
        await connection.close()
    print(f"{len(figures)} figures by the residency index")


def _forecast(settings: AccountingSettings, _: argparse.Namespace) -> None:
    uvloop.run(_forecast_newest(settings))


async def _forecast_newest(settings: AccountingSettings) -> None:
    from services.accounting.cases.forecasts.forecast import forecast_newest
    from shared.db.engine import make_engine

    engine = make_engine(settings.intake_url, connections=1, application="kosh-accounting-forecast")
    try:
        run = await forecast_newest(engine)
    finally:
        await engine.dispose()
    if run is None:
        print("there is no release, or its forecasts are made already")
    else:
        print(f"release {run.release}: {run.forecast} of {run.series} series are forecast")


def _resend(settings: AccountingSettings, chosen: argparse.Namespace) -> None:
    uvloop.run(_mark_for_resending(settings, chosen.source))


async def _mark_for_resending(settings: AccountingSettings, source: str | None) -> None:
    from services.accounting.cases.parked import resend
    from shared.db.engine import make_engine

    engine = make_engine(settings.database_url, connections=1)
    print(f"{(await resend(engine, source)).resent} parked events will be taken up again by the intake")
    await engine.dispose()


def _adopt(settings: AccountingSettings, chosen: argparse.Namespace) -> None:
    uvloop.run(_read_anew(settings, owners_url(settings, "accounting"), chosen.source, chosen.lost))


async def _read_anew(settings: AccountingSettings, owner: str, register: str, file: Path | None) -> None:
    from services.accounting.intake.adopt import adopt, write_lost
    from services.accounting.rules.persons.identity import Hashes
    from services.accounting.rules.rows import CONSUMER
    from shared.inbox.source import SourceFailed
    from shared.inbox.sources import make_sources

    sources = make_sources(settings.model_copy(update={"transport": "feed"}), CONSUMER, {register})
    if not sources:
        sys.exit(f"no register {register} is read: the settings name {', '.join(settings.feeds) or 'none'}")
    (source,) = sources
    try:
        hashes = Hashes(settings.identity_secret.get_secret_value().encode())
        lost = await adopt(dsn(owner), source, hashes, print)
    except SourceFailed as failure:
        sys.exit(str(failure))
    finally:
        await source.close()
    if file is not None:
        write_lost(file, lost)


def _reconcile(settings: AccountingSettings, chosen: argparse.Namespace) -> None:
    if not uvloop.run(_reconciled(settings, chosen.source, chosen.to)):
        sys.exit(1)


async def _reconciled(settings: AccountingSettings, register: str | None, folder: Path) -> bool:
    from services.accounting.cases.reconciliation.reading import Rooms
    from services.accounting.cases.reconciliation.reconcile import reconcile
    from services.accounting.publish.reconciliation import Report
    from services.accounting.rules.rows import CONSUMER
    from shared.db.engine import make_engine
    from shared.inbox.sources import make_feeds, make_sources

    names = None if register is None else {register}
    sources, feeds = make_sources(settings, CONSUMER, names), make_feeds(settings, names)
    rooms = Rooms(
        *(
            make_engine(url, connections=3, application="kosh-accounting-reconcile", background=True)
            for url in (settings.database_url, settings.review_url)
        )
    )
    try:
        with Report(folder) as report:
            async for line in reconcile(rooms, list(zip(sources, feeds, strict=True))):
                report.add(line)
            print(*report.table(), f"all days and records: {folder}", sep="\n")
    finally:
        for source in (*sources, *feeds):
            await source.close()
        for engine in rooms:
            await engine.dispose()
    return report.agrees


def _describe_load(command: argparse.ArgumentParser) -> None:
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help="CSV, or a table of stat.gov.kz")
    choices = ("IMM", "EMI", "NET")
    command.add_argument("--indicator", choices=choices, default="NET", help="of a series that does not name its own")
    command.add_argument("--publisher", help="of a series that does not name its own")


def _describe_report(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", nargs="?", help="of the report; without it, all are listed with their days")
    command.add_argument("--language", choices=("kk", "ru", "en"), default="kk")
    command.add_argument("--format", choices=("pdf", "xlsx", "csv"), default="pdf", help="csv: an archive of tables")
    command.add_argument("--period", help="a year or half-year, 2025 or 2025-S1; else the newest that is over")
    command.add_argument("--release", type=int, help="its number; else the newest")
    command.add_argument("--exact", action="store_true", help="exact figures of now, not for publication")
    command.add_argument("--to", type=Path, default=Path("reports"), metavar="FOLDER", help="of the file")


def _report(settings: AccountingSettings, chosen: argparse.Namespace) -> None:
    from shared.errors import DomainError

    try:
        print(*uvloop.run(_reported(settings, chosen)), sep="\n")
    except DomainError as refused:
        sys.exit("\n".join([refused.detail, *(f"--{each.pointer[1:]} {each.detail}" for each in refused.faults)]))


async def _reported(settings: AccountingSettings, chosen: argparse.Namespace) -> list[str]:
    from services.accounting.cases.figures.read_figures import FigureReader
    from services.accounting.publish.reports.making import WantedEdition, listed, saved
    from shared.db.engine import make_engine

    engine = make_engine(settings.database_url, connections=1, application="kosh-accounting-report")
    try:
        reader = FigureReader(engine, invented=settings.invented_figures)
        if chosen.name is None:
            return await listed(reader, chosen.language)
        wanted = WantedEdition(chosen.period, chosen.release, chosen.exact)
        return [str(await saved(reader, chosen.name, wanted, chosen.language, chosen.format, chosen.to))]
    finally:
        await engine.dispose()


def _load(settings: AccountingSettings, chosen: argparse.Namespace) -> None:
    from services.accounting.intake.published.load import STAT_GOV_KZ, BadFile, load
    from shared.errors import Conflict

    publisher = chosen.publisher or STAT_GOV_KZ
    try:
        asyncio.run(load(dsn(settings.database_url), chosen.files, chosen.indicator, print, publisher))
    except (BadFile, Conflict, OSError) as refused:
        sys.exit(str(refused))


COMMANDS = {
    "api": (_api, "serve the figures"),
    "public": (_public, "serve what everybody may read, over a role that reads nothing else"),
    "intake": (_intake, "read the registers' events; a second one stands by"),
    "migrate": (_migrate, "bring the database to this version's tables"),
    "rebuild": (_rebuild, "compute all figures anew from the stored facts, beside the present ones"),
    "adopt": (_adopt, "bring accounting to what a register holds that was restored to an earlier state"),
    "reconcile": (_reconcile, "whether what the registers hold was counted; exit status 1 where they differ"),
    "estimate": (
        _estimate,
        "estimate how many of the open crossings will be migrations, from what became of past ones",
    ),
    "signs": (_signs, "reckon the residency index of everybody anew: the stock by RINDEX, unsupported migrations"),
    "release": (
        _release,
        "freeze the figures as they stand for everybody, estimates made anew, after disclosure control",
    ),
    "forecast": (_forecast, "forecast months from the newest release, once; needs the extra `forecasts`"),
    "report": (_report, "write a report of a release as PDF, XLSX or CSV, or list the reports and when they are due"),
    "load": (_load, "store figures that other bodies have published, beside ours"),
    "access-log-anchor": (_seal, "seal the access log and write down the head of its chain; the intake does it daily"),
    "access-log-check": (_check_log, "check the access log against its chain and the anchors"),
    "resend": (_resend, "take up again the events that were parked, and resume sources that were stopped"),
}

main()
