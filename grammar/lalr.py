"""The loop over the tables that Lark makes of net.lark.

The loop is our own since it feeds lists of tokens, tells the state in which one does not fit, and
lets a body that was parsed apart stand in a statement as one token. The tables are those of
tables.py: making them takes longer than a whole `netwright check`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias, cast
from zlib import crc32

HERE: Final = Path(__file__).parent


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


Reduction: TypeAlias = tuple[int, str, str | None, bool]
"""How many values to take off the stack; the rule whose value is put there; the name of the method
that makes it (none where a single value passes through); whether it is spliced into its parent."""
Action: TypeAlias = int | Reduction
State: TypeAlias = dict[str, Action]
"""Under the name of what comes next: the state that it leads to, or what is reduced first."""


class Grammar(NamedTuple):
    states: dict[int, State]
    start: dict[str, int]
    final: dict[str, int]
    terminals: tuple[tuple[str, str], ...]
    keywords: dict[str, str]


class MisfitError(Exception):
    """No rule goes on with the token at ``index``."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


def fingerprint(text: str) -> int:
    return crc32(text.encode())


@cache
def grammar() -> Grammar:
    """The tables as they were made; while net.lark is being changed, those that Lark makes."""
    from . import tables

    text = HERE.joinpath("net.lark").read_text("utf-8")
    if fingerprint(text) != tables.MADE_OF:
        from .generate import generate

        return generate(text)
    reductions = tables.REDUCTIONS
    states: dict[int, State] = {
        number: {symbol: a if a >= 0 else reductions[~a] for symbol, a in state.items()}
        for number, state in enumerate(tables.STATES)
    }
    return Grammar(states, tables.START, tables.FINAL, tables.TERMINALS, tables.KEYWORDS)


def run(tokens: Sequence[Token], start: str, build: Mapping[str, Callable[[Any], Any]]) -> Any:
    """Parse all the tokens; raises :class:`MisfitError` at the first that does not fit.

    ``build`` makes the value of a rule from its children.
    """
    states, starts, finals, *_ = grammar()
    stack = [starts[start]]
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
    """The state after a rule's value, and after the rules that only pass it on before the token.

    Most rules of an expression do no more, so they are gone through once, not for every value.
    """
    states = grammar().states
    while True:
        state = cast(int, states[below][origin])
        action = states[state].get(kind)
        if action is None or isinstance(action, int) or action[2] is not None:
            return state
        origin = action[1]


def _splice(children: list[Any]) -> Spliced:
    """Left recursion grows one list, so that a chain of any length costs its length."""
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
    """Take in a token. A table entry may be a reduction that leads nowhere: it is followed up."""
    states, _, finals, *_ = grammar()
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
