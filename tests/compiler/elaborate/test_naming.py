"""Names are PyTorch names: the table of the language page, and every sentence after it."""

from __future__ import annotations

import pytest

from .tools import codes, error, flatten, found, graph, paths

BASIC = "block basic(w) = conv(3x3, w, pad=1) > bn\n"

UNLABELLED = [
    ("conv(3x3, 8) > conv(3x3, 8)", "conv1 conv2"),
    ("conv(3x3, 8) > bn > linear(2) > bn", "conv1 bn1 linear1 bn2"),
    (
        "input(3x8x8) > pool(2, 2) > maxpool(2, 2) > gap > fc(3) > linear(3)",
        "pool1 maxpool1 gap1 fc1 linear1",
    ),
    ("conv(3x3, 8) as conv1 > conv(3x3, 8)", "conv1 conv2"),
    ("conv(3x3, 8) > conv(3x3, 8) as conv1", "conv2 conv1"),
    ("conv(3x3, 8) as conv2 > conv(3x3, 8) > conv(3x3, 8)", "conv2 conv1 conv3"),
    ("conv(3x3, 8) as conv1[0] > conv(3x3, 8)", "conv1.0 conv2"),
    ("(conv(3x3, 8) > bn) as conv1 > conv(3x3, 8)", "conv1.0 conv1.1 conv2"),
    ("conv(3x3, 8) > (conv(3x3, 8) > relu) > conv(3x3, 8)", "conv1 conv2 relu1 conv3"),
    ("linear(8) * 3 > linear(2)", "linear1 linear2 linear3 linear4"),
    ("linear(8) > [linear(3), linear(4)] > concat", "linear1 linear2 linear3 concat1"),
    ("id + (linear(8) > relu) + linear(8)", "linear1 relu1 linear2"),
    ("for i in range(2) { linear(8) > relu }", "linear1 relu1 linear2 relu2"),
    ("linear(8) * 2 > (linear(8) as linear2)", "linear1 linear3 linear2"),
    # a repeat that is counted skips labels just so
    ("input(8) > linear(8) * 2 > (linear(8) as linear2)", "linear1 linear3 linear2"),
    (
        "input(8) > linear(8) * 4 > (linear(8) as linear1 > linear(8) as linear4)",
        "linear2 linear3 linear5 linear6 linear1 linear4",
    ),
]


@pytest.mark.parametrize(("text", "expected"), UNLABELLED)
def test_unlabelled_modules_are_numbered_under_their_word(text: str, expected: str) -> None:
    assert paths(text) == expected.split()


LABELLED = [
    ("conv(3x3, 8) as stem", "stem"),
    ("(conv(3x3, 8)) as stem", "stem"),
    ("((conv(3x3, 8))) as stem > relu", "stem relu1"),
    ("conv(3x3, 8) > conv(3x3, 8) as stem", "conv1 stem"),
    ("conv as stem > relu", None),
    ("relu as stem > gelu as tail", "stem tail"),
    # precedence: looser than `*`, tighter than `+` and `>`
    ("linear(8) * 3 as layer", "layer.0 layer.1 layer.2"),
    ("linear(8) + linear(8) as g", "linear1 g"),
    ("(linear(8) + linear(8)) as s", "s.0 s.1"),
    ("linear(8) > linear(8) as s > relu", "linear1 s relu1"),
    ("linear(8) as bn > bn", "bn bn1"),
    ("linear(8) as import > linear(8) as if", "import if"),
]


@pytest.mark.parametrize(("text", "expected"), LABELLED)
def test_labels_name_layers(text: str, expected: str | None) -> None:
    if expected is None:
        assert codes(text) == ["E203"]
    else:
        assert paths(text) == expected.split()


def test_a_label_in_a_body() -> None:
    text = "net n: x[3, 8, 8] { y = x > conv(3x3, 8) as stem\n y > relu > conv(3x3, 8) as stem2 }"
    assert paths(text) == ["stem", "relu1", "stem2"]


BLOCKS = [
    ("basic(64)  > relu", "basic1.conv1 basic1.bn1 relu1"),
    ("basic(64) as b > relu", "b.conv1 b.bn1 relu1"),
    (
        "basic(64) > basic(32) as b > basic(16)",
        "basic1.conv1 basic1.bn1 b.conv1 b.bn1 basic2.conv1 basic2.bn1",
    ),
    ("basic(8) * 2 as layer", "layer.0.conv1 layer.0.bn1 layer.1.conv1 layer.1.bn1"),
    ("basic(8) * 2 > relu", "basic1.conv1 basic1.bn1 basic2.conv1 basic2.bn1 relu1"),
    ("(basic(8) > relu) as f", "f.0.conv1 f.0.bn1 f.1"),
]


@pytest.mark.parametrize(("text", "expected"), BLOCKS)
def test_a_block_is_a_scope(text: str, expected: str) -> None:
    assert paths(BASIC + text) == expected.split()


