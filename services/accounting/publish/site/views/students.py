"""Foreign students in Kazakhstan by country, as registers count them and as others have published."""

from typing import Final

from services.accounting.publish.site.rows import either, of_period, pivot, ranked, total
from services.accounting.publish.site.specs import RankedChart
from services.accounting.publish.site.view import NEWEST, TIME, Column, View
from services.accounting.rules.figures.dataflows import COUNTRIES

_FROM: Final = "_T+UZB+IND+TKM+RUS+CHN+KGZ+TJK+MNG+AFG+PAK+AZE+TUR+IRN+KOR+JOR+EGY+UKR+DEU+USA"
"""All of them, and the countries from which students are known to come."""
_ALL: Final = pivot(
    {"country": "PARTNER", "period": TIME}, {"REGISTER": "counted", "PUBLISHED": "published"}, of="METHOD"
)

VIEW: Final = View(
    name="students",
    series=(f"DF_STUDY/A.STUDENTS_HERE.REGISTER+PUBLISHED.KZ.{_FROM}._T",),
    choices=(NEWEST,),
    columns=(Column("country", COUNTRIES), Column("period", "period"), Column("counted"), Column("published")),
    rows=ranked(of_period(_ALL), total("counted", "published")),
    charts=(RankedChart(("counted", "published"), by="country"),),
    headline=either("counted", "published"),
    beside=("purposes", "countries"),
)
