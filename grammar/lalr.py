"""Lark's part: the tables and the terminals that it makes of net.lark, and the loop over them.

The loop is our own since it feeds lists of tokens, tells the state in which one does not fit, and
lets a body that was parsed apart stand in a statement as one token.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any, NamedTuple, TypeAlias

from lark import Lark
from lark.lexer import Lexer, PatternStr
from lark.parsers.lalr_analysis import Shift

STARTS = ("file", "expression")


class Token:
    """A piece of the text. ``value`` is set where a token stands for something parsed apart."""

    __slots__ = ("end", "kind", "start", "text", "value")

    def __init__(self, kind: str, text: str, start: int, end: int, value: Any = None) -> None:
        self.kind = kind
        self.text = text
        self.start = start
        self.end = end
        self.value = value

    def __repr__(self) -> str:
        return f"{self.kind} {self.text!r}"


END = Token("$END", "", 0, 0)


class Spliced(list[Any]):
    """The children of a rule that gives them to its parent."""


class Reduction(NamedTuple):
    """Take ``size`` values off the stack and put one of rule ``origin`` there.

    ``action`` is the name of the method that makes it; none where a single value passes through.
    """

    size: int
    origin: str
    action: str | None
    inline: bool


Action: TypeAlias = int | Reduction
State: TypeAlias = dict[str, Action]


class Grammar(NamedTuple):
    states: dict[int, State]
    gotos: dict[int, dict[str, int]]
    start: dict[str, int]
    final: dict[str, int]
    terminals: tuple[tuple[str, str], ...]
    keywords: dict[str, str]


class MisfitError(Exception):
    """No rule goes on with the token at ``index``."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


class _NoLexer(Lexer):
    """Tokens come from scanner.py."""

    def __init__(self, _: Any) -> None:
        pass

    def lex(self, *_: Any) -> Iterator[Any]:
        return iter(())


@cache
def grammar() -> Grammar:
    """The tables, made once, when the first text is parsed."""
    text = resources.files(__package__).joinpath("net.lark").read_text("utf-8")
    lark = Lark(text, start=list(STARTS), parser="lalr", lexer=_NoLexer)
    table = lark.parse_interactive("", start="file").parser_state.parse_conf.parse_table
    return Grammar(
        {number: _state(actions) for number, actions in table.states.items()},
        {number: _gotos(actions) for number, actions in table.states.items()},
        dict(table.start_states),
        dict(table.end_states),
        _terminals(lark),
        _keywords(lark),
    )


def _state(actions: dict[str, tuple[Any, Any]]) -> State:
    return {
        symbol: arg if action is Shift else _reduction(arg)
        for symbol, (action, arg) in actions.items()
    }


def _gotos(actions: dict[str, tuple[Any, Any]]) -> dict[str, int]:
    return {symbol: arg for symbol, (action, arg) in actions.items() if action is Shift}


def _reduction(rule: Any) -> Reduction:
    origin = str(rule.origin.name)
    size = len(rule.expansion)
    inline = origin.startswith("_")
    single = size == 1 and not rule.expansion[0].name.startswith("_")
    passes = (size == 1 and inline) or (single and rule.options.expand1 and not rule.alias)
    return Reduction(size, origin, None if passes else rule.alias or origin, inline)


def _terminals(lark: Lark) -> tuple[tuple[str, str], ...]:
    """Names and patterns, in the order in which they are tried."""
    ordered = sorted(
        (t for t in lark.terminals if t.name not in _keywords(lark).values()),
        key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name),
    )
    return tuple((t.name, t.pattern.to_regexp()) for t in ordered)


def _keywords(lark: Lark) -> dict[str, str]:
    """Words that are a terminal of their own, though they look like a NAME."""
    return {
        t.pattern.value: t.name
        for t in lark.terminals
        if isinstance(t.pattern, PatternStr) and re.fullmatch(r"\w+", t.pattern.value)
    }


def run(tokens: Sequence[Token], start: str, build: Mapping[str, Callable[[Any], Any]]) -> Any:
    """Parse all the tokens; raises :class:`MisfitError` at the first that does not fit.

    ``build`` makes the value of a rule from its children.
    """
    states, gotos, starts, finals, *_ = grammar()
    stack = [starts[start]]
    values: list[Any] = []
    for index, token in enumerate((*tokens, END)):
        while True:
            action = states[stack[-1]].get(token.kind)
            if action.__class__ is int:
                stack.append(action)
                values.append(token if token.value is None else token.value)
                break
            if action is None:
                raise MisfitError(index)
            size, origin, name, inline = action  # type: ignore[misc]
            if name is not None:
                cut = len(values) - size
                children = values[cut:]
                values[cut:] = [_splice(children) if inline else build[name](_flat(children))]
            del stack[len(stack) - size :]
            stack.append(gotos[stack[-1]][origin])
            if token is END and stack[-1] == finals[start]:
                return values[0]
    raise AssertionError("END ends the loop")


def _splice(children: list[Any]) -> Spliced:
    """Left recursion grows one list, so that a chain of any length costs its length."""
    first = children[0] if children else None
    result = first if isinstance(first, Spliced) else Spliced(children[:1])
    for child in children[1:]:
        if isinstance(child, Spliced):
            result.extend(child)
        else:
            result.append(child)
    return result


def _flat(children: list[Any]) -> list[Any]:
    for child in children:
        if child.__class__ is Spliced:
            return _splice([Spliced(), *children])
    return children


def expected(tokens: Sequence[Token], start: str) -> set[str]:
    """The terminals that fit after these tokens."""
    stack = [grammar().start[start]]
    for token in tokens:
        _advance(stack, token.kind)
    actions = grammar().states[stack[-1]]
    return {kind for kind in actions if kind in _terminal_names() and _advance([*stack], kind)}


@cache
def _terminal_names() -> frozenset[str]:
    kinds = {kind for state in grammar().states.values() for kind in state}
    return frozenset(kind for kind in kinds if kind.isupper())


def _advance(stack: list[int], kind: str) -> bool:
    """Take in a token. A table entry may be a reduction that leads nowhere: it is followed up."""
    states, gotos, _, finals, *_ = grammar()
    while True:
        action = states[stack[-1]].get(kind)
        if not isinstance(action, Reduction):
            if action is not None:
                stack.append(action)
            return action is not None
        del stack[len(stack) - action.size :]
        stack.append(gotos[stack[-1]][action.origin])
        if kind == END.kind and stack[-1] in finals.values():
            return True
