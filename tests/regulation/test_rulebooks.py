"""Every rulebook loads, and its values are of the kind that their unit promises."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from shared.kernel import codes
from shared.kernel.norms import Norm
from tests.regulation.cases import SERVICES, rulebook

WITH_RULES = sorted(path.parts[-3] for path in SERVICES.glob("*/rules/norms.toml"))
NORMS = [norm for service in WITH_RULES for norms in rulebook(service).history.values() for norm in norms]

KINDS: dict[str, Callable[[Norm], bool]] = {
    **dict.fromkeys(("days", "working days", "months", "years", "hours", "times"), lambda norm: norm.whole() > 0),
    "share": lambda norm: Decimal(0) < norm.share() <= Decimal(1),
    "yes or no": lambda norm: norm.applies() in (True, False),
    "countries": lambda norm: all(map(codes.is_country, norm.codes())),
    "regions": lambda norm: all(map(codes.is_region, norm.codes())),
}


def name_of(norm: Norm) -> str:
    return f"{norm.name}@{norm.version}"


@pytest.mark.parametrize("norm", NORMS, ids=name_of)
def test_a_norm_says_what_it_is_and_where_it_stands(norm: Norm) -> None:
    assert norm.says
    assert norm.unit
    assert norm.act
    assert norm.article
    assert norm.link is None or norm.link.startswith(("https://", "http://"))


@pytest.mark.parametrize("norm", [norm for norm in NORMS if norm.unit in KINDS], ids=name_of)
def test_a_value_is_of_the_kind_that_its_unit_promises(norm: Norm) -> None:
    assert KINDS[norm.unit](norm), norm.value
