"""The tokens of a text in hostile layouts: other blanks, line ends and comments wherever they are
allowed. The syntax stays."""

from __future__ import annotations

from random import Random
from typing import Final

from netwright.grammar.lalr import Token
from netwright.grammar.layout import CLOSERS, CLOSES, ends_statement, layout
from netwright.grammar.scanner import scan

COMMENTS: Final = (
    "# a comment",
    "#without a space",
    "#",
    "#!   odd ",
    "### three ###",
    "# é 漢字 한국어 \u202e \x1b[31m \u2028 \x0c \x85 \xa0",
    "# (unclosed [ { \"quote' > + , = \\",
    "# netwright: ignore W505",
    "# a very long comment " + "that goes on " * 12,
    "# carriage\rreturn",
)
DOCUMENTATION: Final = ("## documentation", "##without a space", "##", "#### many")
BLANKS: Final = (" ", "  ", "\t", "   \t ", "\ufeff ", " " * 30)
ENDS: Final = ("\n", "\r\n", "\n\n", "\n  \n\n\t", " \r\n\r\n ", "\n" + " " * 50)


def hostile(text: str, random: Random) -> str:
    """The text in another layout. The lines of documentation that it gets belong to no block,
    unless they happen to be before one."""
    tokens = layout(scan(text))
    breaks = random.choice((0.02, 0.1, 0.4, 0.9))
    remarks = random.choice((0.0, 0.1, 0.5))
    words = COMMENTS + DOCUMENTATION * random.randint(0, 1)
    parts = [_start(random, words)]
    brackets: list[str] = []
    for before, token in zip([None, *tokens], [*tokens, None], strict=True):
        if before is not None and token is not None:
            parts.append(_gap(before, token, brackets, random, breaks, remarks, words))
        if token is None:
            break
        _count(token, brackets)
        parts.append("" if token.kind == "NEWLINE" else text[token.start : token.end])
    parts.append(random.choice(("", "\n", "\n\n \n", "  # the end", "\n# the end\n", " \r\n")))
    result = "".join(parts)
    return result.replace("\n", "\r\n") if random.random() < 0.1 else result


def _start(random: Random, words: tuple[str, ...]) -> str:
    if random.random() < 0.5:
        return ""
    return random.choice(("\ufeff", "\n", "  \n\n")) + f"{random.choice(words)}\n"


def _count(token: Token, brackets: list[str]) -> None:
    if token.kind in CLOSES:
        brackets.append(token.kind)
    elif token.kind in CLOSERS:
        brackets.pop()


def _gap(
    before: Token,
    after: Token,
    brackets: list[str],
    random: Random,
    breaks: float,
    remarks: float,
    words: tuple[str, ...],
) -> str:
    if before.kind == "DOC":
        return "\n"
    if after.kind == "NEWLINE":
        return _line_ends(random, remarks, words)
    if before.kind == "NEWLINE":
        # An indented line that starts so seems to continue the one above (W510).
        return "\n\n" if after.text in ("-", "(", "[") else ""
    if "DOT" in (before.kind, after.kind):
        return ""
    inside = bool(brackets) and brackets[-1] != "LBRACE"
    may_end = inside or not ends_statement(before.kind, after.kind)
    if after.kind == "DOC":
        return "\n" if may_end else ""
    if may_end and random.random() < breaks:
        return _line_ends(random, remarks, words)
    needed = before.end < after.start
    return random.choice(BLANKS) if needed or random.random() < 0.3 else ""


def _line_ends(random: Random, remarks: float, words: tuple[str, ...]) -> str:
    """At least one line end, and comments."""
    parts = []
    while random.random() < remarks:
        parts.append(random.choice(("", " ", "    ", "\n", "\n\n\n   ")))
        parts.append(random.choice(words) + "\n")
    return "".join(parts) + random.choice(ENDS)
