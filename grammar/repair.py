"""Reports broken tokens and replaces them by those that the writer meant.

A repaired statement still parses, so one mistake is reported once. A token that cannot be repaired
becomes an ``ERROR``, and its statement gets no further error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise, takewhile
from typing import Final
from unicodedata import category, normalize
from unicodedata import name as unicode_name

from .diagnostics import Diagnostic, Edit, Fix
from .lalr import Token
from .layout import CLOSERS, CLOSES
from .record import Entity, field
from .scanner import scan
from .source import Source, Span
from .wording import clip

MAX_EDITS: Final = 1000


def place(source: Source, token: Token) -> Span:
    return Span(source, token.start, token.end)


def replacement(span: Span, text: str, title: str = "") -> Fix:
    return Fix(title or f"replace it with `{text}`", (Edit(span, text),))


# --- tokens --------------------------------------------------------------------------------

# The symbol of other languages, ours, and what ours means.
OTHERS_SYMBOLS: Final = {
    "&&": ("and", "`and`"),
    "||": ("or", "`or`"),
    "!": ("not", "`not`"),
    "&": ("and", "`and`"),
    "~": ("not", "`not`"),
    "|>": (">", "the pipe"),
    "|": (">", "the pipe"),
    "=>": (">", "the pipe"),
    "→": (">", "the pipe"),
    "⟶": (">", "the pipe"),
    ":=": ("=", "an assignment"),
    "===": ("==", "equality"),
    "!==": ("!=", "inequality"),
    "^": ("**", "a power"),
    "≥": (">=", "at least"),
    "≤": ("<=", "at most"),
    "≠": ("!=", "inequality"),
    "×": ("*", "a product"),
    "·": ("*", "a product"),
    "÷": ("/", "a quotient"),
    "−": ("-", "minus"),
    "–": ("-", "minus"),
    "—": ("-", "minus"),
}
CONSTANTS: Final = {"True": "true", "False": "false", "None": "none"}


class _Amender(Entity):
    source: Source
    tokens: list[Token]
    result: list[Token] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    semicolons: list[Edit] = field(default_factory=list)
    brackets: list[str] = field(default_factory=list)

    def follow(self, token: Token) -> None:
        if token.kind in CLOSES:
            self.brackets.append(token.kind)
        elif token.kind in CLOSERS and self.brackets:
            self.brackets.pop()

    def report(
        self, code: str, message: str, token: Token, detail: str, help: str, fix: Fix | None = None
    ) -> None:
        span = place(self.source, token)
        self.diagnostics.append(
            Diagnostic(code, message, span, detail, help=(help,) if help else (), fix=fix)
        )

    def put(self, token: Token, text: str) -> None:
        """Read ``text`` in place of a token."""
        for new in scan(text):
            self.result.append(Token(new.kind, new.text, token.start, token.end))

    def put_source(self, start: int, end: int) -> None:
        self.result.extend(amend(self.source, scan(self.source.text, start, end), self.diagnostics))

    def give_up(self, token: Token) -> None:
        self.result.append(Token("ERROR", token.text, token.start, token.end))


def amend(source: Source, tokens: list[Token], diagnostics: list[Diagnostic]) -> list[Token]:
    """The tokens, without mistakes that are in a single token."""
    amender = _Amender(source, tokens, diagnostics=diagnostics)
    index = 0
    while index < len(tokens):
        token = tokens[index]
        handler = _HANDLERS.get(token.kind)
        skip = 1
        amender.follow(token)
        if handler:
            skip = handler(amender, index) or 1
        else:
            amender.result.append(token)
        index += skip
    if amender.semicolons:
        diagnostics.append(_semicolons(amender))
    return amender.result


def _constant(a: _Amender, index: int) -> None:
    token = a.tokens[index]
    if a.result and a.result[-1].kind in ("DOT", "AS"):
        a.result.append(token)
        return
    word = CONSTANTS[token.text]
    fix = replacement(place(a.source, token), word)
    a.report("E111", f"`{token.text}` is written `{word}`", token, "lowercase here", "", fix)
    a.put(token, word)


def _return(a: _Amender, index: int) -> None:
    token = a.tokens[index]
    if a.result and a.result[-1].kind in ("DOT", "AS"):
        a.result.append(token)
        return
    after = a.tokens[index + 1] if index + 1 < len(a.tokens) else None
    end = after.start if after and after.kind != "NEWLINE" else token.end
    fix = replacement(Span(a.source, token.start, end), "", "remove `return`")
    help = "the last expression of a body is its result; several values are a list: `[y, h]`"
    a.report("E115", "there is no `return`", token, "not needed", help, fix)


def _docstring(a: _Amender, index: int) -> None:
    token = a.tokens[index]
    lines = token.text.strip("\"'").strip().split("\n")
    text = "\n".join(f"## {line.strip()}" for line in lines)
    help = "lines with `##` above a block or a net are its documentation"
    fix = replacement(place(a.source, token), text, "write it as a comment")
    a.report("E131", "texts in triple quotes are not comments here", token, "", help, fix)


def _foreign_comment(a: _Amender, index: int) -> None:
    token = a.tokens[index]
    text = token.text.strip("/*").strip()
    fix = None if "\n" in text else replacement(place(a.source, token), f"# {text}")
    a.report("E131", "comments start with `#`", token, "", "a comment ends with its line", fix)


def _operator(a: _Amender, index: int) -> int:
    """Report ``//`` before words, or at the start of a text, as a comment of another language.
    Returns the number of tokens to skip."""
    token = a.tokens[index]
    first = all(t.kind in ("NEWLINE", "DOC") for t in a.result)
    if token.text != "//" or not (first or _is_prose(a.tokens[index + 1 : index + 20])):
        a.result.append(token)
        return 1
    fix = replacement(place(a.source, token), "#")
    help = "`//` is the division that rounds down"
    a.report("E131", "comments start with `#`", token, "not a comment", help, fix)
    rest = range(index, len(a.tokens))
    return next((i for i in rest if a.tokens[i].kind == "NEWLINE"), len(a.tokens)) - index


def _is_prose(tokens: list[Token]) -> bool:
    """Whether two words follow one another on the line."""
    kinds = [t.kind for t in takewhile(lambda t: t.kind != "NEWLINE", tokens)]
    return ("NAME", "NAME") in pairwise(kinds)


def _augmented(a: _Amender, index: int) -> None:
    token = a.tokens[index]
    operator = token.text[:-1]
    name = _lone_name(a)
    if name is None:
        a.report("E116", f"there is no `{token.text}`", token, "", "`name = value` assigns a name")
        a.give_up(token)
        return
    long = f"= {name.text} {operator}"
    help = f"write `{name.text} {long} ...`; a residual branch is `x = x + (x > f)`"
    fix = replacement(place(a.source, token), long)
    a.report("E116", f"there is no `{token.text}`", token, "", help, fix)
    a.put(token, long)


def _lone_name(a: _Amender) -> Token | None:
    """The name, if the statement is only a name so far, else None."""
    *before, last = [Token("NEWLINE", "", 0, 0), *a.result[-2:]]
    starts = before and before[-1].kind in ("NEWLINE", "LBRACE", "DOC")
    return last if starts and last.kind == "NAME" else None


def _smart_string(a: _Amender, index: int) -> None:
    token = a.tokens[index]
    text = f'"{token.text[1:-1]}"'
    fix = replacement(place(a.source, token), text)
    a.report("E105", "strings are written in straight quotes", token, "curly quotes", "", fix)
    a.result.append(Token("STRING", text, token.start, token.end))


def _broken_string(a: _Amender, index: int) -> None:
    """Report a string that is not closed. It ends with the line, without the closing brackets
    there: these are read as code."""
    token = a.tokens[index]
    quote = token.text[0]
    end = token.start + _string_length(token.text)
    opener = Token("STRING", quote, token.start, token.start + 1)
    fix = Fix(f"close it with `{quote}`", (Edit(Span(a.source, end, end), quote),))
    a.report("E105", "this string is not closed", opener, "opened here", "", fix)
    text = a.source.text[token.start : end].rstrip("\\")
    a.result.append(Token("STRING", text + quote, token.start, end))
    a.put_source(end, token.end)


def _string_length(text: str) -> int:
    """The length without the brackets at the line's end that nothing in the string opens."""
    while text.rstrip(", \t\r")[-1:] in tuple(")]}"):
        text = text.rstrip(", \t\r")
        opener = "([{"[")]}".index(text[-1])]
        if text.count(opener) >= text.count(text[-1]):
            break
        text = text[:-1]
    return max(1, len(text.rstrip(", \t\r")))


