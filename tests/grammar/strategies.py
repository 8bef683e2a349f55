"""Random syntax trees, as the parser would make them but without the parentheses."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, TypeAlias, get_args

from hypothesis import strategies as st

from netwright.grammar import syntax as s
from netwright.grammar.printable import printable
from netwright.grammar.record import positional
from netwright.grammar.scanner import words
from netwright.grammar.source import Source

SPAN = Source("tree", "").span(0, 0)
OPERATORS = get_args(s.BinaryOperator)
RESERVED = {*words(), "block", "net", "true", "false", "none"}

Trees: TypeAlias = st.SearchStrategy[Any]


def node(kind: type[s.SyntaxNode], *fields: Trees, **named: Any) -> Trees:
    return st.builds(kind, *fields, span=st.just(SPAN), **named)


def tuples(items: Trees, least: int = 0, most: int = 3) -> Trees:
    return st.lists(items, min_size=least, max_size=most).map(tuple)


def unique(items: Trees, least: int = 0) -> Trees:
    """Of one name each; mapped, since a filter would spell out the whole strategy."""
    return st.lists(items, min_size=least, max_size=3).map(
        lambda found: tuple({item.name: item for item in found}.values())
    )


# Words at hand, keywords among them where they are names.
PLAIN = st.sampled_from(
    ["a", "b2", "x", "x3", "conv", "größe", "_", "nets", "id", "f", "int", "extern"]
)
ids = PLAIN.filter(lambda word: word not in RESERVED)
after_dot = PLAIN | st.sampled_from(["net", "in", "as", "not", "none", "True", "0", "17"])
after_as = PLAIN | st.sampled_from(["net", "in", "as", "not", "none", "True"])
setting_names = PLAIN | st.sampled_from(["net", "in", "as", "not", "default", "true"])
dotted = st.lists(ids, min_size=1, max_size=3).map(".".join)
lines = st.text(st.characters(exclude_characters="\n\r#", exclude_categories=["Cs"])).map(str.strip)

names = node(s.Name, ids)
numbers = node(s.Number, st.integers(0, 10**20) | st.floats(0, allow_infinity=False))
constants = node(s.NamedConstant, st.sampled_from([True, False, None]))
dims = node(s.Dims, st.lists(st.integers(0, 999), min_size=2, max_size=4).map(tuple))
plain_texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
atoms = names | numbers | constants | dims | node(s.Text, st.just(()))
patterns: Trees = st.recursive(names, lambda inner: node(s.Names, tuples(inner, 2)), max_leaves=4)
# Nested names do not take the results of a pipe.
flat_patterns = names | node(s.Names, tuples(names, 2))
inner_expressions = st.sampled_from(
    [
        s.Name("i", span=SPAN),
        s.Binary(
            "+", s.Name("i", span=SPAN), s.Number(1, span=SPAN), operator_span=SPAN, span=SPAN
        ),
        s.Call(s.Name("f", span=SPAN), (s.Text(("a b",), span=SPAN),), (), span=SPAN),
    ]
)


def apart(parts: list[Any]) -> bool:
    """No two plain texts side by side: they would be read as one."""
    return not any(isinstance(a, str) and isinstance(b, str) for a, b in pairwise(parts))


quoted = st.sampled_from(["a b", "b1-0", "x.y", "{i}", 'say "hi"', "\\"]) | node(
    s.Text, inner_expressions.map(lambda inner: ("b", inner, "-0"))
)

texts = node(
    s.Text,
    st.lists(plain_texts.map(printable) | inner_expressions, max_size=3).filter(apart).map(tuple),
)
labels = st.deferred(lambda: node(s.LabelName, after_as | texts, tuples(expressions, most=2)))


def not_number(tree: Any) -> Any:
    """``1.a`` is no number and no attribute."""
    return s.Paren(tree, span=SPAN) if isinstance(tree, s.Number) else tree


def larger(inner: Trees) -> Trees:
    slices = node(s.Slice, *[st.none() | inner] * 3)
    items = tuples(inner | slices | node(s.Ellipsis), 1)
    settings = unique(node(s.Setting, setting_names, inner))
    clauses = node(s.Clause, patterns, inner, tuples(inner, most=2))
    bodies = tuples(node(s.ExpressionStatement, inner) | node(s.Assign, names, inner))
    return st.one_of(
        node(s.List, tuples(inner)),
        node(s.Comprehension, inner, tuples(clauses, 1, 2)),
        node(s.Attribute, inner.map(not_number), after_dot | quoted),
        node(s.Indexed, inner, items),
        node(s.Call, inner, tuples(inner), settings),
        node(s.Unary, st.sampled_from(["-", "not"]), inner),
        node(s.Binary, st.sampled_from(OPERATORS), inner, inner, operator_span=st.just(SPAN)),
        node(s.Conditional, inner, inner, inner),
        node(s.Labelled, inner, labels),
        node(s.Paren, inner),
        node(s.For, patterns, inner, bodies),
    )


expressions: Trees = st.recursive(atoms | texts, larger, max_leaves=12)

ports = node(
    s.DeclaredPort,
    ids,
    st.none() | tuples(names | numbers),
    st.sampled_from([None, "int", "bool"]),
)


@st.composite
def with_defaults(draw: st.DrawFn) -> s.DeclaredPort:
    """A port, some of whose names have default sizes."""
    port: s.DeclaredPort = draw(ports)
    sizes = [axis.id for axis in port.shape or () if isinstance(axis, s.Name)]
    chosen = [name for name in dict.fromkeys(sizes) if draw(st.booleans())]
    defaults = tuple(s.Setting(name, draw(numbers), span=SPAN) for name in chosen)
    return port.replace(defaults=defaults)


unnamed = node(s.DeclaredPort, st.just(""), tuples(names | numbers), st.sampled_from([None, "int"]))
parameters = node(s.Parameter, ids, st.none() | expressions)
documentations = st.lists(lines.map(printable).filter(bool), max_size=2).map("\n".join)


def inputs() -> Trees:
    return st.none() | unique(ports)


def inputs_of_nets() -> Trees:
    return st.none() | unique(with_defaults(), 1)


def outputs() -> Trees:
    return st.none() | unique(ports, 1) | tuples(unnamed, 1)


def simple_statements() -> Trees:
    settings = unique(node(s.Setting, setting_names, expressions))
    renamed = st.tuples(ids, st.none() | after_as)
    return st.one_of(
        node(s.Assign, flat_patterns, expressions),
        node(s.ExpressionStatement, expressions),
        node(s.Require, expressions, st.none() | expressions),
        node(s.Default, ids, settings, layer_span=st.just(SPAN)),
        node(s.Share, ids, expressions, st.none() | expressions, name_span=st.just(SPAN)),
        node(s.Import, dotted, st.none() | after_as),
        node(s.FromImport, dotted, tuples(renamed, 1)),
    )


def blocks(inner: Trees) -> Trees:
    either = _blocks("block", inputs(), inner) | _blocks("net", inputs_of_nets(), inner)
    return either.map(_inputs_are_no_parameters)


def _blocks(kind: str, ports: Trees, inner: Trees) -> Trees:
    head = [st.just(kind), ids, unique(parameters), ports, outputs()]
    plain = tuples(node(s.ExpressionStatement, expressions), 1, 1)
    span = {"name_span": st.just(SPAN)}
    braced = node(s.Block, *head, tuples(inner), st.just(True), documentations, **span)
    return braced | node(s.Block, *head, plain, st.just(False), documentations, **span)


def _inputs_are_no_parameters(block: s.Block) -> s.Block:
    """Inputs that are called like a parameter get a name of their own."""
    names = {parameter.name for parameter in block.parameters}
    ports = block.inputs and tuple(
        port.replace(name=f"{port.name}_of_its_own") if port.name in names else port
        for port in block.inputs
    )
    return block.replace(inputs=ports)


def externs() -> Trees:
    shaped = node(
        s.DeclaredPort, ids, tuples(names | numbers), st.sampled_from([None, "int", "bool"])
    )
    counts = st.none() | expressions
    return node(
        s.Extern,
        st.just("extern"),
        ids,
        unique(parameters),
        unique(ports, 1),
        unique(shaped, 1) | tuples(unnamed, 1),
        st.just(()),
        st.just(False),
        documentations,
        st.sampled_from(["mylib.layers:Deform", "m:größe"]),
        counts,
        counts,
        name_span=st.just(SPAN),
        target_span=st.just(SPAN),
    ).map(_inputs_are_no_parameters)


statements: Trees = st.recursive(simple_statements() | externs(), blocks, max_leaves=5)
files = node(s.File, tuples(statements, 1, 4))


def without_parentheses(value: Any) -> Any:
    """The same tree with nothing in parentheses."""
    if isinstance(value, tuple):
        return tuple(map(without_parentheses, value))
    if isinstance(value, s.Paren):
        return without_parentheses(value.body)
    if not isinstance(value, s.SyntaxNode):
        return value
    bare = {name: without_parentheses(getattr(value, name)) for name in positional(value)}
    return value.replace(**bare)
