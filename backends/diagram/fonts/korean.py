"""Letters that Arimo lacks: Hangul, kana and Chinese characters of NanumGothic (OFL), which comes
with the extra ``korean``.

The fonts of the machine are not used, so that a spec gives the same picture everywhere. The package
with the font is made for matplotlib and is not imported; only its files are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from ....grammar.printable import SIGNS
from ..errors import DiagramError
from . import Font, Style, font, read

CARRIER: Final = "koreanize_matplotlib"
NEEDED: Final = (CARRIER, "fontTools", "resvg_py")
"""The modules of the extra."""
FAMILY: Final = "NanumGothic"
FILES: Final = {"Regular": "NanumGothic.ttf", "Bold": "NanumGothicBold.ttf"}
SCRIPTS: Final = (
    range(0x1100, 0x1200),
    range(0x2E80, 0xA000),
    range(0xAC00, 0xD7B0),
    range(0xF900, 0xFB00),
    range(0xFF00, 0xFFF0),
)
"""The characters that the font is likely to have; the error says so if it is not installed."""
NAMED: Final = 8
"""The most characters that a message names."""


def missing(text: Iterable[str]) -> str:
    """The characters of a text for which Arimo has no letter, each once, in order. Characters that
    are not shown do not count."""
    arimo = font("Regular")
    shown = {c for c in text if c.isprintable() and c not in SIGNS}
    return "".join(sorted(c for c in shown if not arimo.has(c)))


def paths() -> list[Path]:
    """The font files. Raises LookupError if the extra is not installed."""
    modules = [find_spec(module) for module in NEEDED]
    places = modules[0].submodule_search_locations if modules[0] else None
    if not all(modules) or not places:
        raise LookupError(CARRIER)
    return [Path(places[0]) / "fonts" / name for name in FILES.values()]


def required(characters: str) -> list[Path]:
    """The font files that have these characters.

    Raises DiagramError, which names the extra if it is not installed, and the characters that no
    font has.
    """
    helpless = "".join(c for c in characters if not any(ord(c) in some for some in SCRIPTS))
    if helpless:
        raise _no_letters(helpless)
    try:
        files = paths()
    except LookupError:
        raise DiagramError(
            f"this format needs a font for {_named(characters)}",
            help="`pip install 'netwright[korean]'` brings one; svg and html use the fonts of the "
            "reader",
        ) from None
    unknown = "".join(c for c in characters if not letters("Regular", characters).has(c))
    if unknown:
        raise _no_letters(unknown)
    return files


@lru_cache(maxsize=16)
def letters(style: Style, characters: str) -> Font:
    """The font with only these characters. It has no italics."""
    from fontTools.ttLib import TTFont

    from .reduce import reduced

    weight = "Bold" if "Bold" in style else "Regular"
    file = next(path for path in paths() if path.name == FILES[weight])
    data = reduced(TTFont(file, recalcTimestamp=False), map(ord, characters))
    return read(file.stem, data)


def _no_letters(characters: str) -> DiagramError:
    return DiagramError(
        f"netwright has no font for {_named(characters)}",
        help="svg and html use the fonts of the reader; or write it in other letters",
    )


def _named(characters: str) -> str:
    names = ", ".join(f"`{c}` (U+{ord(c):04X})" for c in characters[:NAMED])
    more = len(characters) - NAMED
    return f"{names} and {more} more characters" if more > 0 else names
