"""Who maintains the structures, and in which version."""

from typing import Final

AGENCY: Final = "KOSH"
VERSION: Final = "1.0"
