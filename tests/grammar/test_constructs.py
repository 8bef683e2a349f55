"""One text for each construct, and what it is parsed to."""

from __future__ import annotations

import pytest

from netwright.grammar import syntax as s
from netwright.grammar.source import Source

from .sketch import expression, parsed, sketch

EXPRESSIONS = {
    # values
    "64": "64",
    "1_000": "1000",
    "1.5": "1.5",
    "1.": "1.0",
    ".5": "0.5",
    "1e-5": "1e-05",
    "2.5E3": "2500.0",
    "true": "true",
    "false": "false",
    "none": "none",
    "3x3": "3x3",
    "3x224x224": "3x224x224",
    "x3x3": "x3x3",
    "größe": "größe",
    # strings
    '"zeros"': "(text 'zeros')",
    "'zeros'": "(text 'zeros')",
    '""': "(text)",
    '"layer{i + 1}"': "(text 'layer' (+ i 1))",
    '"{a}{b}"': "(text a b)",
    '"{{i}}"': "(text '{i}')",
    "\"{f('a b')}\"": "(text (f (text 'a b')))",
    '"{xs[1:]}"': "(text xs[1::])",
    r'"a\n\t\"\\b"': r"""(text 'a\n\t"\\b')""",
    '"b t (h d) -> b h t d"': "(text 'b t (h d) -> b h t d')",
    '"# no comment"': "(text '# no comment')",
    # lists
    "[]": "[]",
    "[k, 1]": "[k 1]",
    "[1, 2,]": "[1 2]",
    "[a for a in b]": "(each a a b)",
    "[64 * 2**i for i in range(4)]": "(each (* 64 (** 2 i)) i (range 4))",
    "[a for a, (b, c) in d if a not in e]": "(each a <a <b c>> d (not in a e))",
    "[a for a in b if c if d]": "(each a a b c d)",
    "[a for b in c if d for a, e in b]": "(each a b c d <a e> b)",
    # calls, dots, indices
    "f()": "(f)",
    "f(a, 3x3, b=1, c=d > e)": "(f a 3x3 b=1 c=(> d e))",
    "f(a, b=1,)": "(f a b=1)",
    "f(a)(b)": "((f a) b)",
    "f(in=1, default=2, not=3, as=4, net=5, none=6)": "(f in=1 default=2 not=3 as=4 net=5 none=6)",
    "backbone.fc.weight": "backbone.fc.weight",
    "a.default.in.True": "a.default.in.True",
    "backbone.features.0.1.weight": "backbone.features.0.1.weight",
    "f(a).b[0].c": "(f a).b[0].c",
    "x[0]": "x[0]",
    'a."b-0".c': "a.b-0.c",
    """a.'b'."c.d".0""": "a.b.c.d.0",
    'a."b{i}-0"': "a.(text 'b' i '-0')",
    "x[:, 0]": "x[:: 0]",
    "x[..., none, 1:2, ::2, -1:, :n,]": "x[... none 1:2: ::2 (- 1):: :n:]",
    "x[a if b else c:]": "x[(if b a c)::]",
    # operators
    "-x": "(- x)",
    "--x": "(- (- x))",
    "not a": "(not a)",
    "not not a": "(not (not a))",
    "a not in b": "(not in a b)",
    "not a in b": "(not (in a b))",
    "a if b else c": "(if b a c)",
    "a if b else c if d else e": "(if b a (if d c e))",
    "(a)": "(a)",
    "((a > b))": "(((> a b)))",
    # labels
    "f as stem": "(as f stem)",
    "f as _": "(as f _)",
    "f as default": "(as f default)",
    'f as "12"': "(as f (text '12'))",
    'f as "layer{i}"[j]': "(as f (text 'layer' i)[j])",
    "f as layer[i][j + 1]": "(as f layer[i][(+ j 1)])",
    "f as a as b": "(as (as f a) b)",
    # for
    "for i in xs { f(i) }": "(for i xs {(f i)})",
    "x > for i, (a, b) in xs { f } as body > g": "(> (> x (as (for <i <a b>> xs {f}) body)) g)",
    "(for i in xs { f }) * 2": "(* ((for i xs {f})) 2)",
    "[for i in xs { f }]": "[(for i xs {f})]",
}

