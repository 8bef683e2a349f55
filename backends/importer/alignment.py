"""Bodies laid over one another (anti-unification): what they have in common, and what differs.

Where literals differ there is a hole with a column, one literal for each body. Where some bodies
have a member of a pipe that others lack, the common text is ``member if flag else id``; where some
end with a value with which others go on, it is ``more if flag else value``. The flags have columns
too.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Hashable, Sequence
from typing import Any, Final, TypeAlias

from ...compiler.layers import layers
from ...grammar import syntax as s
from ...grammar.printer import print_expression
from ...grammar.record import typed
from . import tree

LONG: Final = 56
"""The most letters of an operand that is written in place."""
Column: TypeAlias = tuple[s.Expr | None, ...]
"""A literal for each body; None where a body has no such literal."""
Signature: TypeAlias = Callable[[str], dict[str, s.Expr | None]]
"""The parameters of a block or layer with their defaults, by its word."""

LITERALS: Final = (s.Number, s.NamedConstant, s.Dims, s.Text, s.List)
ACTIVATIONS: Final = frozenset(
    ("relu", "relu6", "leaky_relu", "elu", "selu", "gelu", "silu", "mish", "hardswish", "sigmoid")
)
"""Layers that a block takes as a parameter where its bodies differ in them."""
DROPS: Final = frozenset(("dropout", "stochastic_depth"))
"""Layers that do nothing where their rate is 0."""
HOLE: Final = "$"
"""The first letter of the names that stand for columns."""


class Misfit(Exception):
    """Bodies that are not one block with other arguments."""


class Alignment:
    """The columns of some bodies, and the ways to find what they have in common."""

    def __init__(self, count: int, signature: Signature) -> None:
        self.count, self.signature = count, signature
        self.columns: list[tuple[Column, str]] = []
        """The columns, each with a word that may name it."""

    def statements(self, bodies: Sequence[Sequence[s.Statement]]) -> list[s.Statement]:
        """The common statements. Raises Misfit."""
        if len(set(map(len, bodies))) > 1:
            inside = [_with_sums_inside(body) for body in bodies]
            if len(set(map(len, inside))) == 1:
                return _with_long_sums_apart(self._statements(inside))
        return self._statements(_with_named_sums(bodies))

    def _statements(self, bodies: Sequence[Sequence[s.Statement]]) -> list[s.Statement]:
        everybody = range(self.count)
        shortest, longest = min(map(len, bodies)), max(map(len, bodies))
        if longest == shortest:
            return [self._node(list(row), everybody, "") for row in zip(*bodies, strict=True)]
        if longest > shortest + 1:
            raise Misfit
        return self._with_an_end(bodies, shortest)

    def _with_an_end(
        self, bodies: Sequence[Sequence[s.Statement]], shortest: int
    ) -> list[s.Statement]:
        """The common statements of bodies, of which some end with a value and others use it."""
        longer = [i for i, b in enumerate(bodies) if len(b) > shortest]
        named = [bodies[i][shortest - 1] for i in longer]
        ends = [bodies[i][shortest] for i in longer]
        first = named[0]
        if not all(isinstance(x, s.Assign) and x.target == first.target for x in named):  # type: ignore[union-attr]
            raise Misfit
        assert isinstance(first, s.Assign)
        if not isinstance(first.target, s.Name):
            raise Misfit
        rows = list(zip(*(b[: shortest - 1] for b in bodies), strict=True))
        start = [self._node(list(row), range(self.count), "") for row in rows]
        values = [b[shortest - 1].value for b in bodies]  # type: ignore[union-attr]
        value = self._node(values, range(self.count), "")
        end = self._node([x.value for x in ends], longer, "")  # type: ignore[union-attr]
        sums = isinstance(end, s.Binary) and end.operator == "+"
        flag = self._flag(longer, range(self.count), "residual" if sums else _word_of(end))
        choice = s.Conditional(flag, end, first.target, span=tree.NOWHERE)
        return [*start, first.replace(value=value), tree.result(choice)]

    # --- nodes ------------------------------------------------------------------------------

    def _node(self, nodes: Sequence[Any], runs: Sequence[int], hint: str) -> Any:
        """The common node of a place in these of the bodies."""
        first = nodes[0]
        if all(same(node, first) for node in nodes[1:]):
            return first
        lists = (
            all(isinstance(n, s.List) for n in nodes) and len({len(n.items) for n in nodes}) == 1
        )
        if not lists and all(isinstance(n, LITERALS) and is_literal(n) for n in nodes):
            return self._column(nodes, runs, hint)
        if all(isinstance(n, s.Name) and n.id in ACTIVATIONS for n in nodes):
            return self._column(nodes, runs, "activation")
        if any(_is_pipe(n) for n in nodes):
            return self._pipe(nodes, runs)
        if all(isinstance(n, s.Call | s.Name) for n in nodes):
            return self._call(nodes, runs)
        if any(type(n) is not type(first) for n in nodes) or not isinstance(first, s.SyntaxNode):
            raise Misfit
        if isinstance(first, s.LabelName):
            return self._label(nodes, runs)
        hint = first.name if isinstance(first, s.Setting) else _word_of(first) or hint
        return first.replace(**self._fields(nodes, runs, hint))

    def _fields(self, nodes: Sequence[Any], runs: Sequence[int], hint: str) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name in nodes[0].__match_args__:
            values = [getattr(n, name) for n in nodes]
            if all(isinstance(v, tuple) for v in values):
                fields[name] = self._tuple(values, runs, hint)
            elif all(isinstance(v, s.SyntaxNode) for v in values):
                fields[name] = self._node(values, runs, hint)
            elif any(v != values[0] for v in values):
                raise Misfit
        return fields

    def _tuple(self, values: Sequence[Any], runs: Sequence[int], hint: str) -> tuple[Any, ...]:
        if len({len(v) for v in values}) > 1:
            raise Misfit
        return tuple(self._node(list(items), runs, hint) for items in zip(*values, strict=True))

    def _label(self, labels: Sequence[s.LabelName], runs: Sequence[int]) -> s.LabelName:
        """Labels that differ in one number: ``"block{stage_index}-0"``."""
        rows, place = differing_number(labels)
        numbers = [tree.number(int(row[place])) for row in rows]
        return with_piece(labels[0], place, self._column(numbers, runs, "number"))

    def _call(self, nodes: Sequence[Any], runs: Sequence[int]) -> Any:
        """Calls of one function. What some leave out has its default there."""
        words = {_function(n) for n in nodes}
        word = words.pop()
        if words or not word:
            raise Misfit
        if word in layers() and layers()[word].variadic:
            return nodes[0].replace(**self._fields(nodes, runs, "size"))
        parameters = self.signature(word)
        given = [_given(n, list(parameters)) for n in nodes]
        order = [name for name in parameters if any(name in g for g in given)]
        order += [n for n in dict.fromkeys(n for g in given for n in g) if n not in order]
        positional = min(len(n.arguments) if isinstance(n, s.Call) else 0 for n in nodes)
        texts: list[tuple[str, Any]] = []
        for name in order:
            values = [g.get(name, parameters.get(name)) for g in given]
            if None in values:
                raise Misfit
            texts.append((name, self._node(values, runs, name)))
        arguments = [text for _, text in texts[:positional]]
        return tree.call(word, arguments, texts[positional:])

    def _pipe(self, nodes: Sequence[Any], runs: Sequence[int]) -> Any:
        """Pipes. Members that some lack are optional."""
        chains = [tree.members(n.body if isinstance(n, s.Paren) else n) for n in nodes]
        base = max(chains, key=len)
        places = [_places(chain, base) for chain in chains]
        result: list[s.Expr] = []
        rows = [
            [
                chain[place.index(at)] if at in place else _absent(member)
                for chain, place in zip(chains, places, strict=True)
            ]
            for at, member in enumerate(base)
        ]
        having = [_having(row) for row in rows]
        for who, stretch in itertools.groupby(range(len(base)), key=having.__getitem__):
            members = [self._member(rows[at], runs) for at in stretch]
            if len(who) == len(nodes):
                result += members
                continue
            flag = self._flag(who, runs, _word_of(members[0]) or _word_of(members[-1]))
            optional = tree.pipe(*members) if len(members) == 1 else tree.paren(tree.pipe(*members))
            choice = s.Conditional(flag, optional, tree.name("id"), span=tree.NOWHERE)
            result.append(tree.paren(choice))
        pipe = tree.pipe(*result)
        return tree.paren(pipe) if any(isinstance(n, s.Paren) for n in nodes) else pipe

    def _member(self, row: Sequence[s.Expr | None], runs: Sequence[int]) -> s.Expr:
        """The common member of the pipes that have one. Loops over ``range(1, depth)`` end where
        they start in the pipes that have none."""
        having = [at for at, node in enumerate(row) if node is not None]
        nodes = [node for node in row if node is not None]
        who = [runs[at] for at in having]
        loops = [node for node in nodes if isinstance(node, s.For)]
        if len(loops) < len(nodes):
            return self._node(nodes, who, "")  # type: ignore[no-any-return]
        starts, ends = zip(*(_range_of(loop) for loop in loops), strict=True)
        all_ends = dict(zip(having, ends, strict=True))
        end = self._node([all_ends.get(at, starts[0]) for at in range(len(row))], runs, "depth")
        start = self._node(starts, who, "start")
        (body,) = self._tuple([loop.body for loop in loops], who, "")
        return loops[0].replace(iterable=tree.call("range", [start, end]), body=(body,))

    # --- columns ----------------------------------------------------------------------------

    def _flag(self, having: Sequence[int], runs: Sequence[int], hint: str) -> s.Expr:
        """A column that is true for these of the runs; ``having`` are their places among them."""
        values = [tree.literal(at in having) for at in range(len(runs))]
        return self._column(values, runs, hint or "more")

    def _column(self, nodes: Sequence[s.Expr], runs: Sequence[int], hint: str) -> s.Name:
        values: list[s.Expr | None] = [None] * self.count
        for run, node in zip(runs, nodes, strict=True):
            values[run] = _square(node)
        word = tree.last_word(tree.far_path(nodes[0]) or "").rstrip("0123456789")
        self.columns.append((tuple(values), hint or word))
        return tree.name(f"{HOLE}{len(self.columns) - 1}")

    def with_weights(self, node: Any) -> Any:
        """A tree with columns for the weights of other modules, also if all bodies read one."""

        def changed(part: s.SyntaxNode) -> s.SyntaxNode:
            path = tree.far_path(part)
            if path is None:
                return part
            return self._column([part] * self.count, range(self.count), "")  # type: ignore[list-item]

        return tree.mapped(node, changed)


def _with_named_sums(bodies: Sequence[Sequence[s.Statement]]) -> Sequence[Sequence[s.Statement]]:
    """The bodies with ``y = x > f`` and ``x + y`` for ``x + (x > f)``, where others end with a
    pipe."""
    ends = [_end(body) for body in bodies]
    sums = [_sum(end) if end is not None else None for end in ends]
    pipes = [end for end, pair in zip(ends, sums, strict=True) if pair is None]
    if not any(sums) or not pipes or not all(map(_is_pipe, pipes)):
        return bodies
    word = _free_word(bodies)
    return [
        body if pair is None else [*body[:-1], *_in_two(body[-1], pair, word)]
        for body, pair in zip(bodies, sums, strict=True)
    ]


def _end(body: Sequence[s.Statement]) -> s.Expr | None:
    last = body[-1] if body else None
    return last.value if isinstance(last, s.ExpressionStatement) else None


def _sum(end: s.Expr) -> tuple[s.Name, s.Expr] | None:
    """The name and the pipe of ``x + (x > f)`` or ``(x > f) + x``."""
    if not isinstance(end, s.Binary) or end.operator != "+":
        return None
    for one, other in ((end.left, end.right), (end.right, end.left)):
        if isinstance(one, s.Name) and _is_pipe(other):
            return one, other.body if isinstance(other, s.Paren) else other
    return None


def _in_two(statement: s.Statement, pair: tuple[s.Name, s.Expr], word: str) -> list[s.Statement]:
    """``word = x > f`` and the statement with ``x + word``."""
    total = tree.binary("+", pair[0], tree.name(word))
    return [tree.assign([word], pair[1]), statement.replace(value=total)]


def _with_sums_inside(body: Sequence[s.Statement]) -> list[s.Statement]:
    """A body with ``x + (x > f)`` for ``y = x > f`` and ``x + y``, if nothing else reads ``y``."""
    result = [*body]
    for at in range(len(body) - 2, -1, -1):
        total = _with_sum_inside(result[at], result[at + 1], result[at + 2 :])
        if total is not None:
            result[at : at + 2] = [total]
    return result


def _with_sum_inside(
    one: s.Statement, other: s.Statement, later: Sequence[s.Statement]
) -> s.Statement | None:
    if not isinstance(one, s.Assign) or not isinstance(other, s.Assign | s.ExpressionStatement):
        return None
    total, word = other.value, one.target
    if not isinstance(total, s.Binary) or total.operator != "+" or not _is_pipe(one.value):
        return None
    if not isinstance(word, s.Name) or total.right != word or not isinstance(total.left, s.Name):
        return None
    is_read = not (isinstance(other, s.Assign) and other.target == word) and any(
        name == word for statement in later for name in s.all_names(statement)
    )
    if total.left == word or is_read:
        return None
    return other.replace(value=total.replace(right=tree.paren(one.value)))


def _with_long_sums_apart(body: Sequence[s.Statement]) -> list[s.Statement]:
    """A body with ``y = x > f`` and ``x + y`` for ``x + (x > f)`` if ``f`` is long."""
    word = _free_word([body])
    result: list[s.Statement] = []
    for statement in body:
        gives = isinstance(statement, s.Assign | s.ExpressionStatement)
        pair = _sum(statement.value) if gives else None  # type: ignore[union-attr]
        long = pair is not None and len(print_expression(pair[1])) > LONG
        result += _in_two(statement, pair, word) if pair and long else [statement]
    return result


def _free_word(bodies: Sequence[Sequence[s.Statement]]) -> str:
    used = {n.id for body in bodies for x in body for n in s.all_names(x)}
    return tree.new_word(("y", "z", "u", "v"), used)


def same(a: Any, b: Any) -> bool:
    """Whether two nodes are equal, with 1, 1.0 and true apart."""
    if isinstance(a, s.Number) and isinstance(b, s.Number):
        return typed(a.value) == typed(b.value)
    if isinstance(a, s.SyntaxNode) and a == b:
        pairs = zip(s.children(a), s.children(b), strict=True)
        return all(same(x, y) for x, y in pairs)
    return bool(a == b) and not isinstance(a, s.SyntaxNode)


def is_literal(node: s.SyntaxNode) -> bool:
    """Whether a node and all inside it are literals."""
    return isinstance(node, LITERALS) and all(map(is_literal, s.children(node)))


def _square(node: s.Expr) -> s.Expr:
    """``3`` for ``3x3``: with a number, the rank follows from the input."""
    if isinstance(node, s.Dims) and len(set(node.values)) == 1:
        return tree.number(node.values[0])
    return node


def _is_pipe(node: Any) -> bool:
    inner = node.body if isinstance(node, s.Paren) else node
    return isinstance(inner, s.Binary) and inner.operator == ">"


def _function(node: Any) -> str:
    if isinstance(node, s.Name):
        return node.id
    return node.function.id if isinstance(node.function, s.Name) else ""


def _given(node: Any, parameters: Sequence[str]) -> dict[str, s.Expr]:
    """The arguments of a call by name."""
    if isinstance(node, s.Name):
        return {}
    if len(node.arguments) > len(parameters):
        raise Misfit
    named = dict(zip(parameters, node.arguments, strict=False))
    return named | {x.name: x.value for x in node.settings}


def _places(chain: Sequence[s.Expr], base: Sequence[s.Expr]) -> list[int]:
    """The places in a longer chain that the members of a chain have: those where most arguments are
    equal. Raises Misfit."""
    if len(chain) == len(base):
        return list(range(len(base)))
    best: dict[tuple[int, int], tuple[float, list[int]]] = {}

    def fit(at: int, place: int) -> tuple[float, list[int]]:
        """How well the members from ``at`` on fit the places from ``place`` on."""
        if at == len(chain):
            return 0.0, []
        if len(base) - place < len(chain) - at:
            return -math.inf, []
        if (at, place) not in best:
            skipped = fit(at, place + 1)
            likeness = _likeness(chain[at], base[place])
            score, places = fit(at + 1, place + 1)
            taken = (likeness + score, [place, *places])
            best[at, place] = max(taken, skipped, key=lambda found: found[0])
        return best[at, place]

    score, places = fit(0, 0)
    if score == -math.inf:
        raise Misfit
    return places


def _absent(member: s.Expr) -> s.Expr | None:
    """What stands for a member of a pipe in a body that lacks it: for a dropout one that drops
    nothing, which is not written. Other members are optional."""
    word = _function(member) if isinstance(member, s.Call | s.Name) else ""
    return tree.call(word, [tree.number(0.0)]) if word in DROPS else None


def _having(row: Sequence[s.Expr | None]) -> tuple[int, ...]:
    """The bodies that have a member. A loop is in all of them, since it may have no pass."""
    if any(isinstance(node, s.For) for node in row):
        return tuple(range(len(row)))
    return tuple(at for at, node in enumerate(row) if node is not None)


def _range_of(loop: s.For) -> tuple[s.Expr, s.Expr]:
    """The numbers that a loop of the importer starts with, and ends before."""
    assert isinstance(loop.iterable, s.Call)
    start, end = loop.iterable.arguments
    return start, end


def pieces_of(label: s.LabelName) -> list[str | s.Expr]:
    """A label taken apart into letters, numbers, and expressions."""
    parts = (label.name,) if isinstance(label.name, str) else label.name.parts
    return [
        piece
        for part in parts
        for piece in (re.split(r"(\d+)", part) if isinstance(part, str) else [part])
        if piece != ""
    ]


def differing_number(labels: Sequence[s.LabelName]) -> tuple[list[list[Any]], int]:
    """The pieces of labels that differ in one number, and the place of that. Raises Misfit."""
    rows = [pieces_of(label) for label in labels]
    if len({len(row) for row in rows}) > 1 or any(label.indices for label in labels):
        raise Misfit
    columns = list(zip(*rows, strict=True))
    places = [at for at, column in enumerate(columns) if any(v != column[0] for v in column)]
    if len(places) != 1 or not all(map(_is_number, columns[places[0]])):
        raise Misfit
    return rows, places[0]


def with_piece(label: s.LabelName, place: int, piece: s.Expr) -> s.LabelName:
    """A label with an expression in the place of a number."""
    pieces = pieces_of(label)
    pieces[place] = piece
    return label.replace(name=s.Text(tree.joined(pieces), span=tree.NOWHERE))


def without_numbers(label: s.LabelName) -> tuple[str | s.Expr, ...]:
    """A label with ``0`` for each of its numbers."""
    return tuple("0" if _is_number(piece) else piece for piece in pieces_of(label))


def _is_number(piece: str | s.Expr) -> bool:
    """Whether a piece of a label is a number as a loop or a parameter writes it."""
    return isinstance(piece, str) and piece.isdecimal() and str(int(piece)) == piece


def _likeness(a: s.Expr, b: s.Expr) -> float:
    """From 1, for equal heads, to 2, for equal members; less than 1 for labels with other numbers,
    and minus infinity for other heads."""
    if _head(a) != _head(b):
        return -math.inf
    if isinstance(a, s.Labelled) and isinstance(b, s.Labelled) and a.label != b.label:
        return 0.25
    if same(a, b):
        return 2.0
    first, second = _parts(a), _parts(b)
    equal = sum(any(same(x, y) for y in second) for x in first)
    return 1.0 + equal / (1 + max(len(first), len(second)))


def _parts(node: s.SyntaxNode) -> list[s.SyntaxNode]:
    if isinstance(node, s.Labelled | s.Paren):
        return _parts(node.body)
    return s.children(node)


def _head(node: Any) -> Hashable:
    """What a member is, without its arguments."""
    if isinstance(node, s.Labelled):
        return (without_numbers(node.label), node.label.indices, _head(node.body))
    if isinstance(node, s.Call | s.Name):
        return _function(node)
    if isinstance(node, s.Binary) and node.operator == "*":
        return _head(node.left)
    return type(node).__name__


def _word_of(node: Any) -> str:
    """A word for a node: its label, or the function that it calls."""
    if isinstance(node, s.Labelled):
        return tree.path_of(node.label)
    if isinstance(node, s.Call) and isinstance(node.function, s.Name):
        return node.function.id
    return ""


def layer_signature(word: str) -> dict[str, s.Expr | None]:
    """The settings of a layer, or a block that formulas call, with those of their defaults that are
    literals."""
    if word in tree.BLOCKS:
        defaults = tree.BLOCKS[word]
        return {n: None if value is None else tree.number(value) for n, value in defaults.items()}
    settings = layers()[word].settings if word in layers() else {}
    plain = (int, float, str, type(None))
    return {
        name: None
        if field.required or not isinstance(field.default, plain)
        else tree.literal(field.default)
        for name, field in settings.items()
    }