def _broken_number(a: _Amender, index: int) -> None:
    token = a.tokens[index]
    dims = token.text.lower().replace("×", "x")
    if re.fullmatch(r"[0-9]+(x[0-9]+)+", dims):
        small = replacement(place(a.source, token), dims)
        a.report(
            "E121", f"sizes are written `{clip(dims)}`", token, "", "with a small letter x", small
        )
        a.put(token, dims)
        return
    parts = dims.split("x")
    fix: Fix | None = None
    help = ""
    if index and a.tokens[index - 1].kind == "AS":
        help = "a label that begins with a digit is written in quotes"
        fix = replacement(place(a.source, token), f'"{token.text}"')
    elif len(parts) > 1 and all(re.fullmatch(r"[0-9]+|[^\W\d]\w*", p) for p in parts):
        listed = f"[{', '.join(parts)}]"
        help = "`3x3` is for numbers; with names it is a list"
        fix = replacement(place(a.source, token), listed)
    a.report("E107", f"`{clip(token.text)}` is not a number", token, "", help, fix)
    a.give_up(token)


def _between_numbers(a: _Amender, index: int) -> bool:
    after = a.tokens[index + 1] if index + 1 < len(a.tokens) else None
    before = a.result[-1] if a.result else None
    return bool(before and after and before.kind in ("NUMBER", "DIMS") and after.kind == "NUMBER")


