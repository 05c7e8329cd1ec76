"""How far the figures can be trusted, in sentences: the days that they cover, the newest final quarter, and how many
crossings count nowhere or were imputed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from services.accounting.publish.sdmx.query import parse
from services.accounting.publish.site.reading import LIMIT
from services.accounting.publish.site.words import Wording
from services.accounting.rules.figures.figures import Figure, FigureSource
from shared.errors import Forbidden

_BORDER: Final = ("ENTRIES", "EXITS", "ENTRIES_IMPUTED", "EXITS_IMPUTED")
_UNDETERMINED: Final = ("IMM_UNDETERMINED", "EMI_UNDETERMINED")


@dataclass(frozen=True)
class Sureness:
    covered: tuple[date, date] | None
    final_quarter: str | None
    undetermined: int
    imputed: int
    crossings: int

    def sentences(self, words: Wording) -> Iterator[str]:
        if self.covered:
            first, last = map(words.day, self.covered)
            yield words["sure_coverage"].format(start=first, through=last)
            if self.final_quarter:
                yield words["sure_final"].format(quarter=words.period(self.final_quarter))
            else:
                yield words["sure_not_final"]
        if self.undetermined:
            yield words["sure_undetermined"].format(count=words.number(self.undetermined))
        if self.imputed:
            share = 100 * self.imputed / (self.imputed + self.crossings)
            yield words["sure_imputed"].format(share=words.percent(share))


async def sureness(source: FigureSource) -> Sureness:
    """From the quarters of the account, and from the crossings of the quarters of which every count is known."""
    quarters = await _read(source, "DF_FLOW", f"Q.NET+{'+'.join(_UNDETERMINED)}.M1216.KZ._T._T._T._T._T")
    border = await _read(source, "DF_BORDER", f"Q.{'+'.join(_BORDER)}.REGISTER.KZ._T._T")
    counted = Counter(figure.period for figure in border)
    whole = [figure for figure in border if counted[figure.period] == len(_BORDER)]
    sums: Counter[str] = Counter()
    for figure in (*quarters, *whole):
        sums[figure.key[1]] += int(figure.value)
    final = [figure.period for figure in quarters if figure.key[1] == "NET" and figure.status == "A"]
    return Sureness(
        await source.covered(),
        max(final, default=None),
        sum(sums[name] for name in _UNDETERMINED),
        sums["ENTRIES_IMPUTED"] + sums["EXITS_IMPUTED"],
        sums["ENTRIES"] + sums["EXITS"],
    )


async def _read(source: FigureSource, flow: str, key: str) -> tuple[Figure, ...]:
    try:
        return (await source(parse(flow, key, {}).query, exact=False, limit=LIMIT)).figures
    except Forbidden:
        return ()
