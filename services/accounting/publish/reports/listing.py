"""The reports and when they are due, as everybody may read them."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from services.accounting.cases.figures.read_released import Snapshots
from services.accounting.cases.reports import editions
from services.accounting.cases.reports.editions import ReportDue, State
from services.accounting.publish.reports.declared import DeclaredReport, Texts, reports
from services.accounting.rules.reports.due import Every

Said = Annotated[str, Field(min_length=1)]


class InThreeLanguages(BaseModel):
    """A text in Kazakh, Russian and English."""

    kk: Said
    ru: Said
    en: Said


class ReportDueNote(BaseModel):
    """A report of a period, as it is handed in."""

    period: str = Field(description="a year, or a half-year", examples=["2025", "2025-S1"])
    due_on: date | None = Field(description="the last day; null: no day is set")
    state: State = Field(
        description="`period_runs`: its period is not over; `waits_for_release`: no release was cut since; `ready`: it "
        "can be made, and stays as it is"
    )
    release: int | None = Field(description="from which it is handed in; null: none yet")
    released_at: datetime | None = Field(description="when that release was cut")


class ReportNote(BaseModel):
    """A report; `/v1/reports/{name}` is its file."""

    name: str = Field(examples=["progress"])
    title: InThreeLanguages
    addressee: InThreeLanguages
    basis: InThreeLanguages = Field(description="the act that asks for it")
    every: Every = Field(description="`A`: a year, `S`: a half-year")
    day: Literal["set", "assumed", "none"] = Field(
        description="whether the act sets the last day, or it is our own because the act names none"
    )
    schedule: list[ReportDueNote] = Field(description="the period that runs, and those before it")


async def report_notes(reader: Snapshots) -> list[ReportNote]:
    """All reports, in the order in which they are declared."""
    cut = await editions.releases_cut(reader)
    return [_note(each, editions.schedule(cut, each.every, each.term)) for each in reports().values()]


def _note(declared: DeclaredReport, schedule: Iterable[ReportDue]) -> ReportNote:
    return ReportNote(
        name=declared.name,
        title=_said(declared.title),
        addressee=_said(declared.addressee),
        basis=_said(declared.basis),
        every=declared.every,
        day="none" if declared.term is None else "assumed" if declared.day_is_assumed else "set",
        schedule=[
            ReportDueNote(
                period=str(each.period),
                due_on=each.due,
                state=each.state,
                release=each.release,
                released_at=each.cut_at,
            )
            for each in schedule
        ],
    )


def _said(texts: Texts) -> InThreeLanguages:
    return InThreeLanguages(kk=texts["kk"], ru=texts["ru"], en=texts["en"])