GROUPS = [
    ("(linear(8) > relu > linear(8)) as f", "f.0 f.1 f.2"),
    ("(linear(8) > (relu > linear(8)) > gelu) as f", "f.0 f.1 f.2 f.3"),
    ("(linear(8) > id > linear(8)) as f", "f.0 f.1"),
    ("(linear(8) > identity > linear(8)) as f", "f.0 f.1 f.2"),
    ("(id + (relu > linear(8))) as f", "f.0 f.1"),
    ("(linear(8) - linear(8) * 0.5) as f", "f.0 f.1"),
    ("(linear(8) > [linear(8), relu] > concat > linear(2)) as f", "f.0 f.1 f.2 f.3 f.4"),
    ("(linear(8) > linear(8) * 2 > relu) as f", "f.0 f.1 f.2 f.3"),
    ("(linear(8) > (linear(8) > bn) * 2) as f", "f.0 f.1 f.2 f.3 f.4"),
    ("(for i in range(2) { linear(8) > relu }) as f", "f.0 f.1 f.2 f.3"),
    ("for i in range(2) { linear(8) > relu } as f", "f.0 f.1 f.2 f.3"),
    ("(relu > for i in range(2) { linear(8) } > gelu) as f", "f.0 f.1 f.2 f.3"),
    ("(linear(8) > bn)[:, 0:4] as f", "f.0 f.1"),
    ("(linear(8)[:, 0:4] > bn) as f", "f.0 f.1"),
    # scopes in scopes
    ("(linear(8) > (bn > relu) as g > gelu) as f", "f.0 f.g.0 f.g.1 f.2"),
    ("(linear(8) as conv0 > bn > relu) as f", "f.conv0 f.1 f.2"),
    ("(linear(8) > bn as norm > relu) as f", "f.0 f.norm f.2"),
    ("(linear(8) > bn as norm[0] > relu) as f", "f.0 f.norm.0 f.2"),
    ("(linear(8) > linear(8) * 2 as layer > relu) as f", "f.0 f.layer.0 f.layer.1 f.2"),
    ("(linear(8) > [bn, relu] as both > concat) as f", "f.0 f.both.0 f.both.1 f.2"),
    ("(linear(2) as head) as heads", "heads.head"),
    ("((linear(2) as a) as b) as c", "c.b.a"),
    ("((linear(2) > bn) as a) as b", "b.a.0 b.a.1"),
    ("(linear(8) * 2 as a) as b", "b.a.0 b.a.1"),
    # repeats
    ("(linear(8) > bn) * 2 as layer", "layer.0.0 layer.0.1 layer.1.0 layer.1.1"),
    ("(id + linear(8)) * 2 as layer", "layer.0.0 layer.1.0"),
    ("(linear(8) as f) * 2 as layer", "layer.0.f layer.1.f"),
    ("((linear(8) > bn) as f) * 2 as layer", "layer.0.f.0 layer.0.f.1 layer.1.f.0 layer.1.f.1"),
    ("(linear(8) as f > bn) * 2 as layer", "layer.0.f layer.0.1 layer.1.f layer.1.1"),
    ("(linear(8) * 2) * 2 as layer", "layer.0.0 layer.0.1 layer.1.0 layer.1.1"),
    ("linear(8) * 1 as layer", "layer.0"),
    # fan-outs
    ("[linear(8), linear(4)] as b > concat", "b.0 b.1 concat1"),
    ("[linear(8), (linear(4) > bn)] as b > concat", "b.0 b.1.0 b.1.1 concat1"),
    ("[id, linear(8)] as b > concat", "b.1 concat1"),
    ("[linear(8) as cls, linear(4)] as heads > concat", "heads.cls heads.1 concat1"),
    ("[linear(8) * 2, linear(4)] as b > concat", "b.0.0 b.0.1 b.1 concat1"),
    # a tensor source takes no position
    ("net n: x[8] { (x > linear(8) > bn) as f }", "f.0 f.1"),
    ("net n: x[8] { (x > linear(8)) as f }", "f.0"),
    ("net n: x[8] { y = (x > linear(8)) + x\n (y > relu > linear(2)) as f }", "linear1 f.0 f.1"),
    ("net n: x[8] { (x + (x > linear(8) > bn)) as f }", "f.0 f.1"),
    ("net n: x[8] { x > (linear(8) > bn) as f if true else x }", "f.0 f.1"),
    (
        "net n: x[8] { y = (x > linear(8) > bn) as f if x.d == 8 else x\n y > relu }",
        "f.0 f.1 relu1",
    ),
    (
        "net n: x[8] { y = x > (linear(8) > bn) as f if x.d == 8 else x\n y > relu }",
        "f.0 f.1 relu1",
    ),
]


@pytest.mark.parametrize(("text", "expected"), GROUPS)
def test_labelled_groups_number_their_members(text: str, expected: str) -> None:
    assert paths(text) == expected.split()


PATHS_ONLY = [
    ("relu as layer[0] > gelu as layer[1]", "layer.0 layer.1"),
    ('relu as "12" > gelu as "a.b"', "12 a.b"),
    ('for i in range(2) { relu as "layer{i + 1}" }', "layer1 layer2"),
    ("for i in range(2) { relu as layer[i] }", "layer.0 layer.1"),
    ("for i in range(2) { for j in range(2) { relu as m[i][j] } }", "m.0.0 m.0.1 m.1.0 m.1.1"),
    ("(linear(8) > bn) as layer[3]", "layer.3.0 layer.3.1"),
    ("linear(8) * 2 as layer[3]", "layer.3.0 layer.3.1"),
    (BASIC + 'basic(8) as "layer{2 * 2}"', "layer4.conv1 layer4.bn1"),
]


@pytest.mark.parametrize(("text", "expected"), PATHS_ONLY)
def test_indexed_and_quoted_labels_are_paths(text: str, expected: str) -> None:
    assert paths(text) == expected.split()


@pytest.mark.parametrize("label", ["layer[0]", '"layer"', '"layer0"'])
def test_paths_are_no_names(label: str) -> None:
    text = f"net n: x[8] {{ y = x > relu as {label}\n y > gelu + layer0 + layer }}"
    assert {d.code for d in found(text)} == {"E201"}


