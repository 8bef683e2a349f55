"""The one token that is wrong, found by search."""

from __future__ import annotations

import pytest

from netwright.grammar.lalr import MisfitError, run
from netwright.grammar.layout import layout
from netwright.grammar.mend import MAX_TOKENS, fix, mended, mends
from netwright.grammar.parser import inner_expression, parse
from netwright.grammar.scanner import scan
from netwright.grammar.source import Source
from netwright.grammar.tree_builder import TreeBuilder
from netwright.grammar.trial import applied
from tests import damage


def parses(text: str) -> bool:
    builder = TreeBuilder(Source("any", text), inner_expression)
    try:
        run(layout(scan(text)), "file", builder.actions)
    except MisfitError:
        return False
    return True


def likely(text: str) -> list[str]:
    source, tokens = Source("any", text), scan(text)
    found = [m for m in mends(tokens) if m.offered]
    return [applied(source, fix(source, tokens, m).edits).text for m in found]


@pytest.mark.parametrize(
    ("broken", "meant"),
    [
        ("x > conv(3x3 64) > relu", "x > conv(3x3, 64) > relu"),
        ("net n: x[3] { x > relu > }", "net n: x[3] { x > relu  }"),
        ("y = x > conv(3x3, 64\nz = y > relu", "y = x > conv(3x3, 64)\nz = y > relu"),
        ("block f(a, 3 b) = relu", "block f(a,  b) = relu"),
        ("net n x[3] { x > relu }", "net n: x[3] { x > relu }"),
        ("net n: x[3] { x > f )\n}", "net n: x[3] { x > f \n}"),
        ("for i range(3) { relu }", "for i in range(3) { relu }"),
    ],
)
def test_what_was_meant_is_among_them(broken: str, meant: str) -> None:
    assert meant in likely(broken)


CHAIN = """net n: x[3, 32, 32] {
  x
    > (conv(3x3, 8) > relu
       > maxpool(3, stride=2)
       > conv(3x3, 8) > bn
       > conv(3x3, 8) > relu) as features
    > gap
    > linear(10) as classifier
}
"""
BODIES = """block a(d): x {
  y = x > linear(d)
  y > relu
}

## Another
block b(d): x {
  y = x > linear(d)
  y > relu
}

net n: x[8] { x > a(8) > b(8) }
"""


@pytest.mark.parametrize(
    ("text", "old", "new", "line"),
    [
        (CHAIN, "relu\n       > maxpool(3, stride=2)", "relu\n       > maxpool(3, stride=2", 4),
        (CHAIN, "maxpool(3, stride=2)", "maxpool((3, stride=2)", 4),
        (CHAIN, "> bn", "> bn)", 5),
        (CHAIN, "relu) as features", "relu as features", 6),
        (CHAIN, "> bn", "> (bn", 5),
        (CHAIN, "conv(3x3, 8) > bn", "conv 3x3, 8) > bn", 5),
        (CHAIN, "(conv(3x3, 8) > relu\n       > max", "conv(3x3, 8) > relu\n       > max", 3),
        (CHAIN, "> relu\n       > maxpool", "> relu(\n       > maxpool", 3),
        (BODIES, "relu\n}\n\n## Another", "relu\n\n## Another", 3),
        (BODIES, "relu\n}\n\nnet", "relu\n\nnet", 9),
    ],
)
def test_indentation_tells_where_a_bracket_is_wrong(
    text: str, old: str, new: str, line: int
) -> None:
    assert old in text
    (found,) = parse(Source("n.net", text.replace(old, new, 1)))[1]
    assert found.span is not None
    assert found.span.line == line


def test_the_fix_is_in_that_line() -> None:
    text = "net n: x[8] {\n  x + (relu as a > gelu\n    > linear(8)\n    > tanh\n}\n"
    (found,) = parse(Source("n.net", text))[1]
    lines = [fix.edits[0].span.line for fix in (found.fix, *found.others) if fix is not None]
    assert lines[0] == 2


def test_lines_that_are_nowhere_in_particular() -> None:
    """Where several lines are at odds with their brackets, the indentation tells nothing."""
    text = "net n: x[8] {\nx > (relu\n> (gelu\n> tanh))\n > linear(3\n}\n"
    (found,) = parse(Source("n.net", text))[1]
    assert found.span is not None
    assert found.span.line == 5


def test_the_search_reads_as_the_parser_does() -> None:
    """Each text is mended exactly if it does not parse, and parses then."""
    for item in damage.damages(7, 60):
        text = item.source().text
        found = mends(scan(text))
        assert not (found and parses(text)), item
        for mend in found[:3]:
            tokens = scan(text)
            builder = TreeBuilder(item.source(), inner_expression)
            run(layout(mended(tokens, mend)), "file", builder.actions)


def test_long_texts_are_not_searched() -> None:
    assert not mends(scan("x > relu\n" * MAX_TOKENS + ")"))
