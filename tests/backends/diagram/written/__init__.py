"""Written pictures read back, a file to each format, and compared with the picture.

``complaints(picture)`` of each writes the picture, reads the text as a stranger would, and says
what is missing, added, cut or on top of something else.
"""

from __future__ import annotations

from types import ModuleType
from typing import Final

from . import dot, json, mmd, svg, tex

FORMATS: Final[dict[str, ModuleType]] = {
    "svg": svg,
    "json": json,
    "dot": dot,
    "mmd": mmd,
    "tex": tex,
}
