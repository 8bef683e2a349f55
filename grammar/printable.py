"""Makes texts from strangers safe to show: without characters that control a terminal, reverse a
line, or are not allowed in XML."""

from __future__ import annotations

import re
from typing import Final

_HIDDEN: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Categories of characters that move the cursor, reverse the line, or show nothing."""
_NO_CHARACTERS: Final = "[\ufdd0-\ufdef\ufffe\uffff]"


_ESCAPES: Final = str.maketrans(
    {"\\": r"\\", '"': r"\"", "\n": r"\n", "\t": r"\t", "{": "{{", "}": "}}"}
)
SIGNS: Final = frozenset(map(chr, (*range(0x2400, 0x2422), 0xFFFD)))
"""Characters that stand for one that is not shown. Few fonts have them."""


def escaped(text: str) -> str:
    """The text as it is written between quotes."""
    return text.translate(_ESCAPES)


def printable(text: str) -> str:
    """The text with control characters replaced by pictures of them, and other hidden characters by
    the replacement character. Line ends and tabs stay.

    Every text of a spec is cleaned by this function when it enters the syntax tree, and every
    message again when it is printed.
    """
    on_one_line = text.replace("\n", "").replace("\t", "")
    harmless = on_one_line.isascii() and on_one_line.isprintable()
    return text if harmless else "".join(map(_printable, text))


def _printable(char: str) -> str:
    import unicodedata

    code = ord(char)
    if code < 0x20 and char not in "\n\t":
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    hidden = unicodedata.category(char) in _HIDDEN or code & 0xFFFE == 0xFFFE
    if char in "\n\t\u200d" or not (hidden or re.match(_NO_CHARACTERS, char)):
        return char
    return "\N{REPLACEMENT CHARACTER}"


def json_text(document: object, indent: int = 2) -> str:
    """A document as JSON, with escapes for characters that cannot be shown."""
    import json

    text = json.dumps(document, ensure_ascii=False, indent=indent)
    shown = printable(text)
    pairs = zip(text, shown, strict=True)
    return (
        text if shown == text else "".join(a if a == b else json.dumps(a)[1:-1] for a, b in pairs)
    )
