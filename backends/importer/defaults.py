"""Settings that nearly all layers of a kind have become a line: ``default conv(bias=false)``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from ...compiler.layers import layers
from ...grammar import syntax as s
from . import tree
from .alignment import is_literal, layer_signature, same
from .polish import SHORT

SHARED: Final = frozenset(
    ("bias", "eps", "momentum", "affine", "approximate", "ceil_mode", "align_corners", "mode")
)
"""Settings that a network has once for all. Sizes are not among them."""
FEWEST: Final = 3
"""The fewest layers that a line on top is for."""
NEARLY_ALL: Final = 0.8

Chosen: TypeAlias = Mapping[str, Mapping[str, s.Expr]]
"""By the name of a layer's class, the settings of the line on top."""


def with_defaults(file: s.File) -> s.File:
    """A file with lines on top for the settings that layers share."""
    words = list(_words(file))
    chosen = _chosen(words)
    if not chosen:
        return file
    lines: list[s.Statement] = []
    for kind, settings in chosen.items():
        uses = Counter(SHORT.get(word, word) for word, _ in words if _kind(word) == kind)
        word = uses.most_common(1)[0][0]
        given = tuple(s.Setting(n, v, span=tree.NOWHERE) for n, v in settings.items())
        lines.append(s.Default(word, given, span=tree.NOWHERE, layer_span=tree.NOWHERE))
    shorter = _without(file.statements, chosen)
    return file.replace(statements=(*lines, *shorter))


def _words(node: s.SyntaxNode) -> Iterator[tuple[str, Mapping[str, s.Expr]]]:
    """The layers that a tree has, each with its settings."""
    if isinstance(node, s.Name) and node.id in layers():
        yield node.id, {}
        return
    below = s.children(node)
    if isinstance(node, s.Call) and isinstance(node.function, s.Name):
        if node.function.id in layers():
            yield node.function.id, {x.name: x.value for x in node.settings}
        below = below[1:]
    for child in below:
        yield from _words(child)


def _kind(word: str) -> str:
    return layers()[word].__name__ if word in layers() else ""


def _chosen(words: list[tuple[str, Mapping[str, s.Expr]]]) -> Chosen:
    rows: dict[str, list[Mapping[str, s.Expr]]] = {}
    defaults: dict[str, Mapping[str, s.Expr | None]] = {}
    for word, settings in words:
        rows.setdefault(_kind(word), []).append(settings)
        defaults[_kind(word)] = layer_signature(word)
    found = {kind: _common(row, defaults[kind]) for kind, row in rows.items()}
    return {kind: settings for kind, settings in found.items() if settings}


def _common(
    rows: list[Mapping[str, s.Expr]], defaults: Mapping[str, s.Expr | None]
) -> dict[str, s.Expr]:
    """The settings that nearly all calls of a layer have."""
    common: dict[str, s.Expr] = {}
    for name in sorted(SHARED & {name for row in rows for name in row}):
        values = [row[name] for row in rows if name in row and is_literal(row[name])]
        if not values or defaults.get(name) is None:
            continue
        value, _ = Counter(values).most_common(1)[0]
        count = sum(same(value, other) for other in values)
        if count >= max(FEWEST, NEARLY_ALL * len(rows)):
            common[name] = value
    return common


def _without(node: Any, chosen: Chosen) -> Any:
    """A tree in which layers do not have the settings of the lines on top, and those that lacked
    them have the layer's own."""
    if isinstance(node, s.Name):
        return _shorter(node.id, (), (), chosen)
    word = (
        node.function.id if isinstance(node, s.Call) and isinstance(node.function, s.Name) else ""
    )
    if word in layers():
        arguments, settings = (_without(x, chosen) for x in (node.arguments, node.settings))
        return _shorter(word, arguments, settings, chosen)
    return tree.rebuilt(node, lambda inner: _without(inner, chosen))


def _shorter(
    word: str, arguments: tuple[s.Expr, ...], settings: tuple[s.Setting, ...], chosen: Chosen
) -> s.Expr:
    """A call without the settings of the line on top."""
    common, own = chosen.get(_kind(word), {}), {x.name: x.value for x in settings}
    kept = {n: v for n, v in own.items() if n not in common or not same(v, common[n])}
    usual = layer_signature(word)
    lacking = {name: tree.literal(usual[name]) for name in common if name not in own}
    return tree.call(word, arguments, (kept | lacking).items())
