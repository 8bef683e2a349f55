"""Searches for single edits of a broken text's tokens after which it parses.

Each token near the one that does not fit is left out, replaced, or preceded by another one, and the
tables tell whether the text then parses. Brackets are tried farther back, since the error of a
wrong bracket shows late. Its likely place is a line that leaves other brackets open than the
indentation of the next line tells. (Diekmann and Tratt describe such a search in "Don't Panic!",
2020.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from .diagnostics import Edit, Fix
from .lalr import END, Token, advance, grammar
from .layout import BEFORE_NAMES, CLOSERS, CLOSES, ends_statement
from .scanner import reserved
from .source import Source, Span

MAX_TOKENS: Final = 5_000
"""In a longer text no repair is searched."""
MAX_TRIES: Final = 6_000
MAX_MENDS: Final = 200
MAX_OF_A_KIND: Final = 7
NEAR: Final = 12
"""How many tokens before the one that does not fit may be the wrong one."""
FAR: Final = 400
"""How many, if the wrong one is a bracket."""

# Tokens that may be inserted, and the cost of each: a lower one is more likely. A name or value has
# no text to offer; it shows that all the rest of the text is right.
INSERTED: Final[tuple[tuple[str, str, float], ...]] = (
    ("COMMA", ",", 0.7),
    ("OPERATOR", ">", 0.8),
    ("RPAR", ")", 0.7),
    ("RSQB", "]", 0.7),
    ("RBRACE", "}", 0.8),
    ("LPAR", "(", 0.9),
    ("LSQB", "[", 0.9),
    ("LBRACE", "{", 0.9),
    ("EQUAL", "=", 0.8),
    ("COLON", ":", 0.8),
    ("ARROW", "->", 0.9),
    ("AS", "as", 0.8),
    ("IN", "in", 0.9),
    ("IF", "if", 1.0),
    ("ELSE", "else", 1.0),
    ("FOR", "for", 1.0),
    ("KIND", "block", 1.0),
    ("KIND", "net", 1.0),
    ("SHARE", "share", 1.1),
    ("DEFAULT", "default", 1.1),
    ("REQUIRE", "require", 1.1),
    ("FROM", "from", 1.1),
    ("IMPORT", "import", 1.1),
    ("OPERATOR", "+", 1.4),
    ("OPERATOR", "*", 1.5),
    ("NAME", "", 1.2),
    ("NUMBER", "", 1.9),
    ("STRING", "", 1.9),
)
PLACEHOLDERS: Final = {"NUMBER": "0", "STRING": '""'}
DELETED: Final = 1.0
REPLACED: Final = 0.4
"""Added to the cost of the new token."""
STEP: Final = 0.06
STEP_FAR: Final = 0.005
"""Added for each token between the edit and the token that does not fit."""
AT_ODDS: Final = -0.2
"""Added for a bracket in a line that is at odds with the indentation, wherever it is."""
BRACKETS: Final = frozenset({*CLOSES, *CLOSERS})
BEHIND: Final = frozenset({*CLOSERS, "COMMA", "COLON", "EQUAL", "LBRACE"})
"""These are placed right after the token before them, others right before the next token."""
TIGHT: Final = frozenset({*CLOSERS, "COMMA", "COLON", "LPAR", "LSQB"})
"""These need no space."""


class Mend(NamedTuple):
    """Replace the tokens from ``first`` to ``end`` by ``text``, a token of this ``kind``."""

    cost: float
    first: int
    end: int
    kind: str
    text: str

    @property
    def offered(self) -> bool:
        """Whether the repair can be offered as a fix: it removes a token, or its text is known."""
        return bool(self.text) or not self.kind


class _Item(NamedTuple):
    """The kind of a token, and whether a line begins with it."""

    kind: str
    begins: bool
    at: int
    """Its index among the tokens."""


class _Reader:
    """Layout and parser in one, on kinds of tokens only. It is cheap to copy."""

    __slots__ = ("brackets", "last", "stack")

    def __init__(self, stack: Sequence[int], brackets: Sequence[str], last: str) -> None:
        self.stack = [*stack]
        self.brackets = [*brackets]
        self.last = last

    def copy(self) -> _Reader:
        return _Reader(self.stack, self.brackets, self.last)

    def read(self, kind: str, begins: bool, following: str) -> bool:
        """Take in a token. Returns whether it fits; ``following`` is the kind of the next one."""
        word = kind in reserved()
        if word and self.last in BEFORE_NAMES:
            kind, word = "NAME", False
        ends = begins and self._in_body() and ends_statement(self.last, kind)
        if ends and not advance(self.stack, "NEWLINE"):
            return False
        if kind in CLOSES:
            self.brackets.append(kind)
        elif kind in CLOSERS and self.brackets:
            self.brackets.pop()
        before, self.last = self.last, kind
        if kind == "NOT" and following == "IN":
            return True
        if kind == "IN" and before == "NOT":
            self.last = kind = "NOT_IN"
        elif word and following == "EQUAL" and self.brackets and self.brackets[-1] == "LPAR":
            kind = "NAME"
        return advance(self.stack, kind)

    def _in_body(self) -> bool:
        return not self.brackets or self.brackets[-1] == "LBRACE"


class _Search:
    def __init__(self, tokens: Sequence[Token], start: str) -> None:
        self.tokens = tokens
        self.items = [*_items(tokens), _Item(END.kind, False, len(tokens))]
        self.start = grammar().start[start]
        self.readers: list[_Reader] = []
        """The state before each item, up to the one that does not fit."""
        self.outcomes: dict[tuple[int, tuple[int, ...], tuple[str, ...]], bool] = {}
        self.tries = 0
        self.misfit = self._misfit()
        self.odd = range(0)
        """The tokens of the one line that is at odds with the indentation, if there is one."""
        if self.misfit is not None:
            self.odd = _odd_line(tokens, self.items[self.misfit].at)
        self.outside = _first_outside(tokens)
        """The first token that is indented too little for the body in which it is."""

    def _misfit(self) -> int | None:
        reader = _Reader([self.start], (), "NEWLINE")
        for index in range(len(self.items)):
            self.readers.append(reader.copy())
            if not self._take(reader, index):
                return index
        return None

    def _kind(self, index: int) -> str:
        return self.items[index].kind if index < len(self.items) else ""

    def _take(self, reader: _Reader, index: int) -> bool:
        item = self.items[index]
        return reader.read(item.kind, item.begins, self._kind(index + 1))

    def mends(self) -> Iterator[Mend]:
        if self.misfit is None:
            return
        for index in self._places(self.misfit):
            if self.tries > MAX_TRIES:
                return
            near = self.misfit - index <= NEAR
            yield from self._without(index, near)
            yield from self._with(index, near)

    def _places(self, misfit: int) -> Iterator[int]:
        """The items where an edit is tried, the near ones first."""
        yield from range(misfit, max(-1, misfit - FAR), -1)
        for index in range(misfit - FAR, -1, -1):
            if self.items[index].at == self.outside or self._at(index, True) in self.odd:
                yield index

    def _cost(self, index: int, *kinds: str, behind: bool = False) -> float:
        """The cost of the place, higher the farther back it is. ``kinds`` are the kinds of the
        token that is inserted and of the one that is removed."""
        assert self.misfit is not None
        if not BRACKETS.isdisjoint(kinds) and self._at(index, behind) in self.odd:
            return AT_ODDS
        if behind and kinds == ("RBRACE",) and self.items[index].at == self.outside:
            return AT_ODDS
        back = self.misfit - index
        return STEP * min(back, NEAR) + STEP_FAR * max(0, back - NEAR)

    def _at(self, index: int, behind: bool) -> int:
        return self.items[index - behind].at if index >= behind else -1

    def _without(self, index: int, near: bool) -> Iterator[Mend]:
        item = self.items[index]
        if item.kind == END.kind or not (near or item.kind in BRACKETS):
            return
        if self._reads(index, (), index + 1, item.begins):
            yield Mend(DELETED + self._cost(index, item.kind), item.at, item.at + 1, "", "")

    def _with(self, index: int, near: bool) -> Iterator[Mend]:
        item = self.items[index]
        for kind, text, cost in INSERTED:
            if not (near or kind in BRACKETS or (item.begins and kind == "KIND")):
                continue
            if self._fits(index, kind) and self._put(index, kind):
                more = self._cost(index, kind, behind=kind in BEHIND)
                more += self._misplaced(index, kind)
                yield Mend(cost + more, item.at, item.at, kind, text)
            if self._differs(item, kind, text) and self._instead(index, kind):
                more = REPLACED + self._cost(index, kind, item.kind)
                yield Mend(cost + more, item.at, item.at + 1, kind, text)

    def _differs(self, item: _Item, kind: str, text: str) -> bool:
        return item.kind != END.kind and (item.kind != kind or self.tokens[item.at].text != text)

    def _instead(self, index: int, kind: str) -> bool:
        return self._reads(index, (kind,), index + 1, self.items[index].begins)

    def _fits(self, index: int, kind: str) -> bool:
        """Whether a token may be inserted here: a ``}`` only at the end of a line."""
        item = self.items[index]
        return kind != "RBRACE" or item.begins or item.kind in (END.kind, "RBRACE")

    def _misplaced(self, index: int, kind: str) -> float:
        """An extra cost for a bracket in an unlikely place: a likely one is closed at the end of a
        line, or opened after the line's first operator."""
        if kind not in BRACKETS:
            return 0.0
        item = self.items[index if kind in CLOSERS else index - 1]
        return 0.0 if item.begins or item.kind == END.kind else 0.02

    def _put(self, index: int, kind: str) -> bool:
        begins = self.items[index].begins
        if kind in BEHIND:
            return self._reads(index, (kind,), index, False)
        return self._reads(index, (kind,), index, begins, then=False)

    def _reads(
        self, index: int, kinds: tuple[str, ...], rest: int, begins: bool, then: bool = True
    ) -> bool:
        """Whether the text parses with ``kinds`` in place of the items from ``index`` to ``rest``.

        ``begins``: a line begins with ``kinds``; ``then``: ``rest`` may still begin a line."""
        self.tries += 1
        reader = self.readers[index].copy()
        if index and self.items[index - 1].kind in reserved() | {"NOT"}:
            # The kind of a keyword depends on the token after it, so it is read again.
            reader = self.readers[index - 1].copy()
            before = self.items[index - 1]
            if not reader.read(before.kind, before.begins, (*kinds, self._kind(rest))[0]):
                return False
        for kind in kinds:
            if not reader.read(kind, begins, self._kind(rest)):
                return False
        item = self.items[rest]
        starts = item.begins and then if kinds else item.begins or begins
        if not reader.read(item.kind, starts, self._kind(rest + 1)):
            return False
        return self._finishes(reader, rest + 1)

    def _finishes(self, reader: _Reader, index: int) -> bool:
        """Whether the rest of the text parses. If another try came by the same state, its outcome
        is taken."""
        passed: list[tuple[int, tuple[int, ...], tuple[str, ...]]] = []
        good = True
        while good and index < len(self.items):
            if self.items[index].begins:
                key = index, (*reader.stack,), (*reader.brackets,)
                if key in self.outcomes:
                    good = self.outcomes[key]
                    break
                passed.append(key)
            good = self._take(reader, index)
            index += 1
        self.outcomes |= dict.fromkeys(passed, good)
        return good