HERE = [
    (
        "block cna(k, c) = (conv(k, c) > bn > relu6) as _\ncna(3x3, 8) > cna(3x3, 8) as z",
        "cna1.0 cna1.1 cna1.2 z.0 z.1 z.2",
    ),
    ("(linear(8) > (linear(8) > bn) as _ > gelu) as f", "f.0 f.1.0 f.1.1 f.2"),
    ("(linear(8) > (relu + bn) as _ > gelu) as f", "f.0 f.1.0 f.1.1 f.2"),
    ("(linear(8) > linear(8) * 2 as _ > gelu) as f", "f.0 f.1.0 f.1.1 f.2"),
    (
        "(linear(8) > (linear(8) > bn) * 2 as _ > gelu) as f",
        "f.0 f.1.0.0 f.1.0.1 f.1.1.0 f.1.1.1 f.2",
    ),
    ("(linear(8) > [bn, relu] as _ > concat) as f", "f.0 f.1.0 f.1.1 f.2"),
    ("((linear(8) > bn) as _) * 2 as layer", "layer.0.0 layer.0.1 layer.1.0 layer.1.1"),
    ("[(linear(8) > bn) as _, relu] as b > concat", "b.0.0 b.0.1 b.1 concat1"),
    ("(linear(8) > linear(8) as _ > bn) as f", "f.0 f.1 f.2"),
    ("block s = linear(8) * 2 as _\ns > s", "s1.0 s1.1 s2.0 s2.1"),
    ("block s = (linear(8) > bn) * 2 as _\ns > relu", "s1.0.0 s1.0.1 s1.1.0 s1.1.1 relu1"),
    ("block s = [linear(8), (linear(8) > bn)] as _\ns > concat", "s1.0 s1.1.0 s1.1.1 concat1"),
    ("block s = for i in range(2) { linear(8) > bn } as _\ns > relu", "s1.0 s1.1 s1.2 s1.3 relu1"),
    ("block s: x { (x > linear(8) > bn) as _ }\ns > relu", "s1.0 s1.1 relu1"),
    ("block s: x { x > (linear(8) > bn) as _ }\ns > relu", "s1.0 s1.1 relu1"),
    ("block s(d): x { h = 2 * d\n (x > linear(h) > bn) as _ }\ns(2) > relu", "s1.0 s1.1 relu1"),
    ("block s = (linear(8) as a > bn) as _\ns > relu", "s1.a s1.1 relu1"),
    ("(linear(8) > bn) as _", "0 1"),
    ("net n = (linear(8) > bn) as _", "0 1"),
    ("net n: x[8] { (x > linear(8) > bn) as _ }", "0 1"),
    ("net n: x[8] { x > (linear(8) > bn) as _ }", "0 1"),
]


@pytest.mark.parametrize(("text", "expected"), HERE)
def test_underscore_names_a_group_by_where_it_stands(text: str, expected: str) -> None:
    assert paths(text) == expected.split()


@pytest.mark.parametrize(
    "text",
    [
        "linear(8) > (linear(8) > bn) as _ > relu",
        "net n: x[8] { y = (x > linear(8) > bn) as _\n y > relu }",
        "block b = relu > (linear(8) > bn) as _\nb > gelu",
    ],
)
def test_underscore_needs_a_position(text: str) -> None:
    assert codes(text) == ["E221"]


FAMILY = "for i in range(3) { share e[i] = linear(8) > relu }\n"
FAMILIES = [
    ("x > e[1] > e[0] > e[1]", "e.1.0 e.1.1 e.0.0 e.0.1"),
    (
        "x > for i in range(2) { share f[i] = linear(8)\n e[i] > f[i] > f[i] }",
        "e.0.0 e.0.1 f.0 e.1.0 e.1.1 f.1",
    ),
    ("block b(f): x { x > f > relu }\n x > b(e[0]) > e[2]", "e.0.0 e.0.1 b1.relu1 e.2.0 e.2.1"),
    ("x > e[0] > linear(8) as e0 > linear(8, weight=e[0].0.weight)", "e.0.0 e.0.1 e0 linear1"),
    ('x > e[0] > linear(8) as "e.7"', "e.0.0 e.0.1 e.7"),
    ("block b: x { share e[0] = linear(8)\n x > e[0] }\n x > b > e[0]", "b1.e.0 e.0.0 e.0.1"),
    (
        "y = x > for i in range(2) { e[i] }\n y > e[len([0, 0])]",
        "e.0.0 e.0.1 e.1.0 e.1.1 e.2.0 e.2.1",
    ),
    ("block e1 = e[1]\n share e[3] = linear(8)\n x > e1 > e1 > e[3]", "e.1.0 e.1.1 e.3"),
]


@pytest.mark.parametrize(("body", "expected"), FAMILIES)
def test_shares_with_numbers(body: str, expected: str) -> None:
    assert paths(f"net n: x[8] {{ {FAMILY} {body} }}") == expected.split()


MANY = [
    ("block f: *xs { xs > concat }\n[x, x, x] > f > linear(4)", 100),
    ("block f: a, *xs { a + (xs[-1] > relu) }\n[x, x > linear(8)] > f > linear(4)", 72 + 36),
    ("block f: *xs[d] { [y > linear(d) for y in xs] > concat }\n[x, x] > f > linear(4)", 212),
    ("block f(k): *xs { xs > concat > linear(k) }\nblock g: *y { [y, y] > f(3) }\n[x, x] > g", 99),
    ("block f: *xs { xs > concat }\nx > f > linear(4)", 36),
    ("block f: a, *xs { a + (xs > concat)[:, 8:] }\n[x] * 3 > f > linear(4)", 36),
]


@pytest.mark.parametrize(("body", "params"), MANY)
def test_the_last_input_takes_the_remaining_tensors(body: str, params: int) -> None:
    blocks, _, pipe = body.rpartition("\n")
    assert graph(f"{blocks}\nnet n: x[8] {{ {pipe} }}").params == params


