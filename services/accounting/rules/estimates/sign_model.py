"""The model of the residency index: its weights as data (sign_model.toml), dated, versioned, with its error.

Learned offline (tests/accuracy/learn_signs.py) on simulated countries, on their truth and on what M1216 and M1216R have
finally decided of them; judged on other countries, and on months that it was not learned on. What no training country
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


class SignErrors(NamedTuple):
    """How far a model is off, on the held-out countries unless said; all of persons whom a register has met.

    `square`: mean square of index less truth, by persons and months. `wrong`: share of persons' months that are said
    wrongly; `wrong_months`: of the training countries in the last months, which nothing was learned on; `wrong_m1216`
    and `wrong_m1216r`: of the months that the method has finally decided, against that. `misplaced`: of residents'
    months, the share that is not in the right region, or in none. `stock`: root mean square of the relative error of
    the nation's stock."""

    square: float
    wrong: float
    wrong_months: float
    wrong_m1216: float
    wrong_m1216r: float
    misplaced: float
    stock: float


class SignModel(NamedTuple):
    """`assumed`: the kinds that no training country shows."""

    version: str
    learned_on: date
    trained: str
    held_out: str
    errors: SignErrors
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
        SignErrors(**told["errors"]), weights,
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
        f"decay = {weights.decay}",
        f"enter = {weights.enter}",
        f"leave = {weights.leave}",
        f"place_decay = {weights.place_decay}",
        "",
        "[errors]",
        *(f"{name} = {value:.4f}" for name, value in model.errors._asdict().items()),
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