def _symbol(a: _Amender, index: int) -> int:
    token = a.tokens[index]
    span = place(a.source, token)
    ascii = normalize("NFKC", token.text)
    if token.text == "×" and _between_numbers(a, index):
        before = a.result.pop()
        after = a.tokens[index + 1]
        dims = f"{before.text}x{after.text}"
        whole = Span(a.source, before.start, after.end)
        a.report(
            "E121", f"sizes are written `{dims}`", token, "a letter x", "", replacement(whole, dims)
        )
        a.result.append(Token("DIMS", dims, before.start, after.end))
        return 2
    if token.text in OTHERS_SYMBOLS:
        ours, meaning = OTHERS_SYMBOLS[token.text]
        fix = replacement(span, ours)
        message = f"`{token.text}` is written `{ours}`"
        help = "" if meaning == f"`{ours}`" else f"`{ours}` is {meaning}"
        a.report("E112", message, token, "", help, fix)
        a.put(token, ours)
    elif token.text == ";":
        _semicolon(a, index)
    elif token.text == "\\":
        help = (
            "a statement goes on if its line ends in an operator or a comma, or if the next line "
            "starts with an operator"
        )
        fix = replacement(span, "", "remove it")
        a.report("E112", "lines are not continued with `\\`", token, "not needed", help, fix)
    elif token.text == "?":
        help = "a choice is `a if condition else b`"
        a.report("E112", "there is no `?`", token, "", help)
        a.give_up(token)
    elif ascii != token.text and all(0x20 < ord(c) < 0x7F for c in ascii):
        fix = replacement(span, ascii)
        a.report("E106", f"`{token.text}` is written `{ascii}`", token, _named(token), "", fix)
        a.put(token, ascii)
    elif category(token.text) in ("Cf", "Cc", "Zs"):
        _other(a, index)
    else:
        a.report("E106", f"`{token.text}` means nothing here", token, _named(token), "")
        a.give_up(token)
    return 1


