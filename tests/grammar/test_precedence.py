"""The table of precedence, as in the reference: every pair of operators, in both orders."""

from __future__ import annotations

from itertools import product

import pytest

from .sketch import expression, sketch

LOOSEST_FIRST = [
    ["or"],
    ["and"],
    [">", "<", ">=", "<=", "==", "!=", "in", "not in"],
    ["+", "-"],
    ["*", "/", "//", "%", "@"],
    ["**"],
]
LEVEL = {operator: level for level, row in enumerate(LOOSEST_FIRST) for operator in row}


@pytest.mark.parametrize(("first", "second"), [*product(LEVEL, LEVEL)])
def test_two_operators(first: str, second: str) -> None:
    tree = sketch(expression(f"a {first} b {second} c"))
    to_the_right = first == second == "**"
    if LEVEL[second] > LEVEL[first] or to_the_right:
        assert tree == f"({first} a ({second} b c))"
    else:
        assert tree == f"({second} ({first} a b) c)"


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        # the conditional is the loosest
        ("a or b if c or d else e or f", "(if (or c d) (or a b) (or e f))"),
        ("x > f if c else g > h", "(if c (> x f) (> g h))"),
        # `not` stands between `and` and the comparisons
        ("not a and b", "(and (not a) b)"),
        ("not a == b", "(not (== a b))"),
        ("a and not b or c", "(or (and a (not b)) c)"),
        # `as` stands between the sums and the products
        ("f * 3 as layer", "(as (* f 3) layer)"),
        ("a + f as g", "(+ a (as f g))"),
        ("a + f as g + h", "(+ (+ a (as f g)) h)"),
        ("(a + f) as s", "(as ((+ a f)) s)"),
        ("x > f as g > h", "(> (> x (as f g)) h)"),
        ("x > f * 2 as g > h", "(> (> x (as (* f 2) g)) h)"),
        ("not f as g", "(not (as f g))"),
        ("-f as g", "(as (- f) g)"),
        ("a ** b as c", "(as (** a b) c)"),
        # the minus sign binds tighter than products, looser than powers
        ("-a * b", "(* (- a) b)"),
        ("a * -b", "(* a (- b))"),
        ("a - -b", "(- a (- b))"),
        ("-a ** b", "(- (** a b))"),
        ("a ** -b", "(** a (- b))"),
        ("a ** -b * c", "(* (** a (- b)) c)"),
        ("a ** -b ** c", "(** a (- (** b c)))"),
        ("-a.b[0](c)", "(- (a.b[0] c))"),
        # the pipe is a comparison like the others, from left to right
        ("x > f >= g", "(>= (> x f) g)"),
        ("body + skip > relu", "(> (+ body skip) relu)"),
        ("x * 0.5 > f * 2", "(> (* x 0.5) (* f 2))"),
    ],
)
def test_the_rest_of_the_table(text: str, tree: str) -> None:
    assert sketch(expression(text)) == tree
