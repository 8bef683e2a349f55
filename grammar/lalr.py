"""Parses tokens with the tables that Lark makes from net.lark.

The parser is our own, since it takes lists of tokens, tells the state in which a token does not
fit, and accepts a body that was parsed before as one token of a statement. The tables are in
tables.py: making them takes longer than a whole `netwright check`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias, cast
from zlib import crc32

from .record import Record

HERE: Final = Path(__file__).parent


class Token:
    """A piece of the text. ``value`` is set if the token stands for a part that is parsed
    already."""

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
    """Children that become children of the rule above."""


Reduction: TypeAlias = tuple[int, str, str | None, bool]
"""The number of values to take from the stack; the rule whose value is put there; the name of the
method that makes the value (None if a single value is passed on); whether it is spliced into its
parent."""
Action: TypeAlias = int | Reduction
State: TypeAlias = dict[str, Action]
"""For each symbol that may come next: the state that it leads to, or a reduction to make first."""


class Grammar(Record):
    states: dict[int, State]
    start: dict[str, int]
    final: dict[str, int]
    terminals: tuple[tuple[str, str], ...]
    keywords: dict[str, str]


class MisfitError(Exception):
    """No rule can continue with the token at ``index``."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


def fingerprint(text: str) -> int:
    return crc32(text.encode())


@cache
def grammar() -> Grammar:
    """The tables of tables.py. If net.lark has changed since, Lark makes them anew."""
    from . import tables

    text = HERE.joinpath("net.lark").read_text("utf-8")
    if fingerprint(text) != tables.MADE_OF:
        from .write_tables import generate

        return generate(text)
    reductions = tables.REDUCTIONS
    states: dict[int, State] = {
        number: {symbol: a if a >= 0 else reductions[~a] for symbol, a in state.items()}
        for number, state in enumerate(tables.STATES)
    }
    return Grammar(states, tables.START, tables.FINAL, tables.TERMINALS, tables.KEYWORDS)


def run(tokens: Sequence[Token], start: str, build: Mapping[str, Callable[[Any], Any]]) -> Any:
    """Parse all the tokens. Raises :class:`MisfitError` at the first that does not fit.

    ``build`` has a function for each rule, which makes its value from its children.
    """
    tables = grammar()
    states, finals = tables.states, tables.final
    stack = [tables.start[start]]
    values: list[Any] = []
    for index, token in enumerate((*tokens, END)):
        kind = token.kind
        while True:
            action = states[stack[-1]].get(kind)
            if action.__class__ is int:
                stack.append(action)
                values.append(token if token.value is None else token.value)
                break
            if action is None:
                if token is END and stack[-1] == finals[start]:
                    return values[0]
                raise MisfitError(index)
            size, origin, name, inline = action  # type: ignore[misc]
            if name is None:
                stack.pop()
            else:
                cut = len(values) - size
                children = values[cut:]
                del stack[len(stack) - size :], values[cut:]
                if inline:
                    values.append(_splice(children))
                else:
                    plain = size == 1 and children[0].__class__ is not Spliced
                    values.append(build[name](children if plain else _flat(children)))
            stack.append(_next(stack[-1], origin, kind))
    raise AssertionError("END ends the loop")


@cache
def _next(below: int, origin: str, kind: str) -> int:
    """The state after a rule's value and after all rules that only pass it on before this token.

    Most rules of an expression only pass a value on, so their path is computed once and kept.
    """
    states = grammar().states
    while True:
        state = cast(int, states[below][origin])
        action = states[state].get(kind)
        if action is None or isinstance(action, int) or action[2] is not None:
            return state
        origin = action[1]


def _splice(children: list[Any]) -> Spliced:
    """The children as one list. Left recursion extends the first one, so the time is linear in the
    length of a chain."""
    if children and children[0].__class__ is Spliced:
        result: Spliced = children[0]
        rest = children[1:]
    else:
        result, rest = Spliced(), children
    for child in rest:
        if child.__class__ is Spliced:
            result += child
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
        advance(stack, token.kind)
    actions = grammar().states[stack[-1]]
    return {kind for kind in actions if kind in _terminal_names() and advance([*stack], kind)}


@cache
def _terminal_names() -> frozenset[str]:
    kinds = {kind for state in grammar().states.values() for kind in state}
    return frozenset(kind for kind in kinds if kind.isupper())


def advance(stack: list[int], kind: str) -> bool:
    """Whether a token fits; it is put on the stack. Reductions are followed, since one may lead to
    a state where the token does not fit."""
    tables = grammar()
    states, finals = tables.states, tables.final
    while True:
        action = states[stack[-1]].get(kind)
        if isinstance(action, int):
            stack.append(action)
            return True
        if action is None:
            return kind == END.kind and stack[-1] in finals.values()
        size, origin, *_ = action
        del stack[len(stack) - size :]
        stack.append(cast(int, states[stack[-1]][origin]))
