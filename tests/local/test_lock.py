"""Two systems never share a state directory."""

from pathlib import Path

import pytest

from deploy.local.failure import Failed
from deploy.local.lock import only_one


def test_a_second_one_is_refused_and_let_in_after_the_first(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(Failed, match="running already"), only_one(tmp_path, patience=0):
        pass
    with only_one(tmp_path, patience=0):
        pass