def _items(tokens: Sequence[Token]) -> Iterator[_Item]:
    begins = False
    for at, token in enumerate(tokens):
        if token.kind == "NEWLINE":
            begins = True
        elif token.kind != "DOC":
            yield _Item(token.kind, begins, at)
            begins = False


class _Line(NamedTuple):
    """A line of the text. ``closed`` is the number of brackets of lines above that it closes,
    ``opened`` are the columns of brackets that it leaves open; ``goes_on``: it begins with an
    operator.
    """

    tokens: range
    kinds: tuple[str, ...]
    column: int
    closed: int
    opened: tuple[int, ...]

    @property
    def goes_on(self) -> bool:
        return not ends_statement("NAME", self.kinds[0]) and self.kinds[0] != "RBRACE"


def _lines(tokens: Sequence[Token]) -> Iterator[_Line]:
    ends = [at for at, token in enumerate(tokens) if token.kind == "NEWLINE"]
    for before, end in pairwise([-1, *ends, len(tokens)]):
        within = tokens[before + 1 : end]
        if not within or within[0].kind == "DOC":
            continue
        column = len(tokens[before].text.rpartition("\n")[2]) if before >= 0 else 0
        places = range(before + 1, end)
        yield _line(within, places, column)


def _line(within: Sequence[Token], places: range, column: int) -> _Line:
    opened: list[int] = []
    closed = 0
    for token in within:
        if token.kind in CLOSES:
            opened.append(column + token.start - within[0].start)
        elif token.kind in CLOSERS and opened:
            opened.pop()
        elif token.kind in CLOSERS:
            closed += 1
    return _Line(places, tuple(t.kind for t in within), column, closed, tuple(opened))


