"""`default`: from where it stands to the end of the enclosing file, net or block text."""

from __future__ import annotations

from pathlib import Path

import pytest

from .tools import codes, error, flatten, graph


def biases(text: str, *, search: tuple[Path, ...] = (), net: str | None = None) -> dict[str, bool]:
    """Path of every linear layer: whether it has a bias."""
    rows = flatten(graph(text, search=search, net=net)).rows
    return {r.path: "bias=False" not in r.layer for r in rows if r.layer.startswith("linear")}


OFF = "default linear(bias=false)\n"

SCOPES = [
    # the file
    (OFF + "linear(3) > linear(4)", {"linear1": False, "linear2": False}),
    ("linear(3) > linear(4)\n" + OFF, {"linear1": True, "linear2": True}),
    (OFF + "linear(3, bias=true) > linear(4)", {"linear1": True, "linear2": False}),
    (OFF + "fc(3) > linear(4)", {"linear1": False}),
    ("default fc(bias=false)\nlinear(4)", {"linear1": False}),
    # blocks above and below
    (
        "block a = linear(3)\n" + OFF + "block b = linear(4)\na > b",
        {"a1.linear1": True, "b1.linear1": False},
    ),
    (
        "a > b\nblock a = linear(3)\n" + OFF + "block b = linear(4)",
        {"a1.linear1": True, "b1.linear1": False},
    ),
    # a body: to its end
    (
        "net n: x[8] { y = x > linear(3)\n default linear(bias=false)\n y > linear(4) }",
        {"linear1": True, "linear2": False},
    ),
    (
        "block a: x { default linear(bias=false)\n x > linear(3) }\na > linear(4)",
        {"a1.linear1": False, "linear1": True},
    ),
    # what is written there; blocks defined elsewhere keep theirs
    (
        "block a = linear(3)\nnet n: x[8] { default linear(bias=false)\n x > a > linear(4) }",
        {"a1.linear1": True, "linear1": False},
    ),
    (
        OFF + "block a = linear(3)\nnet n: x[8] { default linear(bias=true)\n x > a > linear(4) }",
        {"a1.linear1": False, "linear1": True},
    ),
    # nested blocks are written there
    (
        "net n: x[8] { default linear(bias=false)\n block a = linear(3)\n x > a }",
        {"a1.linear1": False},
    ),
    (
        "net n: x[8] { block a = linear(3)\n default linear(bias=false)\n x > a > linear(4) }",
        {"a1.linear1": True, "linear1": False},
    ),
    # so are network arguments, wherever they run
    (
        "block b(f): x { default linear(bias=true)\n x > f > linear(2) }\n"
        + OFF
        + "b(linear(3)) > relu",
        {"b1.f1": False, "b1.linear1": True},
    ),
    ("block b(f): x { x > f(3) > linear(2) }\n" + OFF + "b(linear) > relu", {"b1.linear1": True}),
    ("share s = linear(3)\n" + OFF + "s > linear(2)", {"s": True, "linear1": False}),
    (OFF + "share s = linear(3)\ns > linear(2)", {"s": False, "linear1": False}),
    # the last one counts
    (OFF + "default linear(bias=true)\nlinear(3)", {"linear1": True}),
    (
        "net n: x[8] { default linear(bias=false)\n y = x > linear(2)\n"
        " default linear(bias=true)\n y > linear(3) }",
        {"linear1": False, "linear2": True},
    ),
    # loops stand in the text around
    (
        "net n: x[8] { default linear(bias=false)\n for i in range(2) { x = x > linear(8) }\n x }",
        {"linear1": False, "linear2": False},
    ),
    (OFF + "for i in range(2) { linear(8) }", {"linear1": False, "linear2": False}),
]


@pytest.mark.parametrize(("text", "expected"), SCOPES)
def test_scopes(text: str, expected: dict[str, bool]) -> None:
    made = biases(text)
    assert {path: made[path] for path in expected} == expected


def test_a_bare_word_takes_the_defaults_of_where_it_is_written() -> None:
    text = "block b(f): x { x > f(3) }\n" + OFF + "b(linear) > relu"
    (row,) = [r for r in flatten(graph(text)).rows if r.layer.startswith("linear")]
    assert "bias=False" in row.layer


def test_values_are_those_of_where_the_default_stands() -> None:
    text = "net n: x[8] { w = 0.1\n default dropout(p=w)\n w = 0.9\n x > dropout }"
    (row,) = flatten(graph(text)).rows
    assert row.layer == "dropout(p=0.1)"


def test_a_default_may_name_an_initialiser() -> None:
    text = (
        "default conv(bias=false, init=kaiming_normal(mode=fan_out))\ninput(3x8x8) > conv(3x3, 4)"
    )
    (node,) = [n for n in graph(text).nodes if n.path]
    assert "kaiming_normal" in str(node.op)


def test_defaults_do_not_cross_files(tmp_path: Path) -> None:
    (tmp_path / "parts.net").write_text(OFF + "block a = linear(3)\n")
    (tmp_path / "plain.net").write_text("block b = linear(3)\n")
    text = "from parts import a\nfrom plain import b\na > linear(4) > relu"
    assert biases(text, search=(tmp_path,)) == {"a1.linear1": False, "linear1": True}
    text = OFF + "from parts import a\nfrom plain import b\nb > linear(4) > relu"
    assert biases(text, search=(tmp_path,)) == {"b1.linear1": True, "linear1": False}


ERRORS = [
    ("default linear(bogus=1)\nlinear(3)", "E202"),
    ("default bogus(bias=false)\nlinear(3)", "E201"),
    ("default Conv2d(bias=false)\nconv(3x3, 4)", "E201"),
    ("default conv(padding=1)\nconv(3x3, 4)", "E202"),
    ("default conv(3x3)\nconv(3x3, 4)", "E129"),
    ("block b = relu\ndefault b(w=3)\nb", "E201"),
    ("default linear(bias=3)\nlinear(3)", "E204"),
    ("default linear(bias=undefined)\nlinear(3) > linear(4)", "E201"),
]


@pytest.mark.parametrize(("text", "code"), ERRORS)
def test_what_defaults_do_not_allow(text: str, code: str) -> None:
    assert codes(text) == [code]


def test_a_default_for_a_block_is_explained() -> None:
    problem = error("block b(w=1) = linear(w)\ndefault b(w=3)\nb")
    assert any("layer" in text for text in (*problem.help, problem.message, *problem.notes))


def test_layers_in_layers() -> None:
    """The default of `linear` is that of the one in `spectral_norm` too."""
    (row,) = flatten(graph(OFF + "spectral_norm(linear(3))")).rows
    assert "bias=False" in row.layer
