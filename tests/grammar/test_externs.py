"""Declarations of externs, and the name `extern`."""

from __future__ import annotations

import pytest

from netwright.grammar import syntax as s
from netwright.grammar.parser import parse
from netwright.grammar.printer import print_file
from netwright.grammar.source import Source

TEXT = """\
## Deformable convolution, ours
extern deform(out, k=3): x[C, H, W] -> [out, H, W] = "mylib.layers:Deform", params=C*out*k*k,
  macs=C*out*k*k*H*W
"""


def parsed(text: str) -> s.File:
    file, diagnostics = parse(Source("test.net", text))
    assert not diagnostics
    return file


def test_a_declaration() -> None:
    (extern,) = parsed(TEXT).statements
    assert isinstance(extern, s.Extern)
    assert (extern.kind, extern.name, extern.target) == ("extern", "deform", "mylib.layers:Deform")
    assert [p.name for p in extern.parameters] == ["out", "k"]
    assert [p.name for p in extern.inputs or ()] == ["x"]
    assert len(extern.outputs or ()) == 1
    assert extern.documentation == "Deformable convolution, ours"
    assert extern.params is not None
    assert extern.params.span.text == "C*out*k*k"
    assert extern.macs is not None
    assert extern.macs.span.text == "C*out*k*k*H*W"
    assert extern.target_span.text == '"mylib.layers:Deform"'
    assert extern.name_span.text == "deform"
    assert extern.span.text == TEXT.partition("\n")[2].rstrip()


def test_several_inputs_results_and_dtypes() -> None:
    text = 'extern f(): a[T] int, b[T, d] -> y[d], mask[T] bool, [3] int = "m:F", macs=0'
    (extern,) = parsed(text).statements
    assert isinstance(extern, s.Extern)
    assert [(p.name, p.dtype) for p in extern.inputs or ()] == [("a", "int"), ("b", None)]
    outputs = [(p.name, p.dtype) for p in extern.outputs or ()]
    assert outputs == [("y", None), ("mask", "bool"), ("", "int")]
    assert extern.params is None


@pytest.mark.parametrize(
    "text",
    [
        "extern = 5",
        "x > extern",
        "x > extern > relu",
        "x > extern(3)",
        "share extern = linear(8)",
        "block extern = linear(8)",
        "net extern(a=3): extern[8] { extern > relu as extern }",
        "x > relu as extern\nf(3)",
        "y = extern\nf(3)",
        "x > conv(extern=3)",
        "from extern import extern",
        "import extern.extern as extern",
    ],
)
def test_extern_is_a_name_unless_a_call_follows(text: str) -> None:
    assert not any(isinstance(x, s.Extern) for x in parsed(text).statements)


def test_it_is_printed_as_it_was_read() -> None:
    tree = parsed(TEXT)
    assert parsed(print_file(tree)) == tree