def _odd_line(tokens: Sequence[Token], misfit: int) -> range:
    """The tokens of the one line, up to the token that does not fit, that leaves other brackets
    open than the indentation of the next line tells. The range is empty if several lines do, or
    none."""
    odd = [line for line in _odd_lines(tokens) if line.start <= misfit]
    return odd[0] if len(odd) == 1 else range(0)


def _odd_lines(tokens: Sequence[Token]) -> Iterator[range]:
    around: list[int] = []
    for line, following in pairwise(_lines(tokens)):
        around = [*around[: max(0, len(around) - line.closed)], *line.opened]
        if not {"LBRACE", "RBRACE"}.isdisjoint(line.kinds):
            around = []
        elif following.kinds[0] not in CLOSERS and _is_odd(line, following, around):
            yield line.tokens
            around = [column for column in around if column < following.column]


def _is_odd(line: _Line, following: _Line, around: Sequence[int]) -> bool:
    """Whether a line is at odds with the indentation of the next one. Lines that begin with an
    operator are below one another, or to the right of the bracket that is open. The items of a list
    may be anywhere. ``around`` are the columns of the open brackets."""
    farther = following.column - line.column
    unclosed = around if following.goes_on else line.opened
    left = any(column >= following.column for column in unclosed)
    if line.goes_on and following.goes_on and farther >= 0:
        return left or line.closed > 0 or len(line.opened) < (farther > 0)
    return left and (farther <= 0 or following.goes_on)


