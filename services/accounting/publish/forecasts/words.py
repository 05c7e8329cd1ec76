"""A forecast in words: what it is, by which model, how good that was, or why there is none."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from services.accounting.cases.forecasts.published import KeyedForecast
from shared.kernel.codes import Language, code_list


@cache
def wordings() -> dict[str, dict[str, str]]:
    """Templates by language and name."""
    return tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))


def explained(keyed: KeyedForecast, language: Language) -> str:
    return " ".join(_sentences(keyed, language, wordings()[language]))


def _sentences(keyed: KeyedForecast, language: Language, words: dict[str, str]) -> Iterator[str]:
    found, countries = keyed.forecast, code_list("countries")
    who = countries[keyed.citizenship].label(language) if keyed.citizenship in countries else words["everybody"]
    yield words["what"].format(
        what=code_list("indicators")[keyed.indicator].label(language), method=keyed.method, who=who
    )
    if found.model is None:
        yield words[found.stopped or "SHORT"].format(broken=found.broken)
        return
    yield words[found.model].format(first=found.first, last=found.last)
    for model, score in found.scores.items():
        yield words["score"].format(
            origins=score.origins,
            model=model,
            mase=words["unknown"] if score.mase is None else f"{score.mase:.2f}",
            covered_80=round(100 * score.covered[80]),
            covered_95=round(100 * score.covered[95]),
        )
    if found.broken:
        yield words["after"].format(broken=found.broken)
    elif not found.break_tested:
        yield words["untested"]
    if keyed.method == "M1216R":
        yield words["estimates"]