TABLE = "block t(n): () { param([n]) as w }\n"
SOURCES = [
    ("x + t(8) > relu + t(8)", "t1.w relu1 t2.w"),
    ("x + (t(8) as k) + (t(n=8) as a[2])", "k.w a.2.w"),
    ("x > (linear(8) + t(8)) as g", "g.0 g.1.w"),
    ("x > (linear(8) + (t(8) as k)) as g", "g.0 g.k.w"),
    ("y = t(8)\n z = y + x\n z > linear(8) > id + y", "t1.w linear1"),
    ("block u(f): y { y + f(8) }\n x > u(t) > relu", "u1.f1.w relu1"),
    (
        "block two: () { [param([8]) as a, param([8]) as b] }\n a, b = two()\n x + a + b",
        "two1.a two1.b",
    ),
    ("x + t(8) + (x > for i in range(2) { id * t(8) })", "t1.w t2.w t3.w"),
    ("y = t(8) as k\n x + y + k.w", "k.w"),
]


@pytest.mark.parametrize(("body", "expected"), SOURCES)
def test_blocks_without_inputs_are_sources(body: str, expected: str) -> None:
    made = paths(f"{TABLE}net n: x[8] {{ {body} }}")
    assert sorted(made) == sorted(expected.split())


def test_the_outputs_of_a_source_have_all_axes() -> None:
    head = "block t(n): () -> [n] { param([n]) as w }\nnet n: x[8] { x + "
    assert codes(head + "t(8) }") == []
    assert codes(head.replace("-> [n]", "-> [n + 1]") + "t(8) }") == ["E306"]
    assert codes("net n: () -> [3, 4] { param([3, 4]) as w }") == []


BLOCK = "block r(d): x { x > linear(d) as a > relu }\n"
ANOTHER = [
    ("block r8 = r(8)\nr8 > r8 as k", "r81.r1.a r81.r1.relu1 k.r1.a k.r1.relu1"),
    ("block r8 = r(8) as _\nr8 > r8 as k", "r81.a r81.relu1 k.a k.relu1"),
    ("block r8 = (r(8) as _)\nr8", "a relu1"),
    ("block r8 = (r(8)) as _\nblock s = r8 as _\nlinear(8) > s", "linear1 s1.a s1.relu1"),
    (
        "block u(d) = (linear(d) > bn) as _ if d > 8 else r(d) as _\nu(8) > u(9)",
        "u1.a u1.relu1 u2.0 u2.1",
    ),
    ("block v(unit, d=3) = unit(d) as _\nv(r) > v(r, 4)", "v1.a v1.relu1 v2.a v2.relu1"),
    ("block v(f) = f as _\nv(r(8)) > v(linear(8))", "v1.a v1.relu1 v2.0"),
    ("block r8 = r(8) as _\nr8 * 2 as c", "c.0.a c.0.relu1 c.1.a c.1.relu1"),
    ("block r8 = r(8) * 2 as _\nr8 > relu", "r81.0.a r81.0.relu1 r81.1.a r81.1.relu1 relu1"),
    ("block l8 = linear(8) as _\nl8 > relu", "l81.0 relu1"),
    ("block r8 = r(8) as _\nshare e = r8\ne > e", "e.a e.relu1"),
    (
        "block r8 = r(8) as _\nnet m = r8\nnet n: x[8] { x > r8 > r8 }",
        "r81.a r81.relu1 r82.a r82.relu1",
    ),
    ("block r8 = r(8) as _\nnet n: x[8] { y = x > r8\n y > id + y.a }", "r81.a r81.relu1"),
    ("block c(d): x, h[8] { x + (h > linear(d) as b) }\nblock c8 = c(8) as _\nscan(c8)", "c81.b"),
    ("block r8 = r(8) as k\nr8 > relu", "r81.k.a r81.k.relu1 relu1"),
    ("block c(d): x, h[d] { x + (h > linear(d) as b) }\nblock s = scan(c(8)) as _\ns", "0.b"),
    ("[linear(8)] as s", "s.0"),
    ("net n: x[8] { x > [linear(8)] as s > relu }", "s.0 relu1"),
]


@pytest.mark.parametrize(("text", "expected"), ANOTHER)
def test_a_block_that_is_another_one_has_no_scope(text: str, expected: str) -> None:
    net = "n" if "net n" in text else None
    given = {"x": "5x8"} if "scan" in text else {"x": "8"}
    assert paths(BLOCK + text, net=net, inputs=None if net else given) == expected.split()


def test_outputs_of_a_block_that_is_another_one_are_checked() -> None:
    for alias in ("block s -> [5] = r(8) as _\nnet n: x[8] { x > s }", "net s -> [5] = m(8)"):
        text = BLOCK + "net m(d): x[8] { x > r(d) }\n" + alias
        assert codes(text) == ["E306"]
        assert codes(text.replace("[5]", "[8]")) == []
    text = BLOCK + "net m(d): x[8] { x > r(d) }\nnet s -> [5] = m(8)\nnet n: x[8] { x > s }"
    assert codes(text, net="n") == ["E306"]