STATEMENTS = {
    "a = 3": "(= a 3)",
    "y, h, c = x > lstm(128)": "(= <y h c> (> x (lstm 128)))",
    "(a, b), c = d[0]": "(= <<a b> c> d[0])",
    "x > f": "(> x f)",
    "block f(n): () -> [n] { a }": "(block f(n) : () -> [n] {a})",
    "block f: x, *ys[T, d] int { ys }": "(block f : x *ys[T d]:int {ys})",
    "share enc[i + 1] = f > g": "(share enc[(+ i 1)] (> f g))",
    "share enc = linear(128) > relu": "(share enc (> (linear 128) relu))",
    "default conv(bias=false)": "(default conv bias=false)",
    "default conv()": "(default conv)",
    "require a > 0": "(require (> a 0))",
    'require a % b == 0, "b must divide a"': "(require (== (% a b) 0) (text 'b must divide a'))",
    "import resnet": "(import resnet)",
    "import a.b.c as d": "(import a.b.c d)",
    "from resnet import stage": "(from resnet stage)",
    "from a.b import c, d as e": "(from a.b c d=e)",
    "for i in xs { a = i }": "(for i xs {(= a i)})",
    # blocks and nets
    "block stem = conv > bn": "(block stem = (> conv bn))",
    "block f(p) = p": "(block f(p) = p)",
    "block f(p, q=1,) = p": "(block f(p q=1) = p)",
    "block f() = a": "(block f = a)",
    "block f(p): x, y[T, d] int -> [d] { x }": "(block f(p) : x y[T d]:int -> [d] {x})",
    "block f(p) { p }": "(block f(p) {p})",
    "block f { a }": "(block f {a})",
    "block f: x {}": "(block f : x {})",
    "block f: x = x > g": "(block f : x = (> x g))",
    "net r = Expr": "(net r = Expr)",
    "net f(p): t[] { t }": "(net f(p) : t[] {t})",
    "net f: x[3x4] bool, y float { x }": "(net f : x[3 4]:bool y:float {x})",
    "net f: x[n] -> [T, vocab], [d] int { x }": "(net f : x[n] -> [T vocab] [d]:int {x})",
    "net f: x[n] -> scores[classes], aux[10] { x }": (
        "(net f : x[n] -> scores[classes] aux[10] {x})"
    ),
    "net f: x[3, H=224, W=H] int { x }": "(net f : x[3 H W H=224 W=H]:int {x})",
    "net f: x[2 * n, k + 1] -> y { x }": "(net f : x[(* 2 n) (+ k 1)] -> y {x})",
    "block f(p): x {\n  block g = p\n  default conv(bias=p)\n  x > g\n}": (
        "(block f(p) : x {(block g = p); (default conv bias=p); (> x g)})"
    ),
}


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expression(text: str) -> None:
    assert sketch(expression(text)) == EXPRESSIONS[text]
    assert sketch(parsed(text)) == EXPRESSIONS[text]


@pytest.mark.parametrize("text", STATEMENTS)
def test_statement(text: str) -> None:
    assert sketch(parsed(text)) == STATEMENTS[text]


def test_spans_are_those_of_the_text() -> None:
    text = 'y = (x > f(a, b=1) as stem[0])[1:] + "a{i + 1}"\nz = y'
    file = parsed(text)
    found: dict[str, str] = {}
    waiting: list[s.SyntaxNode] = list(file.statements)
    while waiting:
        node = waiting.pop()
        found.setdefault(type(node).__name__, node.span.text)
        waiting.extend(reversed(list(s.children(node))))
    assert found == {
        "Assign": "z = y",
        "Name": "z",
        "Binary": '(x > f(a, b=1) as stem[0])[1:] + "a{i + 1}"',
        "Indexed": "(x > f(a, b=1) as stem[0])[1:]",
        "Paren": "(x > f(a, b=1) as stem[0])",
        "Labelled": "f(a, b=1) as stem[0]",
        "Call": "f(a, b=1)",
        "Setting": "b=1",
        "Number": "1",
        "LabelName": "stem[0]",
        "Slice": "1:",
        "Text": '"a{i + 1}"',
    }


def test_spans_of_blocks() -> None:
    (block,) = parsed("## doc\nnet N(p=1): x[3, d] int -> [d] {\n  x\n}").statements
    assert isinstance(block, s.Block)
    assert block.span.text.startswith("net N")
    assert block.span.text.endswith("}")
    assert block.name_span.text == "N"
    assert [p.span.text for p in block.parameters] == ["p=1"]
    assert [p.span.text for p in block.inputs or ()] == ["x[3, d] int"]
    assert [p.span.text for p in block.outputs or ()] == ["[d]"]


def test_a_chain_of_any_length() -> None:
    file = parsed("x" + " > conv(3x3, 64) as c" * 10_000)
    statement = file.statements[0]
    assert isinstance(statement, s.ExpressionStatement)
    node = statement.value
    for _ in range(10_000):
        assert isinstance(node, s.Binary)
        node = node.left
    assert node == s.Name("x", span=Source("", "").span(0, 0))
