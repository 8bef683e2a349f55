"""Writes tables.py from net.lark, with Lark: ``make tables``.

Lark makes the tables and the terminals. Parsing with them needs no Lark. States are numbered in the
order in which they are reached, so that the same grammar gives the same file.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from lark import Lark
from lark.lexer import Lexer, PatternStr
from lark.parsers.lalr_analysis import Shift

from .lalr import HERE, Grammar, Reduction, State, fingerprint

STARTS: Final = ("file", "expression")


class _NoLexer(Lexer):
    """Tokens come from scanner.py."""

    def __init__(self, _: Any) -> None:
        pass

    def lex(self, *_: Any) -> Iterator[Any]:
        return iter(())


def generate(text: str) -> Grammar:
    """The tables of a grammar."""
    lark = Lark(text, start=list(STARTS), parser="lalr", lexer=_NoLexer)
    table = lark.parse_interactive("", start="file").parser_state.parse_conf.parse_table
    states = {number: _state(actions) for number, actions in table.states.items()}
    numbers = _numbers(states, (table.start_states[start] for start in STARTS))
    return Grammar(
        {numbers[old]: _renumbered(states[old], numbers) for old in numbers},
        {start: numbers[table.start_states[start]] for start in STARTS},
        {start: numbers[table.end_states[start]] for start in STARTS},
        _terminals(lark),
        _keywords(lark),
    )


def _state(actions: dict[str, tuple[Any, Any]]) -> State:
    return {
        symbol: arg if action is Shift else _reduction(arg)
        for symbol, (action, arg) in sorted(actions.items())
    }


def _reduction(rule: Any) -> Reduction:
    origin = str(rule.origin.name)
    size = len(rule.expansion)
    inline = origin.startswith("_")
    single = size == 1 and not rule.expansion[0].name.startswith("_")
    passes = (size == 1 and inline) or (single and rule.options.expand1 and not rule.alias)
    return size, origin, None if passes else rule.alias or origin, inline


def _numbers(states: dict[int, State], starts: Iterable[int]) -> dict[int, int]:
    """New numbers for the states. Those of Lark depend on the order of its sets."""
    numbers = {start: number for number, start in enumerate(starts)}
    waiting = list(numbers)
    for old in waiting:
        for action in states[old].values():
            if isinstance(action, int) and action not in numbers:
                numbers[action] = len(numbers)
                waiting.append(action)
    return numbers


def _renumbered(state: State, numbers: dict[int, int]) -> State:
    return {k: numbers[v] if isinstance(v, int) else v for k, v in state.items()}


def _terminals(lark: Lark) -> tuple[tuple[str, str], ...]:
    """Names and patterns, in the order in which they are tried."""
    ordered = sorted(
        (t for t in lark.terminals if t.name not in _keywords(lark).values()),
        key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name),
    )
    return tuple((t.name, t.pattern.to_regexp()) for t in ordered)


def _keywords(lark: Lark) -> dict[str, str]:
    """Words that look like a NAME and are a terminal of their own."""
    return {
        t.pattern.value: t.name
        for t in sorted(lark.terminals, key=lambda t: t.name)
        if isinstance(t.pattern, PatternStr) and re.fullmatch(r"\w+", t.pattern.value)
    }


# --- the text of tables.py -------------------------------------------------------------------

HEAD = '''\
"""The tables of net.lark, written by write_tables.py: change net.lark and run `make tables`.

A state maps what comes next to the state that it leads to, or (below zero) to a reduction:
how many values it takes, its rule, the method of tree_builder.py, whether its values go to its
parent.
"""

# ruff: noqa: E501
# fmt: off
'''


def write(text: str) -> str:
    """The text of tables.py for a grammar."""
    grammar = generate(text)
    actions = [a for state in grammar.states.values() for a in state.values()]
    reductions = sorted(
        {a for a in actions if not isinstance(a, int)}, key=lambda r: (r[1], r[0], str(r))
    )
    places = {reduction: ~i for i, reduction in enumerate(reductions)}
    states = (
        {k: v if isinstance(v, int) else places[v] for k, v in state.items()}
        for state in grammar.states.values()
    )
    return HEAD + "".join(
        (
            f"MADE_OF = {fingerprint(text)}\n",
            f"START = {grammar.start}\n",
            f"FINAL = {grammar.final}\n",
            f"KEYWORDS = {grammar.keywords}\n",
            _table(
                "TERMINALS: tuple[tuple[str, str], ...]", (f"{t!a}," for t in grammar.terminals)
            ),
            _table("REDUCTIONS", (f"{row},  # {~i}" for i, row in enumerate(reductions))),
            _table(
                "STATES: tuple[dict[str, int], ...]",
                (f"{row},  # {i}" for i, row in enumerate(states)),
            ),
        )
    )


def _table(name: str, rows: Iterable[str]) -> str:
    return f"{name} = (\n" + "".join(f"    {row}\n" for row in rows) + ")\n"


if __name__ == "__main__":
    text = HERE.joinpath("net.lark").read_text("utf-8")
    HERE.joinpath("tables.py").write_text(write(text), "utf-8")