SHARES = [
    ("share enc = linear(8)\nenc > relu > enc", "enc relu1"),
    ("share enc = linear(8) > relu\nenc > enc", "enc.0 enc.1"),
    ("share enc = linear(8) > relu\nlinear(8) > enc * 3", "linear1 enc.0 enc.1"),
    ("share enc = linear(8) * 2\nenc > relu > enc", "enc.0 enc.1 relu1"),
    ("share enc = (linear(8) > bn) * 2\nenc > enc", "enc.0.0 enc.0.1 enc.1.0 enc.1.1"),
    ("share enc = [linear(8), linear(8)]\nenc > add > enc > add", "enc.0 enc.1 add1 add2"),
    (BASIC + "share enc = basic(8)\nenc > enc", "enc.conv1 enc.bn1"),
    ("share enc = linear(8) as a\nenc > relu > enc", "enc.a relu1"),
    ("share linear1 = linear(8)\nlinear(8) > linear1", "linear2 linear1"),
    # declared in the file, used further inside: it lives at the net's root
    ("share enc = linear(8)\nblock b = relu > enc\nb > b", "b1.relu1 b2.relu1 enc"),
    ("share enc = linear(8)\n(relu > enc > gelu) as f", "f.0 f.1 enc"),
    (
        "share enc = linear(8) > relu\nblock b = (enc > gelu) as g\nblock c = b > enc\nc",
        "b1.g.0 enc.0 enc.1",
    ),
    # declared in a body: it lives there
    (
        "block b: x { share enc = linear(8)\n x > enc > relu > enc }\nb > b",
        "b1.enc b1.relu1 b2.enc b2.relu1",
    ),
    (
        "block b: x { share enc = linear(8)\n block c = enc > relu\n x > c > c }\nb > gelu",
        "b1.c1.relu1 b1.c2.relu1 b1.enc gelu1",
    ),
    (
        "block b(f) = f > relu > f\nblock a: x { share enc = linear(8)\n x > b(enc) }\na > gelu",
        "a1.b1.relu1 a1.enc gelu1",
    ),
    ("(for i in range(2) { enc > relu }) as f\nshare enc = linear(8)", "f.0 f.1 enc"),
]


@pytest.mark.parametrize(("text", "expected"), SHARES)
def test_a_share_lives_where_it_is_declared(text: str, expected: str) -> None:
    made = paths(text)
    assert sorted(made) == sorted(expected.split())
    assert len(set(made)) == len(made)


PARAMETERS = [
    (
        BASIC + "block s(unit) = unit(8) > unit(8)\ns(basic) > relu",
        "s1.unit1.conv1 s1.unit1.bn1 s1.unit2.conv1 s1.unit2.bn1 relu1",
    ),
    (
        BASIC + "block s(unit) = unit(8) as u > unit(8)\ns(basic) > relu",
        "s1.u.conv1 s1.u.bn1 s1.unit1.conv1 s1.unit1.bn1 relu1",
    ),
    (
        "block s(unit) = unit > unit\ns(linear(8) > bn) > relu",
        "s1.unit1.0 s1.unit1.1 s1.unit2.0 s1.unit2.1 relu1",
    ),
    ("block s(unit) = unit > unit\ns(linear(8)) > relu", "s1.unit1 s1.unit2 relu1"),
    (
        "block s(unit) = unit as u > unit\ns(linear(8) > bn) > relu",
        "s1.u.0 s1.u.1 s1.unit1.0 s1.unit1.1 relu1",
    ),
    ("block s(act) = linear(8) > act\ns(gelu) > s(relu)", "s1.linear1 s1.act1 s2.linear1 s2.act1"),
    ("block s(act) = linear(8) > act(0.2)\ns(leaky_relu) > relu", "s1.linear1 s1.act1 relu1"),
    ("block s(act) = (linear(8) > act) as f\ns(gelu) > relu", "s1.f.0 s1.f.1 relu1"),
    ("block s(act) = linear(8) > act\ns(id) > relu", "s1.linear1 relu1"),
    ("share enc = linear(8)\nblock s(f) = f > relu > f\ns(enc) > gelu", "enc s1.relu1 gelu1"),
    (
        "block s(unit) = unit > relu\ns(linear(8) * 2) > relu",
        "s1.unit1.0 s1.unit1.1 s1.relu1 relu1",
    ),
    (
        "block s(unit) = unit * 2 as layer\ns(linear(8) > bn) > relu",
        "s1.layer.0.0 s1.layer.0.1 s1.layer.1.0 s1.layer.1.1 relu1",
    ),
    (
        "block s(unit) = (unit > relu) as f\ns(linear(8) > bn) > relu",
        "s1.f.0.0 s1.f.0.1 s1.f.1 relu1",
    ),
    # a parameter handed on is called under the inner word
    ("block a(f) = b(f)\nblock b(g) = g(8) > g(8)\na(linear) > relu", "a1.b1.g1 a1.b1.g2 relu1"),
    (
        "block a(f) = b(f)\nblock b(g) = g > g\na(linear(8) > bn) > relu",
        "a1.b1.g1.0 a1.b1.g1.1 a1.b1.g2.0 a1.b1.g2.1 relu1",
    ),
    ("block a(f) = b(f(8))\nblock b(g) = g > g\na(linear) > relu", "a1.b1.g1 a1.b1.g2 relu1"),
    # networks out of a list
    (
        "block s(fs): x { for f in fs { x = x > f }\n x }\ns([linear(8), bn]) > relu",
        "s1.f1 s1.f2 relu1",
    ),
    ("block s(fs) = fs[0] > fs[1]\ns([linear(8), bn]) > relu", "s1.linear1 s1.bn1 relu1"),
]


@pytest.mark.parametrize(("text", "expected"), PARAMETERS)
def test_a_parameter_is_called_under_its_word(text: str, expected: str) -> None:
    assert sorted(paths(text)) == sorted(expected.split())


