"""Notes on rules that suit no tensor, with what was probably meant, or that lead to no name of the
net."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from ...grammar.nearby import closest
from ...grammar.wording import counted
from .mappings import Move, Rule
from .name_patterns import text_of

LISTED: Final = 10
"""The most rules that have a note of their own."""


def astray(moves: Sequence[Move], rules: Sequence[Rule], news: Collection[str]) -> Iterator[str]:
    """A note for each of these rules that gives its tensors only names that the net does not have;
    ``news`` are those of the net."""
    known = {id(move.rule) for move in moves if any(name in news for name in move.new)}
    first = {id(move.rule): move for move in reversed(moves) if id(move.rule) not in known}
    for rule in [rule for rule in rules if id(rule) in first][:LISTED]:
        yield f"the rule `{rule}` makes `{first[id(rule)].new[0]}`, which is not in the net"


def unused(rules: Sequence[Rule], olds: Collection[str], news: Collection[str]) -> Iterator[str]:
    """A note for each of these rules, which suit no tensor; ``olds`` are the names of the
    checkpoint, ``news`` those of the net."""
    for rule in rules[:LISTED]:
        reason = _taken(rule, olds) or _turned(rule, olds, news) or _misspelt(rule, olds)
        yield f"the rule `{rule}` suits no tensor{reason and f': {reason}'}"
    more = len(rules) - LISTED
    if more > 0:
        yield f"{counted(more, 'more rule suits', 'more rules suit')} no tensor"


def _taken(rule: Rule, olds: Collection[str]) -> str:
    """The reason if the first name of a rule suits."""
    for name in olds:
        values = rule.old[0].match(name)
        if values is not None:
            others = (pattern.fill(values) for pattern in rule.old)
            missing = next((n for n in others if n is not None and n not in olds), None)
            return f"there is no `{missing}`" if missing else "other rules come before it"
    return ""


def _turned(rule: Rule, olds: Collection[str], news: Collection[str]) -> str:
    sides = ((rule.new[0], olds), (rule.old[0], news))
    turned = all(any(p.match(n) is not None for n in names) for p, names in sides)
    return "names of the checkpoint are on the left, of the net on the right" if turned else ""


def _misspelt(rule: Rule, olds: Collection[str]) -> str:
    pattern = rule.old[0]
    text, head = text_of(pattern), pattern.texts[0].rstrip(".")
    if any(sign in text for sign in "*\\^$"):
        return "placeholders are {i} for a number, {rest} for any text"
    start = f"{head}." if any(n.startswith(f"{head}.") for n in olds) else head
    if not pattern.parts and any(n.startswith(start) for n in olds):
        return f"a rule is for whole names, as with `{start}{{rest}}`"
    depth = head.count(".") + 1
    near = closest(head, {".".join(name.split(".")[:depth]) for name in olds})
    return f"is `{near}` meant?" if near and near != head else ""
