"""The font of every PDF: DejaVu Sans, cut to the Latin and Cyrillic letters of the three languages (`font/LICENSE`).

A PDF carries it, so that Kazakh letters show and copy everywhere.
"""

from pathlib import Path
from typing import Final

TEXT: Final = Path(__file__).parent / "font" / "DejaVuSans.ttf"