NETS = [
    ("block R(n): x[8] { x > linear(n) }\nnet r = R(4)", "linear1"),
    ("net R(n): x[8] { x > linear(n) }\nnet r = R(4)", "linear1"),
    ("net R(n=2): x[8] { x > linear(n) }\nnet r = R", "linear1"),
    ("net R(n): x[8] { x > linear(n) }\nnet q = R(4)\nnet r = q", "linear1"),
    ("block R(n) = linear(n)\nnet r = R(4) > relu", "R1.linear1 relu1"),
    ("net R(n): x[8] { x > linear(n) }\nnet r: y[8] { y > R(4) }", "R1.linear1"),
    ("net R(n): x[8] { x > linear(n) }\nnet r: y[8] { y > R(4) as backbone }", "backbone.linear1"),
]


@pytest.mark.parametrize(("text", "expected"), NETS)
def test_a_net_that_is_another_has_no_scope_of_its_own(text: str, expected: str) -> None:
    assert paths(text, net="r") == expected.split()


# --- equal labels ------------------------------------------------------------------------------


EQUAL = [
    "linear(8) as a > relu as a",
    "linear(8) as a > (relu as a)",
    "linear(8) as a > (relu > gelu) as a",
    "(linear(8) as a > relu as a) as f",
    "linear(8) as layer[0] > relu as layer[0]",
    'linear(8) as layer[0] > relu as "layer.0"',
    "linear(8) * 2 as layer > relu as layer[1]",
    "linear(8) * 2 as layer > relu as layer",
    'linear(8) as a > (relu > gelu) as "a.b"',
    'relu as "a.0" > (gelu > tanh) as a',
    "share a = linear(8)\na > relu as a",
    "share a = linear(8)\nrelu as a > a",
    "net n: x[8] { y = x > linear(8) as a\n y > relu as a }",
]


@pytest.mark.parametrize("text", EQUAL)
def test_two_equal_labels_in_one_scope_are_an_error(text: str) -> None:
    problem = error(text)
    assert problem.code == "E208"
    assert problem.labels


def test_equal_labels_in_different_scopes() -> None:
    text = "(linear(8) as a > relu) as f > (linear(8) as a > relu) as g > linear(8) as a"
    assert paths(text) == ["f.a", "f.1", "g.a", "g.1", "a"]


def test_a_member_may_be_labelled_with_another_position() -> None:
    """A position that a label has taken is a clash, not a silent overwrite."""
    assert codes('(linear(8) as "1" > relu > gelu) as f') == ["E208"]


@pytest.mark.parametrize(
    "text",
    [
        "for i in range(2) { linear(8) as c }",
        "for i in range(2) { linear(8) as c > relu }",
        "net n: x[8] { for i in range(2) { x = x > linear(8) as c }\n x }",
        "(for i in range(2) { linear(8) as c > relu }) as f",
    ],
)
def test_in_a_repeated_body_the_help_numbers_the_label(text: str) -> None:
    problem = error(text)
    assert problem.code == "E208"
    assert any('as "c{i}"' in h for h in problem.help)


def test_the_help_names_the_loops_own_variable() -> None:
    problem = error("for k, width in enumerate([8, 16]) { linear(width) as c }")
    assert any('as "c{k}"' in h for h in problem.help)


@pytest.mark.parametrize(
    "text",
    [
        "linear(8) > (linear(8) as c) * 3",
        "linear(8) > (linear(8) as c > relu) * 3",
        "(linear(8) > (linear(8) as c) * 3) as f",
        "linear(8) > ((linear(8) > bn) as c) * 3",
    ],
)
def test_a_label_in_an_unlabelled_repeat(text: str) -> None:
    problem = error(text)
    assert problem.code == "E208"
    assert any("as layer" in h or "{i}" in h for h in problem.help)


# --- who sees a label --------------------------------------------------------------------------


SEEN = [
    "net n: x[8] { y = x > linear(8) as a\n y > relu + a }",
    "net n: x[8] { x > linear(8) as a > bn > relu + a }",
    "net n: x[8] { x > (linear(8) as a > bn) > relu + a }",
    "net n: x[8] { x > (linear(8) as a > bn) as f > relu + a }",
    "net n: x[8] { x > (linear(8) > bn) as f > relu + f }",
    "net n: x[8] { y = x > [linear(8) as a, relu] > concat\n a > relu }",
    "net n: x[8] { y = (x > linear(8) as a) + x\n y + a }",
    "block b(f): x { x > f > relu + inner }\nb(linear(8) as inner) > relu",
    "block b: x { x > linear(8) as a > relu + a }\nb > b",
    "net n: x[8] { for i in range(2) { x = x > linear(8) as c[i] > relu }\n x }",
    "net n: x[8] { x > linear(8) as a > (for i in range(1) { relu + a }) }",
]


@pytest.mark.parametrize("text", SEEN)
def test_a_label_means_its_tensor_from_there_on(text: str) -> None:
    graph(text)


UNSEEN = [
    "net n: x[8] { y = x > relu + a\n y > linear(8) as a }",
    "net n: x[8] { x > ((linear(8) as a) * 1) > relu + a }",
    "net n: x[8] { x > ((linear(8) as a > relu) * 2 as l) > relu + a }",
    "net n: x[8] { x > for i in range(1) { linear(8) as a } > relu + a }",
    "net n: x[8] { for i in range(1) { x = x > linear(8) as a }\n x + a }",
    "block b: x { x > linear(8) as a }\nnet n: x[8] { x > b > relu + a }",
    "block b: x { x + a }\nnet n: x[8] { x > linear(8) as a > b }",
    "block b(f): x { x > f }\nnet n: x[8] { x > b(linear(8) as a) > relu + a }",
]


@pytest.mark.parametrize("text", UNSEEN)
def test_labels_stay_inside_repeats_loops_and_blocks(text: str) -> None:
    assert codes(text, net="n") == ["E201"]


