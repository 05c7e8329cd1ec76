"""The site's style sheet, script and chart library: files under `/assets/`, with those of the API's reference."""

from pathlib import Path
from typing import Final

from shared.http.assets import Assets, assets_of
from shared.http.reference.page import ASSETS as REFERENCE

_FOLDER: Final = Path(__file__).with_name("assets")
ASSETS: Final[Assets] = {**assets_of(_FOLDER), **REFERENCE}
CHART_STYLE: Final = ":root{color-scheme:light}" + (_FOLDER / "chart.css").read_text(encoding="utf-8")
"""The style of charts, for one that is a file of its own."""
