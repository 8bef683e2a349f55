"""Equal passes become a loop, if that means the same."""

from __future__ import annotations

import pytest

from netwright.backends.importer import tree
from netwright.backends.importer.passes import with_passes
from netwright.grammar import syntax as s
from netwright.grammar.parser import parse
from netwright.grammar.printer import print_file
from netwright.grammar.source import Source, Span

PASS = "  y = x > relu\n  {0} = y * 2\n  x = x + {0}\n"


def nowhere(node: s.SyntaxNode) -> s.SyntaxNode:
    """A node as the importer makes it, without a place in a text."""
    places = {name: tree.NOWHERE for name, value in vars(node).items() if isinstance(value, Span)}
    return node.replace(**places)


def written(body: str) -> str:
    """The body of a net, with its passes as loops."""
    file, errors = parse(Source("a.net", f"net f: x[8] {{\n{body}}}\n"))
    assert not errors
    (net,) = file.statements
    assert isinstance(net, s.Block)
    statements = [tree.mapped(x, nowhere) for x in net.body]
    made = net.replace(body=tuple(with_passes(statements, ["x"])))
    return print_file(file.replace(statements=(made,)))


def test_passes_become_a_loop() -> None:
    passes = "".join("  y = x > relu\n  x = x + y\n" for _ in range(4))
    assert written(f"{passes}  x > gelu\n") == (
        "net f: x[8] {\n"
        "  for i in range(4) {\n    y = x > relu\n    x = x + y\n  }\n"
        "  x > gelu\n}\n"
    )


def test_what_passes_give_becomes_a_list() -> None:
    passes = "".join(f"  y = x > relu\n  x = x + y\n  out{i} = y * 2\n" for i in range(3))
    text = written(f"  a = x > gelu\n{passes}  [a, out0, out1, out2, x]\n")
    assert "  out0s = []\n  for i in range(3) {\n" in text
    assert "    out0s = out0s + [out0]\n  }\n  [a] + out0s + [x]\n}\n" in text


@pytest.mark.parametrize(
    "body",
    [
        "  y = x > relu\n  x = x + y\n" * 2 + "  x\n",  # twice
        "  x = x > relu\n" * 4 + "  x\n",  # a row of single statements
        "  y = x > relu\n  x = x + y\n" * 4 + "  x + y\n",  # a name of the loop is read after it
        "  y = x > linear(8) as a\n  x = x + y\n" * 3 + "  x\n",  # modules with paths
        "".join(PASS.format(f"z{i}") for i in range(3)) + "  [z0, z1, z2]\n",  # read twice
        "".join(f"  y = x > relu\n  x = x + y\n  z{i} = y * 2\n" for i in range(3))
        + "  [z0, z2, z1]\n",  # in another order
    ],
)
def test_what_stays(body: str) -> None:
    assert "for" not in written(body)
