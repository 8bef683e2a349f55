"""The table of precedence, used to read operators and to print them.

The grammar gives an ``operation`` as a flat list: operands, operators before and between them, and
labels after them. It is made a tree by a loop and not by recursion, so a chain has any length.
"""

from __future__ import annotations

from typing import Final

LOOSEST_FIRST: Final = (
    ("if",),
    ("or",),
    ("and",),
    ("not",),
    (">", "<", ">=", "<=", "==", "!=", "in", "not in"),
    ("+", "-"),
    ("as",),
    ("*", "/", "//", "%", "@"),
    ("unary -",),
    ("**",),
    ("call",),
)
LEVEL: Final = {word: level for level, words in enumerate(LOOSEST_FIRST) for word in words}