def test_assignments_layers_and_constants_come_before_labels() -> None:
    assert paths("net n: x[8] { x > linear(8) as bn > bn }") == ["bn", "bn1"]
    assert codes("net n: x[8] { x > relu as x > x }") == ["E207"]
    assert codes("a = 3\nnet n: x[8] { x > relu as a > linear(a) + a }") == []


def test_a_label_inside_a_network_argument_belongs_to_the_body_it_runs_in() -> None:
    text = "block b(f): x { x > f > relu + inner }\nb(linear(8) as inner) > b(linear(8) as inner)"
    assert paths(text) == [
        "b1.f1.inner",
        "b1.relu1",
        "b2.f1.inner",
        "b2.relu1",
    ]


# --- names that PyTorch or the language cannot have --------------------------------------------


@pytest.mark.parametrize(
    "label",
    [
        '"a."',
        '".a"',
        '"a..b"',
        '""',
        "forward",
        '"a.train"',
        "a[-1]",
        r'"a\nb"',
        '"a\u202eb"',
        '"\xa0"',
    ],
)
def test_what_is_no_module_path(label: str) -> None:
    assert codes(f"linear(8) as {label}") == ["E221"]


QUOTED = [
    ('linear(8) as "block1-0"', ["block1-0"]),
    ('linear(8) as "a b.c-d" > linear(8) as "a b.#"', ["a b.c-d", "a b.#"]),
    ('(linear(8) > relu) as "x-{1 + 1}"', ["x-2.0", "x-2.1"]),
    ('linear(8) * 2 as "x y"', ["x y.0", "x y.1"]),
    ('[linear(2) as "p/q", linear(2)] as "r.s" > concat', ["r.s.p/q", "r.s.1", "concat1"]),
    ('linear(8) as "x²"', ["x²"]),
    ('linear(8) as "ｘ"', ["x"]),  # a name, which Python writes in this form
]


@pytest.mark.parametrize(("text", "expected"), QUOTED)
def test_labels_have_any_printable_text(text: str, expected: list[str]) -> None:
    assert paths(text) == expected


REACHED = [
    'x > linear(8) as "model.decoder" > id + (x @ model.decoder.weight)',
    'x > linear(8) as "a-b" as c > linear(8, weight=c."a-b".weight)',
    'x > (linear(8) as "a-b" > relu) as c > linear(8, weight=c."a-b".weight)',
    'x > (linear(8) as "a-b" > relu) as "m.c" > linear(8, weight=m.c."a-b".weight)',
    'x > (linear(8) as "a b.c" > relu) as m > linear(8, weight=m."a b.c".weight)',
    'x > (linear(8) > relu) as "m.0" > linear(8, weight=m.0.0.weight)',
    'x > (linear(8) > relu) as "m.0" > linear(8, weight=m[0].0.weight)',
    "x > linear(8) as layer[1] > linear(8, weight=layer.1.weight)",
    "x > linear(8) as layer[1] > linear(8, weight=layer[1].weight)",
    'x > linear(8) * 3 as "m.layer" > linear(8, weight=m.layer.2.weight)',
    'i = 3\n y = x > (linear(8) as "b{i}-0") as m\n y > linear(8, weight=m."b{i}-0".weight)',
    'x > linear(8) as "stem" > linear(8, weight=stem.weight)',
    'x > [linear(8), relu] as "a.b" > add > linear(8, weight=a.b[0].weight)',
]


@pytest.mark.parametrize("body", REACHED)
def test_paths_of_quoted_labels_can_be_reached_into(body: str) -> None:
    assert codes(f"net n: x[8] {{ {body} }}") == []


UNREACHED = [
    'x > linear(8) as "model.decoder" > id + model.encoder',
    'x > linear(8) as "model.decoder" > id + modell.decoder',
    'x > linear(8) as "model.decoder" > id + model.decoder.wait',
    'x > linear(8) as "model.decoder" > id + model[0]',
]


@pytest.mark.parametrize("body", UNREACHED)
def test_paths_that_no_label_has(body: str) -> None:
    assert codes(f"net n: x[8] {{ {body} }}") == ["E201"]


def test_paths_hide_no_other_name() -> None:
    text = 'net n: x[8] { y = x > linear(8) as "N.a"\n z = y > bn as "relu.b"\n'
    assert codes(text + " z > relu > id + zeros([N, 8]) }") == []
    text = 'net n: x[8] { y = x > linear(8) as a\n z = y > (linear(8) as "a" > relu) as g\n'
    assert paths(text + " z > linear(8, weight=a.weight) }")[0] == "a"


def test_a_failed_label_is_reported_once() -> None:
    text = 'net n: x[8] { y = x > linear(0) as "model.a"\n y > linear(8, weight=model.a.weight) }'
    assert codes(text) == ["E301"]


def test_ranges_are_frozen_as_one_node_each() -> None:
    """A repeat of equal copies is one node, whatever its count."""
    made = graph("linear(8) > linear(8) * 5 as layer > linear(8) * 2")
    assert [(n.path, n.count) for n in made.nodes if n.path] == [
        ("linear1", 1),
        ("layer.0", 5),
        ("linear2", 2),
    ]
    assert len(flatten(made).rows) == 8


