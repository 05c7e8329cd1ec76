"""The model of the residency index: its weights as data (sign_model.toml), dated, versioned, with its error.

Learned offline (tests/accuracy/learn_signs.py) on simulated countries, judged on others. What no training country
shows, such as signs of agencies that have not joined yet, has weights that are assumed, and said to be (`assumed`). A
model is never changed: another one gets another version.
"""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from services.accounting.rules.estimates.signs import KINDS, FirstSide, Group, SignKind, Weights

FILE: Final = Path(__file__).with_name("sign_model.toml")


class SignModel(NamedTuple):
    """`square`, `wrong`, `misplaced`: on the held-out countries the mean square of index less truth, the share
    of persons' months that are said wrongly, and of residents' months the share that is not in the right region.
    `assumed`: the kinds that no training country shows."""

    version: str
    learned_on: date
    trained: str
    held_out: str
    square: float
    wrong: float
    misplaced: float
    weights: Weights
    assumed: frozenset[SignKind]


@cache
def model() -> SignModel:
    """The model in use. Raises ValueError where the file is not whole."""
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))
    weight, place = np.zeros((len(Group), KINDS)), np.zeros(KINDS)
    for kind in SignKind:
        numbers = told["kinds"].get(kind.name)
        if numbers is None:
            raise ValueError(f"the model says nothing of {kind.name}")
        weight[:, kind] = [numbers[group.name.lower()] for group in Group]
        place[kind] = numbers["place"]
    initial = np.array([[told["initial"][group.name][side.name.lower()] for side in FirstSide] for group in Group])
    about = told["model"]
    weights = Weights(
        about["decay"], about["enter"], about["leave"], weight, initial, place, about["place_decay"]
    )  # fmt: skip
    return SignModel(
        about["version"], about["learned_on"], about["trained"], about["held_out"],
        about["square"], about["wrong"], about["misplaced"], weights,
        frozenset(kind for kind in SignKind if told["kinds"][kind.name].get("assumed")),
    )  # fmt: skip


def written(model: SignModel) -> str:
    """The file of a model."""
    weights = model.weights
    lines = [
        "[model]",
        f'version = "{model.version}"',
        f"learned_on = {model.learned_on}",
        f'trained = "{model.trained}"',
        f'held_out = "{model.held_out}"',
        f"square = {model.square:.4f}",
        f"wrong = {model.wrong:.4f}",
        f"misplaced = {model.misplaced:.4f}",
        f"decay = {weights.decay}",
        f"enter = {weights.enter}",
        f"leave = {weights.leave}",
        f"place_decay = {weights.place_decay}",
        "",
        "[initial]",
    ]
    for group in Group:
        sides = ", ".join(f"{side.name.lower()} = {weights.initial[group, side]}" for side in FirstSide)
        lines.append(f"{group.name} = {{ {sides} }}")
    lines += ["", "[kinds]"]
    for kind in SignKind:
        each = ", ".join(f"{group.name.lower()} = {weights.weight[group, kind]}" for group in Group)
        assumed = ", assumed = true" if kind in model.assumed else ""
        lines.append(f"{kind.name} = {{ {each}, place = {weights.place[kind]}{assumed} }}")
    return "\n".join(lines) + "\n"
