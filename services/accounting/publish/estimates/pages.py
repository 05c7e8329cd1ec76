"""Each estimate with its page of words: a reader needs no formula to judge it."""

from typing import Final

from pydantic import BaseModel, Field

from services.accounting.cases.estimates.adjusted_figures import EVERYWHERE, estimates
from services.accounting.cases.estimates.national import national_estimates
from services.accounting.cases.figures.read_figures import FigureReader
from services.accounting.publish.estimates.words import evidence, explained, national, title
from services.accounting.rules.estimates.national import NATIONAL, NationalEstimate
from services.accounting.rules.estimates.series import CONCEPTS
from shared.errors import NotFound
from shared.kernel.codes import Language

NONE_SUCH: Final = "There is no such estimate: nobody is known to be there, or nothing honest can be said."


class EstimateNote(BaseModel):
    """An estimate. `id`: concept, country (`_T`: all) and year."""

    id: str
    persons: int
    std_error: int = Field(description="persons")


class EstimateExplained(BaseModel):
    """The page of an estimate."""

    id: str
    language: str
    title: str
    paragraphs: list[str] = Field(
        description="what came out, from which registers and what each misses, how, how sure, what would make it surer"
    )


class EvidenceNote(BaseModel):
    """A kind of evidence: an indicator of DF_EMIGRATION or DF_EVIDENCE."""

    indicator: str
    definition: str
    coverage: str
    failings: str


async def listed(reader: FigureReader) -> list[EstimateNote]:
    """Every estimate that there is, by concept, year and country."""
    async with reader.snapshot() as connection:
        found = await estimates(connection, set(CONCEPTS))
        whole = await national_estimates(connection)
    return [
        EstimateNote(
            id=f"{each.concept}.{country}.{each.year}", persons=round(one.value), std_error=round(one.std_error)
        )
        for each in found
        for country, one in sorted(each.by_country.items())
    ] + [EstimateNote(id=_id(each), persons=each.value, std_error=round(each.std_error)) for each in whole]


def _id(estimate: NationalEstimate) -> str:
    return f"{estimate.concept}.{EVERYWHERE}.{estimate.year}"


async def page_of(reader: FigureReader, id: str, language: Language) -> EstimateExplained:
    """Raises NotFound."""
    concept, country, year = id.split(".")
    if concept in NATIONAL:
        return await _of_the_nation(reader, id, language)
    if concept not in CONCEPTS:
        raise NotFound(NONE_SUCH)
    async with reader.snapshot() as connection:
        found = await estimates(connection, {concept})
    for each in found:
        if each.year == year and (estimate := each.by_country.get(country)):
            paragraphs = explained(concept, each.pairs.get(country), estimate, language)
            return EstimateExplained(
                id=id, language=language, title=title(concept, country, year, language), paragraphs=paragraphs
            )
    raise NotFound(NONE_SUCH)


async def _of_the_nation(reader: FigureReader, id: str, language: Language) -> EstimateExplained:
    async with reader.snapshot() as connection:
        found = await national_estimates(connection)
    for each in found:
        if _id(each) == id:
            said = title(each.concept, EVERYWHERE, each.year, language)
            return EstimateExplained(id=id, language=language, title=said, paragraphs=national(each, language))
    raise NotFound(NONE_SUCH)


def kinds(language: Language) -> list[EvidenceNote]:
    """What every kind of evidence is, and what is known to fail."""
    return [
        EvidenceNote(indicator=indicator, **words._asdict())
        for (indicator, said_in), words in evidence().items()
        if said_in == language
    ]
