"""The one table of precedence, used to read operators and to print them.

An ``operation`` comes from the grammar as a flat list: operands, with operators before and
between them and labels after them. Loops, not recursion, so that a chain may have any length.
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
