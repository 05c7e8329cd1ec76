"""What evidence is and how an estimate was made, in words: templates and texts are data, numbers are filled in here."""

import csv
import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from services.accounting.publish.languages import LANGUAGES
from services.accounting.rules.estimates.national import NATIONAL, NationalEstimate
from services.accounting.rules.estimates.series import CONCEPTS, SUFFIXES
from services.accounting.rules.estimates.sign_model import model
from services.accounting.rules.estimates.silence import HEARD
from services.accounting.rules.estimates.undercount import Estimate, TwoCounts, Undercount
from shared.kernel.codes import Language, code_list

_HERE: Final = Path(__file__).parent
SILENT: Final = tuple(fact.partition(".")[0] for fact in HEARD)
"""Registers whose silence is told (rules.estimates.silence)."""
_95: Final = 1.96  # standard errors, of a normal distribution


class EvidenceWords(NamedTuple):
    """What a kind of evidence counts, whom it covers, and what is known to fail."""

    definition: str
    coverage: str
    failings: str


@cache
def evidence() -> dict[tuple[str, Language], EvidenceWords]:
    """By indicator of DF_EMIGRATION and DF_EVIDENCE, and language."""
    with (_HERE / "evidence.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["indicator"], language): EvidenceWords(row["definition"], row["coverage"], row["failings"])
            for row in csv.DictReader(file)
            for language in LANGUAGES
            if language == row["language"]
        }


@cache
def templates() -> dict[str, dict[str, str]]:
    return tomllib.loads((_HERE / "words.toml").read_text(encoding="utf-8"))


def title(concept: str, country: str, year: str, language: Language) -> str:
    words = templates()[language]
    if concept in NATIONAL:
        return words["title_national"].format(what=code_list("indicators")[concept].label(language), year=year)
    name = code_list("indicators")[f"{concept}_{SUFFIXES['adjusted']}"].label(language)
    where = code_list("countries")[country].label(language) if country in code_list("countries") else None
    return words["title"].format(what=name, country=where or words["everywhere"], year=year)


def explained(concept: str, counts: TwoCounts | None, estimate: Estimate, language: Language) -> list[str]:
    """The paragraphs of an estimate: what came out, from which registers, how, how sure, and what would make it surer.
    `counts`: those of its country, None for all countries together."""
    words = templates()[language]
    low, high = round(estimate.low), round(estimate.high)
    found = [words["result"].format(value=round(estimate.value), low=low, high=high)]
    own = evidence()[CONCEPTS[concept].own[0][0], language]
    found.append(words["own"].format(own=estimate.own, definition=own.definition, failings=own.failings))
    if counts:
        found.append(_mirror(concept, counts, language))
    if by := estimate.by:
        shares = {"share": by.share, "share_low": by.low, "share_high": by.high}
        told = {name: f"{100 * share:.1f}" for name, share in shares.items()}
        names = ", ".join(code_list("countries")[each].label(language) for each in by.hosts)
        found.append(words["made_own"].format(own=estimate.own, hosts=names, **told))
        found.append(words["one_less"].format(**_one_less(estimate, by, language)))
    else:
        found.append(words[f"made_{estimate.basis}"])
    gap, missed = round(estimate.definition), round(estimate.undercount)
    found.append(words["parts"].format(own=estimate.own, gap=gap, missed=missed))
    if estimate.duration and estimate.duration.basis == "border":
        found.append(words["duration"].format(factor=f"{100 * estimate.duration.factor:.0f}"))
    found += [words["assumed"]] if estimate.assumed else []
    return [*found, words["unsure"], words["surer"]]


def broken(series: str, first: date, last: date, ratio: float, *, language: Language) -> str:
    """Why the past is no guide: a series of records (rules.estimates.breaks) that breaks from its first to its last
    day, and the ratio of what was seen to what is usual."""
    words = templates()[language]
    told = {"first": first, "last": last, "percent": round(100 * ratio)}
    register, _, country = series.partition(":")
    if register in SILENT:
        where = code_list("countries")[country].label(language) if country else words["everywhere"]
        return words["break_silent"].format(register=words[f"break_{register}"], country=where, **told)
    direction, _, about = series.partition("_")
    what = {"": "records", "missing": "missing", "open": "open"}[about]
    return words[f"break_{what}"].format(direction=words[f"break_{direction}"], **told)


def national(estimate: NationalEstimate, language: Language) -> list[str]:
    """The paragraphs of an estimate of the whole country."""
    words = templates()[language]
    margin = _95 * estimate.std_error
    least = estimate.value - margin
    low, high = round(least if estimate.concept == "NET" else max(0.0, least)), round(estimate.value + margin)
    found = [words["result"].format(value=estimate.value, low=low, high=high)]
    if estimate.final is None:
        errors = {name: f"{100 * getattr(model().errors, name):.1f}" for name in ("wrong", "stock")}
        return [*found, words["made_signs"], words["unsure_signs"].format(**errors), words["surer_signs"]]
    final = words["final_part"].format(final=estimate.final)
    return [*found, final, words["made_open"], words["unsure_open"], words["surer_open"]]


def _one_less(estimate: Estimate, by: Undercount, language: Language) -> dict[str, str | int]:
    """What the estimate would be without one of the hosts: where it is least, and where it is most."""
    scaled = estimate.value * by.share
    found = {country: round(scaled / share) for country, share in by.without.items() if share}
    least, most = (pick(found, key=lambda country: (found[country], country)) for pick in (min, max))
    names = code_list("countries")
    return {
        "least": found[least], "least_host": names[least].label(language),
        "most": found[most], "most_host": names[most].label(language),
    }  # fmt: skip


def _mirror(concept: str, counts: TwoCounts, language: Language) -> str:
    words = templates()[language]
    if not counts.mirror:
        return words["mirror_silent"]
    said = evidence()[CONCEPTS[concept].mirror[0][0], language]
    return words["mirror"].format(mirror=counts.mirror, definition=said.definition, failings=said.failings)
