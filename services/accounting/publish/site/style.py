"""The site's style sheet, script and chart library: files under `/assets/`, with those of the API's reference."""

import re
from pathlib import Path
from typing import Final

from shared.http.assets import Assets, assets_of
from shared.http.reference.page import ASSETS as REFERENCE

_FOLDER: Final = Path(__file__).with_name("assets")
ASSETS: Final[Assets] = {**assets_of(_FOLDER), **REFERENCE}


def _resolved(sheet: str) -> str:
    """With the values of its variables in their places."""
    values = dict(re.findall(r"--(\w+): ([^;]+);", sheet))
    return re.sub(r"var\(--(\w+)\)", lambda named: values[named[1]], sheet[sheet.index("}") + 1 :])


CHART_STYLE: Final = _resolved((_FOLDER / "chart.css").read_text(encoding="utf-8"))
"""The style of charts, for one that is a file of its own: programs that print it may know no variables."""