def _first_outside(tokens: Sequence[Token]) -> int | None:
    """The first token of a line that begins a statement and is indented no more than the owner of
    the body around it, so that the body is not closed; None if there is no such line."""
    owners: list[int] = []
    for line in _lines(tokens):
        begins = not line.goes_on and line.kinds[0] not in CLOSERS
        if begins and owners and line.column <= owners[-1]:
            return line.tokens.start
        for kind in line.kinds:
            if kind == "LBRACE":
                owners.append(line.column)
            elif kind == "RBRACE" and owners:
                owners.pop()
    return None


def mends(tokens: Sequence[Token], start: str = "file") -> list[Mend]:
    """The likely repairs of a text that does not parse, the most likely first."""
    if len(tokens) > MAX_TOKENS:
        return []
    return sorted(_Search(tokens, start).mends(), key=lambda m: m.cost)[:MAX_MENDS]


def varied(candidates: Sequence[Mend]) -> list[Mend]:
    """The repairs that can be offered, and only the most likely ones of each kind: a bracket could
    be closed in many places."""
    counts: Counter[tuple[str, bool]] = Counter()
    kept: list[Mend] = []
    for mend in candidates:
        way = mend.kind, mend.end > mend.first
        counts[way] += 1
        if mend.offered and counts[way] <= MAX_OF_A_KIND:
            kept.append(mend)
    return kept


def mended(tokens: Sequence[Token], mend: Mend) -> list[Token]:
    """The tokens after a repair."""
    place = extent(tokens, mend)
    text = mend.text or PLACEHOLDERS.get(mend.kind, "_")
    new = [Token(mend.kind, text, *place)] if mend.kind else []
    first, end = mend.first, mend.end
    if first == end and mend.kind in BEHIND:  # right after a token, and not on the next line
        while first and tokens[first - 1].kind in _BLANK:
            first = end = first - 1
    return [*tokens[:first], *new, *tokens[end:]]


def opener(source: Source, tokens: Sequence[Token], mend: Mend) -> Span | None:
    """The bracket that a repair closes, or None if it inserts no closing bracket."""
    if mend.kind not in CLOSERS:
        return None
    depth = 0
    for token in reversed(tokens[: mend.first]):
        depth += (token.kind in CLOSERS) - (token.kind in CLOSES)
        if depth < 0:
            return Span(source, token.start, token.end)
    return None


def extent(tokens: Sequence[Token], mend: Mend) -> tuple[int, int]:
    """The offsets between which a repair changes the text."""
    if mend.end > mend.first:
        return tokens[mend.first].start, tokens[mend.end - 1].end
    before = next((t for t in reversed(tokens[: mend.first]) if t.kind not in _BLANK), None)
    if before and (mend.kind in BEHIND or mend.first == len(tokens)):
        return before.end, before.end
    at = tokens[mend.first].start if mend.first < len(tokens) else 0
    return at, at


_BLANK: Final = frozenset({"NEWLINE", "DOC"})


def fix(source: Source, tokens: Sequence[Token], mend: Mend) -> Fix:
    """A repair in words and as an edit of the text."""
    start, end = extent(tokens, mend)
    old = source.text[start:end]
    text = _spaced(source.text, start, end, mend)
    edit = Edit(Span(source, start, end), text)
    if not mend.kind:
        return Fix(f"remove `{old}`", (edit,))
    title = f"replace it with `{mend.text}`" if old else f"insert `{mend.text}`"
    return Fix(title, (edit,))


def _spaced(text: str, start: int, end: int, mend: Mend) -> str:
    """The inserted text, with the spaces around it that keep words apart."""
    before, after = text[start - 1 : start], text[end : end + 1]
    words = _is_word(before) and _is_word(after)
    if not mend.kind:
        return " " if words else ""
    if mend.kind == "RBRACE" and start == end:
        return f"\n{mend.text}"
    if mend.kind in TIGHT:
        return mend.text
    left = "" if not before or before.isspace() or before in "([" else " "
    right = "" if not after or after.isspace() else " "
    return f"{left}{mend.text}{right}"


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"