def _semicolon(a: _Amender, index: int) -> None:
    token = a.tokens[index]
    span = place(a.source, token)
    if a.brackets and a.brackets[-1] != "LBRACE":
        a.result.append(Token("COMMA", ",", token.start, token.end))
        edit = Edit(span, ",")
    else:
        a.result.append(Token("NEWLINE", "\n", token.start, token.end))
        edit = _line_end(a.source, span)
    if len(a.semicolons) < MAX_EDITS:
        a.semicolons.append(edit)


def _line_end(source: Source, span: Span) -> Edit:
    line = source.line(span.line)
    rest = line[span.column :]
    if not rest.strip() or rest.strip().startswith(("#", "}")):
        return Edit(span, "")
    indent = line[: len(line) - len(line.lstrip())]
    return Edit(Span(source, span.start, span.end + len(rest) - len(rest.lstrip())), "\n" + indent)


def _semicolons(a: _Amender) -> Diagnostic:
    """One report for all semicolons of a file: they are one habit of its writer."""
    first, *rest = a.semicolons
    return Diagnostic(
        "E113",
        "statements end with their line, not with `;`",
        Span(a.source, first.span.start, first.span.start + 1),
        f"and {len(rest)} more" if rest else "",
        fix=Fix("remove them", tuple(a.semicolons)) if len(rest) + 1 < MAX_EDITS else None,
    )


def _broken_name(a: _Amender, index: int) -> None:
    """Report a character such as in ``x²`` or ``½``. It looks like a letter, but Python allows none
    of them in names."""
    token = a.tokens[index]
    wrong = next(i for i in range(len(token.text)) if not token.text[: i + 1].isidentifier())
    start = token.start + wrong
    at = Token(token.kind, token.text[wrong], start, start + 1)
    help = "a name has letters of any script, digits and `_`; a power is written `x**2`"
    a.report("E106", f"`{at.text}` cannot be in a name ({_named(at)})", at, "", help)
    a.give_up(token)


def _other(a: _Amender, index: int) -> None:
    """Report a space of another script, a control character, or a byte that was not UTF-8. It is
    left out."""
    token = a.tokens[index]
    code = ord(token.text)
    if 0xD800 <= code < 0xE000:
        a.report("E106", "this file is not encoded in UTF-8", token, "not a character", "")
    elif token.text.isspace():
        fix = replacement(place(a.source, token), " ", "write a space")
        a.report("E106", f"this is not an ordinary space ({_named(token)})", token, "", "", fix)
    else:
        fix = replacement(place(a.source, token), "", "remove it")
        a.report("E106", f"an invisible character ({_named(token)})", token, "", "", fix)


def _named(token: Token) -> str:
    code = f"U+{ord(token.text):04X}"
    name = unicode_name(token.text, "")
    return f"{code}, {name.lower()}" if name else code


_HANDLERS: Final[dict[str, Callable[[_Amender, int], int | None]]] = {
    "FOREIGN_CONSTANT": _constant,
    "RETURN": _return,
    "DOCSTRING": _docstring,
    "FOREIGN_COMMENT": _foreign_comment,
    "OPERATOR": _operator,
    "AUGMENTED": _augmented,
    "SMART_STRING": _smart_string,
    "BROKEN_STRING": _broken_string,
    "BROKEN_NAME": _broken_name,
    "BROKEN_NUMBER": _broken_number,
    "FOREIGN": _symbol,
    "SYMBOL": _symbol,
    "OTHER": _other,
}