SOURCES = [
    ("net n: x[8] { x + (param([1, 8]) as p) }", "p"),
    ("net n: x[8] { (x + (param([1, 8]) as p) > linear(2)) as f }", "f.p f.0"),
    ("net n: x[8] { x > (id + (param([1, 8]) as p) > linear(2)) as f }", "f.p f.0"),
    # a label around a labelled source is a scope
    ("net n: x[8] { w = (param([8]) as weight) as emb\n x + w }", "emb.weight"),
    ("net n: x[8] { w = ((param([8]) as weight) as emb) as all\n x + w }", "all.emb.weight"),
    ("net n: x[8] { x + (-(param([8]) as weight)) as emb }", "emb.weight"),
    ("net n: x[8] { x + (param([2, 8]) as weight)[0] as emb }", "emb.weight"),
    ("net n: x[8] { ((x > linear(4) as q) as a) as b }", "b.a.q"),
    # ... in a network that is applied later too, and once where it is applied again and again
    ("net n: x[8] { x > id + ((linear(8) + (param([8]) as w)) as s) }", "s.w s.0"),
    ("net n: x[8] { x > ((linear(8) + (param([8]) as w)) * 2) as s }", "s.w s.0.0 s.1.0"),
    ("net n: x[8] { share f = (linear(8) + (param([8]) as w)) as s\n x > f > f }", "s.w f.s.0"),
    (
        "block wrap(g): x { x > g as inner }\n"
        "net n: x[8] { x > wrap((linear(8) + (param([8]) as w)) as q) }",
        "q.w wrap1.inner.q.0",
    ),
    (
        "net n: x[8] { y = x * 2.0\n y > (linear(8) + (x > linear(8))) * 2 as s }",
        "linear1 s.0.0 s.1.0",
    ),
    ("block b = id + (param([1, 8]) as p) > linear(8)\nb > b", "b1.p b1.linear1 b2.p b2.linear1"),
    ("net n: x[8] { p = param([1, 8]) as cls\n x + p }", "cls"),
]


@pytest.mark.parametrize(("text", "expected"), SOURCES)
def test_a_parameter_of_its_own_is_named_by_its_label(text: str, expected: str) -> None:
    assert paths(text) == expected.split()


# What stands before its network is applied has its number by where it is written: y's layer, x's.
WRITTEN = [
    ("(linear(4) + (x > linear(6) > linear(4)) > relu) as s", "s.1 s.2 s.0 s.3"),
    ("((x > linear(4)) + linear(4)) as s", "s.0 s.1"),
    ("(linear(4) + (x > linear(4) as q) + linear(4)) as s", "s.q s.0 s.2"),
    ("(linear(4) + (x > linear(8) * 2 > linear(4)) + linear(4)) as s", "s.1 s.2 s.3 s.0 s.4"),
    ("(linear(4) + (x > linear(8) * 2 as k > linear(4)) > relu) as s", "s.k.0 s.k.1 s.2 s.0 s.3"),
    ("(linear(8) + ((param([8]) as w) as e) > relu) as s", "s.e.w s.0 s.2"),
    ("([linear(8), x > linear(4)] as p) > concat", "p.1 p.0 concat1"),
    ("([linear(8), x > linear(4), linear(2)] as p) > concat", "p.1 p.0 p.2 concat1"),
    ("([x > linear(4), linear(4)] as p) > concat", "p.0 p.1 concat1"),
    ("([linear(8), x > linear(4) as q, linear(2)] as p) > concat", "p.q p.0 p.2 concat1"),
    ("([(linear(8) > relu), x > linear(4)] as p) > concat", "p.1 p.0.0 p.0.1 concat1"),
    ("([x, linear(4)] as p) > concat", "p.1 concat1"),
    ("([x > linear(8) > linear(4), linear(4)] as p) > concat", "p.0 p.1 p.2 concat1"),
]


@pytest.mark.parametrize(("pipe", "expected"), WRITTEN)
def test_members_are_numbered_in_written_order(pipe: str, expected: str) -> None:
    assert paths(f"net n: x[8] {{ y = x * 2.0\n y > {pipe} }}") == expected.split()


# --- a net that is another with arguments ---------------------------------------------------------

ALIASES = """
block unit(w) = linear(w) as fc > relu
net wide(w=8) { require w > 0
 unit(w) }
net wider = wide(w=16)
net named = wider
"""


@pytest.mark.parametrize(
    ("pipe", "expected"),
    [
        ("wide", "wide1.fc wide1.relu1"),
        ("wider as a", "a.fc a.relu1"),
        ("named as a", "a.fc a.relu1"),
        ("wide * 2 as a", "a.0.fc a.0.relu1 a.1.fc a.1.relu1"),
        ("(named > linear(2)) as a", "a.0.fc a.0.relu1 a.1"),
    ],
)
def test_a_net_with_arguments_has_no_scope_of_its_own(pipe: str, expected: str) -> None:
    assert paths(f"{ALIASES}net n: x[8] {{ x > {pipe} }}", net="n") == expected.split()


def test_reaching_into_an_imported_net_with_arguments() -> None:
    text = "import resnet\nnet n: x[3, 224, 224] { b = x > resnet.resnet50 as backbone\n {} }"
    assert str(graph(text.replace("{}", "backbone.layer4")).outputs[0].type) == "[N, 2048, 7, 7]"
    assert str(graph(text.replace("{}", "backbone.fc.weight")).outputs[0].type) == "[1000, 2048]"


def test_a_net_with_arguments_as_a_cell() -> None:
    text = """
      block elman(d): x, h[d] { (x > linear(d)) + (h > linear(d, bias=false)) > tanh }
      net cell = elman(8)
      net n: x[5, 4] { x > scan(cell) > scan(cell) }
    """
    layers = ("linear1", "linear2", "tanh1")
    assert paths(text, net="n") == [f"cell{i}.{layer}" for i in (1, 2) for layer in layers]


def test_a_label_of_a_tensor_is_no_number() -> None:
    """Else `linear1.weight` would mean the weight of another module."""
    text = "net n: x[6] {\n y = (x > id) as linear1\n y > linear(2) }"
    assert "linear2" in paths(text)
    assert "linear1" not in paths(text)
