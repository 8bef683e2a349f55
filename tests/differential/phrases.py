"""What random specs are made of: layers and lines with gaps, and the shapes that they give.

A line is a text, ``:``, the sizes without the batch, and perhaps ``+`` with kinds of side results.
A gap ``<d // 2>`` is filled with what its expression is worth. The letters: ``t d`` are the
sizes of a sequence, ``d`` of a vector, ``c h w`` of an image, ``n`` is a free number.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Phrase:
    text: str
    shape: str
    side: tuple[str, ...] = ()


def filled(text: str, values: Mapping[str, Any]) -> str:
    return re.sub(r"<([^<>=]+?)>", lambda gap: str(worth(gap[1], values)), text)


def worth(expression: str, values: Mapping[str, Any]) -> Any:
    return eval(expression, {"__builtins__": {"max": max, "min": min}}, dict(values))


def phrases(table: str) -> tuple[Phrase, ...]:
    found = []
    for line in filter(None, map(str.strip, table.split("\n"))):
        text, _, rest = line.rpartition(" : ")
        shape, _, side = rest.partition("+")
        found.append(Phrase(text.strip(), shape.strip(), tuple(side.split())))
    return tuple(found)


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def lines(table: str) -> tuple[str, ...]:
    return tuple(filter(None, map(str.strip, table.split("\n"))))


def chosen(rng: random.Random, table: tuple[Phrase, ...], values: Mapping[str, Any]) -> Phrase:
    return rng.choice([p for p in table if fits(p, values)])


def fits(phrase: Phrase, values: Mapping[str, Any]) -> bool:
    """Whether the sizes suit: a size that is halved is even, one that is counted is a number."""
    for name in re.findall(r"(\w) // 2", phrase.text + phrase.shape):
        if not isinstance(values[name], int) or values[name] % 2 or values[name] < 4:
            return False
    counted = {m for gap in re.findall(r"<([^<>]*)>", phrase.text) for m in re.findall(r"\w+", gap)}
    counted |= set(re.findall(r"\w+(?= \*)", phrase.shape))
    return all(isinstance(values[n], int) for n in counted & set("tdchw") & set(values))


# --- layers -----------------------------------------------------------------------------------

ACTIVATIONS: Final = lines("""
    relu
    tanh
    sigmoid
    gelu
    silu
    elu
    leaky_relu(0.2)
    softsign
    hardtanh
    mish
    prelu
    relu6
    softplus
    selu
    abs
    sin
    identity
    dropout(0.1)
    gelu(approximate=tanh)
    id
    exp
    neg
    square
    clamp(min=-1, max=1)
    softmax(1)
    hardswish
    round
    floor
""")

KEPT_VECTOR: Final = phrases("""
    linear(<d>) : d
    linear(<d>) : d
    linear(<d>, bias=false) : d
    linear(<d>, weight=eye(<d>) * 0.5) : d
    linear(<d>, bias=ones(<d>)) : d
    layernorm(weight=ones(<d>) * 2.0) : d
    layernorm : d
    bn : d
    sort(1) : d
    cummax(1) : d
    cumsum(1) : d
    flip(1) : d
    roll(1, 1) : d
    rmsnorm : d
    topk(<d>, 1) : d
    (bucketize(linspace(-1, 1, steps=5)) > cast(float)) : d
    searchsorted(linspace(-1, 1, steps=5), right=true) > cast(float) : d
    normalize(1) : d
    fft > real : d
    fft(norm=ortho) > conj > ifft > imag : d
    fft > angle > cos : d
""")

KEPT_SEQUENCE: Final = phrases("""
    linear(<d>) : t, d
    linear(<d>) : t, d
    layernorm : t, d
    layernorm(bias=linspace(0, 1, steps=<d>)) : t, d
    linear(<d>, bias=false, weight=eye(<d>)) : t, d
    rmsnorm : t, d
    gru(<d>) : t, d
    rnn(<d>) : t, d
    rnn(<d>, activation=relu) : t, d
    lstm(<d>) : t, d
    lstm(<d>, layers=2) : t, d
    gru(<d // 2>, bidirectional=true) : t, d
    scan(gru_cell(<d>)) : t, d
    sort(1) : t, d
    sort(-1, descending=true) : t, d
    cummax(1) : t, d
    cummin(1) : t, d
    cumsum(1) : t, d
    softmax(-1) : t, d
    flip(1) : t, d
    roll(1, 1) : t, d
    positions : t, d
    attention(1) : t, d
    attention(1, causal=true) : t, d
    attention(1, return_weights=true) : t, d
    attention(<d // (d // 2)>) : t, d
    fft2 > real : t, d
    fft(1) > fftshift(1) > abs : t, d
    fft(1) > angle > cos : t, d
    rfft(2, norm=ortho) > irfft(2, n=<d>) : t, d
""")

KEPT_IMAGE: Final = phrases("""
    conv(3x3, <c>, pad=1) : c, h, w
    conv(1x1, <c>) : c, h, w
    conv(1x1, <c>, weight=eye(<c>)[:, :, none, none] * 0.5) : c, h, w
    conv(3, <c>, pad=1, groups=<c>, bias=ones(<c>)) : c, h, w
    groupnorm(1, weight=ones(<c>)) : c, h, w
    bn(bias=ones(<c>)) : c, h, w
    conv(3, <c>, pad=1, groups=<c>) : c, h, w
    conv(3x3, <c>, pad=same, bias=false) : c, h, w
    conv(3x3, <c>, pad=2, dilation=2) : c, h, w
    bn : c, h, w
    instancenorm : c, h, w
    maxpool(3, stride=1, pad=1) : c, h, w
    layernorm(dim=1) : c, h, w
    groupnorm(1) : c, h, w
    channel_shuffle(1) : c, h, w
    flip(2, 3) : c, h, w
    rfft2 > irfft2(s=[<h>, <w>], norm=forward) : c, h, w
    fftn([1, 2]) > ifftshift([2, 3]) > imag : c, h, w
    fft(1) > angle > cos : c, h, w
""")

OF_VECTOR: Final = phrases("""
    linear(<n>) : n
    linear(<n>) : n
    unsqueeze(1) : 1, d
    topk(<min(2, d)>, 1) : min(2, d) + indices
    id[:, :<max(1, d - 1)>] : max(1, d - 1)
    linear(<n>)[:, 0:1] : 1
    sum(1, keepdim=true) : 1
    max(1, keepdim=true) : 1
    kthvalue(1, 1, keepdim=true) : 1
    std(1, keepdim=true, correction=0) : 1
    glu : d // 2
    unflatten(1, [2, -1]) : 2, d // 2
    reshape(N, -1, 2) : d // 2, 2
    (chunk(2, dim=1) > add) : d // 2
    chunk(2, dim=1)[0] : d // 2
    tile(1, 8) > stft(8, 4) > istft(8, 4) : d * 8
    tile(1, 8) > stft(8, 4) > istft(8, 4, length=<d * 8 - 1>) : d * 8 - 1
    tile(1, 4) > stft(4, 2) > istft(4, 2, win=3, length=<d>) : d
    tile(1, 4) > stft(4, 1, window=linspace(1, 2, steps=4), normalized=true) > abs : 3, 4 * d + 1
    rfft > view_as_real > flatten(1) : d // 2 * 2 + 2
""")

OF_SEQUENCE: Final = phrases("""
    linear(<n>) : t, n
    linear(<n>) : t, n
    gru(<n>) : t, n + state
    rnn(<n>) : t, n + state
    lstm(<n>) : t, n + state state
    gru(<n>, bidirectional=true) : t, 2 * n
    last : d
    mean(1) : d
    amax(1) : d
    max(1) : d + index
    min(1) : d + index
    median(1) : d + index
    sign > mode(1) : d + index
    kthvalue(2, 1) : d + index
    topk(2, 1) : 2, d + indices
    topk(2, 1, largest=false) : 2, d + indices
    sort(1) : t, d + indices
    cummax(1) : t, d + indices
    id[:, 0] : d
    linear(<n>)[:, -1] : n
    id[:, 1:3] : 2, d
    id[..., :1] : t, 1
    id[:, none, 0] : 1, d
    transpose(1, 2) > conv(3, <n>, pad=1) > transpose(1, 2) : t, n
    permute(0, 2, 1) > conv(1, <n>) > bn > permute(0, 2, 1) : t, n
    sum(1) > unsqueeze(1) : 1, d
    gru(<n>)[:, -1] : n
    transpose(1, 2) > mean(2) : d
    movedim(1, 2) > sum(-1) : d
    attention(2, return_weights=true) > linear(<d // 2>) : t, d // 2
    attention(1, return_weights=true) : t, d + weights
    glu : t, d // 2
    rearrange("b t (h d) -> b t h d", h=2) > sum(2) : t, d // 2
    (chunk(2, dim=-1) > mul) : t, d // 2
    split([<d // 2>, <d // 2>], dim=2)[1] : t, d // 2
    reshape(N, -1, <d>) : t, d
    unflatten(2, [1, -1]) > flatten(2) : t, d
    narrow(2, start=0, length=1) : t, 1
""")

OF_FIXED: Final = phrases("""
    flatten : t * d
    unbind(1)[0] : d
    (unbind(1) > add) : d
    transpose(1, 2) : d, t
    unbind(1) > stack(1) : t, d
    reshape(-1, <t * d>) : t * d
    einsum("b t d -> b d t") : d, t
    (chunk(1, dim=1))[0] : t, d
""")

OF_IMAGE: Final = phrases("""
    conv(3x3, <n>, pad=1) : n, h, w
    conv(1x1, <n>) : n, h, w
    conv(1x1, <n>) > bn > relu : n, h, w
    gap : c
    mean([2, 3]) : c
    amax([2, 3]) : c
    adaptive_avgpool(2) : c, 2, 2
    adaptive_maxpool(1) > flatten : c
    maxpool(2) : c, h // 2, w // 2
    pool(2, 2) : c, h // 2, w // 2
    avgpool(2) : c, h // 2, w // 2
    maxpool(2, return_indices=true) : c, h // 2, w // 2 + unpool
    conv(3x3, <n>, stride=2, pad=1) : n, h // 2, w // 2
    pixel_unshuffle(2) : c * 4, h // 2, w // 2
    flatten(2) > transpose(1, 2) : h * w, c
    max(2) : c, w + index
    sum(3) > transpose(1, 2) : h, c
    pad([1, 1, 0, 0])[..., 1:<w + 1>] : c, h, w
""")

OF_SMALL: Final = phrases("""
    upsample(2) : c, h * 2, w * 2
    upsample(2, mode=bilinear) : c, h * 2, w * 2
    conv_transpose(2, <n>, stride=2) : n, h * 2, w * 2
    flatten : c * h * w
""")

SIDES: Final = phrases("""
    gru(<d>) : t, d + state
    gru(<d>) : t, d + state
    rnn(<d>) : t, d + state
    lstm(<d>) : t, d + state state
    gru(<d>, layers=2) : t, d + state
    sort(1) : t, d + indices
    sort(-1) : t, d + indices
    cummax(1) : t, d + indices
    cummin(-1) : t, d + indices
    topk(<d>, -1) : t, d + indices
    scan(gru_cell(<d>)) : t, d + state
    scan(lstm_cell(<d>)) : t, d + state state
    scan(rnn_cell(<d>), reverse=true) : t, d + state
    attention(1, return_weights=true) : t, d + weights
""")
"""Layers that keep a sequence's shape, and have side results."""

SIDES_OF_VECTOR: Final = phrases("""
    sort(1) : d + indices
    cummax(1) : d + indices
    topk(<d>, 1) : d + indices
""")

SIDES_OF_IMAGE: Final = phrases("""
    maxpool(3, stride=1, pad=1, return_indices=true) : c, h, w + indices
""")

# --- lines ------------------------------------------------------------------------------------

NUMBERS: Final = phrases("""
    3 + 1 : 4
    min(6, 9) : 6
    len([1, 2, 3]) : 3
    make_divisible(7) : 8
    2**2 : 4
    sum([2, 4]) : 6
    int(8 / 2) : 4
    [2, 4, 6][1] : 4
    max(2, 3) : 3
    7 // 2 + 7 % 2 : 4
    round(3.6) : 4
    ceil(3.2) : 4
    [i * 2 for i in range(4) if i > 1][0] : 4
    zip([1, 2], [3, 4])[1][1] : 4
    -2 + 8 : 6
    4 if 1 < 2 and not false else 3 : 4
""")

TESTS: Final = lines("""
    <n> == <v>
    <n> > <v>
    2 in [1, 2]
    not true
    <v> < 3 or <n> > 5
    len([1, 2]) == 2
    3 not in [<n>]
    none == none
""")

CELLS: Final = lines("""
    (x > linear(d)) + (h > linear(d, bias=false)) > tanh
    [x, h] > concat > linear(d) > tanh
    n = (x > linear(d)) * h > sigmoid; [n > linear(d), n]
    [x, h] > gru_cell(d)
    [x > linear(d), h] > rnn_cell(d) > act
    x > linear(d) as inp > act > id + h
    (h > linear(d) * 2) + (x > linear(d) > act)
    z = [x, h] > concat(1) > (linear(d) > act) as gate; gate * h + z
    y, i = x > linear(d) > sort(1); y + h
    for i in range(2) { h = h + (x > linear(d) as step[i]) }; h > tanh
""")
"""Cells of one sequence and one state of ``d``."""

LONG_CELLS: Final = phrases("""
    n = (x > linear(d)) + (y > linear(d)) + h > tanh; [n > linear(3), n, c * 0.5 + n] : 3
    n = (x > linear(d)) * h + (y > linear(d)) > sigmoid; m = c > gru_cell(d); [n, n, m] : n
    [x > linear(d) > id + h, [h, c] > add > tanh] : n
    o = [x > linear(d), h] > gru_cell(d); [o + (y > linear(d)), c - o] : n
    [x + y > linear(d), h, c] > lstm_cell(d) : n
""")
"""Cells of two sequences and two states, and the width of what they give."""

PAIRS: Final = lines("""
    [a + (b > linear(<d>)), b]
    [b, a > linear(<d>) > tanh]
    c = a + b > linear(<d>); [c, a]
    [a, b] > [add, mul]
    [a > linear(<d>) as p, b > layernorm as q]
    c, d = [a, b] > concat(-1) > linear(<2 * d>) > chunk(2, dim=-1); [c, d + a]
    [a > sort(1), b > cummax(1)]
""")
"""Blocks of two tensors to two tensors."""

PAIRS_REPEATED: Final = lines("""
    <f> * <k><l>
    <f> > <f><l>
    (for i in range(<k>) { <f> })
    <f> * 2 > <f> * 3
    (<f> > <f>) * <k><l>
""")

CROSSED: Final = lines("""
    [<q>, <k>] > attention(2)
    [<q>, <k>, <k>] > attention(2)
    [<q>, <k>] > attention(2, return_weights=true)
""")

ARGUMENTS: Final = lines("""
    (relu > tanh)
    [relu, tanh] > add
    id + relu
    relu as inner
    (relu > sigmoid) as _
    prelu as inner
    (prelu > prelu)
""")
"""Networks that keep every shape, as arguments."""

CARRIED: Final = lines("""
    k = [<a>, <b>] > add > linear(<d>)<l>; <b> = <a>; <a> = k
    <a> = <a> + (<b> > linear(<d>)<l>); <b> = <b> > linear(<d>)
    <b> = [<a>, <b>] > concat(-1) > linear(<d>)<l>
    for j in range(2) { <a> = <a> > linear(<d>) }; <b> = <a> * <b>
    <a>, <b> = [<b> > linear(<d>)<l>, <a>]
    for j in range(2) { <a> = <a> > linear(<d> + i + j) as nn[i][j] > linear(<d>) }; <b> = <a> + <b>
    if_ = <a> > (linear(<d>) > relu) as "s{i}" > linear(<d>); <a> = if_ + <b>; <b> = if_
    for j, w in enumerate([2, 3]) { <b> = <b> + (<a> > linear(w) > linear(<d>) as "t{i}_{j}") }
""")
"""Loops that carry two tensors."""

TOWERS: Final = lines("""
    x > linear(<d>) > (<f>(n - 1) if n > 1 else id)
    y = x > linear(<d>) as p > relu; x + (y > <f>(n - 1) if n > 0 else y)
    x > linear(<d> + n) > linear(<d>) > (<f>(n - 1) if n > 1 else tanh)
    x + (x > ([<f>(n - 1), relu] as way > add) if n > 1 else (x > linear(<d>)))
""")
"""Blocks that call themselves."""

LABELS_ON_LABELS: Final = lines("""
    (f as a1) as <l>
    ((f as a1) as b2) as <l>
    ((f > g) as a1) as <l>
    (f * 2 as a1) as <l>
    (f > g) * 2 as <l>
    (f as a1 > g) * 3 as <l>
    ((f > g) as a1) * 2 as <l>
    (f * 2) * 2 as <l>
    [f as a1, g] as <l> > add
    [(f > g), id] as <l> > add
    [f * 2, f] as <l> > add
    (f > [f, g] as a1 > add) as <l>
    (f > (f > g) as _ > g) as <l>
    (f > f * 2 as _ > g) as <l>
    ((f > g) as _) * 2 as <l>
    (for k in range(2) { f > g }) as <l>
    (id + (g > f)) * 2 as <l>
    (f as l0 > f as l1 > g) as <l>
    (f > g as a1[0]) as <l>
    ((f > g)[..., 0:<d>] > f) as <l>
    (f > [f, id + g] > add) as <l>
    ([f, f] as _ > add > g) as <l>
    (f * 2 > g * 2) as <l>
    (f > g) as <l> > f * 2
    (f as a1 > (g as a1 > f) as b2) as <l>
""")
"""Groups, where ``f`` and ``g`` keep the shape."""

SIDES_IN_GROUPS: Final = lines("""
    (<b>) as <l>
    (<b>) * <k> as <l>
    ((<b>) as _ > relu) as <l>
    (<b>) * <k>
    (for i in range(<k>) { <b> }) as <l>
    [(<b>), relu] as <l> > add
    id + (<b>) * <k>
    ((<b>) as inner) * <k> as <l>
""")

SIDES_REPEATED: Final = lines("""
    <f> * <k>
    <f> > <f> * <k> > <f>
    (for i in range(<k>) { <f> })
    (<f> > tanh) * <k>
    (<f> * 2 > <f>) * 2
    id + <f> * <k>
    <f> * <k> as <l>
    (<f> > <f>) as <l>
    (<f> * <k> > sigmoid) as <l>
    ((id + <f>) * <k>) as <l>
    [<f>, <f>] as <l> > add
""")

OF_SIZES: Final = phrases("""
    <x> + (arange(<x>.t) > cast(float) > unsqueeze(1)) : t, d
    [<x>, zeros([N, <x>.t, 2])] > concat(-1) : t, d + 2
    [<x>, ones([N, 1, <d>])] > concat : ?
    <x> > reshape(N, <x>.t * <d>) > reshape(N, <x>.t, <d>) : t, d
    <x>[:, 1:] > sum(1) : d
    <x> > reshape(-1, <d>) > sum(0, keepdim=true) : ?
    (<x> > transpose(1, 2)) @ <x> : d, d
    <x> @ (<x> > transpose(1, 2)) > softmax(-1) > sum(-1) : ?
    <x>[:, :<x>.t - 1] > mean(1) : d
    <x> > repeat_interleave(2, dim=1) > mean(1) : d
    <x> > pad([0, 0, 1, 1]) > transpose(1, 2) > conv(3, <d>) > transpose(1, 2) : t, d
    (<x> > linear(3)) * <x>.d : t, 3
    <x> * <x>.t ** -0.5 : t, d
    <x> / sqrt(<x>.t) - 1 / (<x>.t + 1) : t, d
    <x> > linear(<d>) * (0.5 * <x>.t) > clamp(max=log(<x>.t, 2)) : t, d
    (<x> > gt(0) > cast(int)) * (<x>.t / 2) : t, d
    <x> > <f>(<x>.t) > linear(<d>) : t, d
    <x> > (((linear(<x>.d) > layernorm)) if <x>.d == <d> else relu) : t, d
    <x> > tile(1, 2, 1) > amax(1) : d
    <x> + (ones([<x>.shape[1], 1]) * <x>.shape[2]) : t, d
    (arange(<x>.t) > embed(20, <d>)) + <x> : t, d
    <x> > unsqueeze(1) > expand(-1, 2, -1, -1) > sum(1) : t, d
    <x>[:, ::2] > sum(1) : d
    ((<x> > amax(1)) > unsqueeze(1)) + <x> : t, d
    <x> + (window_offsets(2, 3) > embed(15, <d>) > sum([0, 1])) : t, d
    <x> + (window_offsets(2, 2, flat=true) > embed(9, <d>) > sum(0)) : t, d
    <x> > rfft(1) > irfft(1, n=<x>.t) : t, d
    <x> > (linear(1) > flatten) > tile(1, 8) > stft(8, 3) > istft(8, 3, length=<x>.t) : t
    [<x>, <x> > sin] > polar > real : t, d
    [<x>, <x> > tanh] > polar > angle > sin : t, d
    [<x> > exp, <x> > linear(<d>)] > complex > view_as_real > select(-1, 1) : t, d
    <x> > unflatten(1, [1, <x>.t]) > squeeze(1) : t, d
    <x> > flip(1) > roll(2, 1) > transpose(1, 2) > matmul(<x>) : d, d
""")

OF_IMAGE_SIZES: Final = lines("""
    <x> > conv(1x1, <x>.c)
    <x> * (<x> > gap > linear(<x>.c) > sigmoid)[:, :, none, none]
    <x> > reshape(N, <x>.c, <x>.h * <x>.w) > reshape(N, <c>, <x>.h, <x>.w)
    <x> > conv(3x3, 2 * <x>.c, pad=1) > conv(1x1, <c>)
    <x> > (conv(1x1, <c>) if <x>.c != <c> else bn)
    <x> > upsample(size=[<x>.h, <x>.w])
    <x> > grid_sample((<x> > gap > linear(6) > reshape(-1, 2, 3) > affine_grid([<x>.h, <x>.w])))
    <x> + (<x> > roi_align((<x> > gap > linear(4))[:, none], 1, sampling_ratio=2))[:, 0]
    <x> + (<x> > roi_align((<x> > gap > linear(4))[:, none], 1, aligned=true))[:, 0]
""")

HEADS: Final = lines("""
    <x> > attention(2, mask=(ones([<x>.t, <x>.t]) > tril > cast(bool)))
    [<x>, <x> > linear(<d>), <x>] > sdpa
    [<x>, <x>, <x>] > sdpa(causal=true)
    [<x>, <x>, <x>] > sdpa(scale=1 / sqrt(<x>.t))
    [<x>, <x>, <x>] > sdpa(mask=(ones([<x>.t, <x>.t]) > tril > cast(bool)))
    [<x>, <x>] > einsum("b i d, b j d -> b i j") > softmax(-1) > matmul(<x>)
    (<x> @ (<x> > transpose(1, 2)) / 2.0 > softmax(-1)) @ <x>
    [<x>, <x>] > attention(2, key_mask=(<x> > sum(2) > ge(-99)))
""")

INDEXED_SEQUENCE: Final = phrases("""
    <x>[:, 0] : d
    <x>[:, -1] : d
    <x>[:, :2] : 2, d
    <x>[..., 0:1] : t, 1
    <x>[:, none, 0] : 1, d
    [<x>, <x> > relu][1] : t, d
    [<x>, <x> > relu, <x>][1:] > add : t, d
    <x>[:, [1, 0]] : 2, d
    <x> > index_add(constant([1, 0]), 1, src=<x>[:, :2], alpha=0.5) : t, d
    <x> > scatter_reduce(<x> > argsort(1), 1, src=<x> > tanh, reduce=amax) : t, d
    <x> > scatter_reduce(<x> > gt(0) > cast(int), 1, src=<x> > sin, reduce=mean) : t, d
    (<x> > unbind(2))[0] > unsqueeze(2) : t, 1
    <x>[:, 1:3] > flatten : 2 * d
    reversed([<x>, <x> > tanh])[0] : t, d
    <x>[:, constant([1, 0, 1])] : 3, d
""")

INDEXED_VECTOR: Final = phrases("""
    <x>[:, :2] : 2
    <x>[:, none] : 1, d
    <x>[:, [1, 0]] : 2
    <x> > scatter_reduce(<x> > gt(0) > cast(int), 1, src=<x> > sin, reduce=amin) : d
    <x> > scatter_reduce(<x> > lt(0) > cast(int), 1, src=<x>, reduce=sum, include_self=false) : d
    <x> > scatter_reduce(<x> > argsort(1), 1, src=<x> > relu, reduce=prod) : d
    [<x>, <x> > linear(3)][-1] : 3
    <x>[:, ::2] > sum(1, keepdim=true) : 1
""")

INDEXED_IMAGE: Final = phrases("""
    <x>[:, :1] : 1, h, w
    <x>[:, :, 0] : c, w
    <x>[..., 0] : c, h
    <x>[:, -1] : h, w
""")

MASKED: Final = lines("""
    <m> > where(<x>, 0.0)
    [<m>, <x>, <x> * 0.5] > where
    <x> > masked_fill(<m>, 0.5)
    (<m> > cast(float)) * <x>
    (<m> > logical_not) > where(1.0, <x>)
""")

SOURCES: Final = lines("""
    ones(<d>)
    (arange(<d>) > cast(float))
    full([<d>], 0.5)
    linspace(0, 1, steps=<d>)
    (<x> > ones_like)
    constant([0.25] * <d>)
    (param([<d>]) as <l>)
    (param([1, <d>]) as <l>)
    (constant([0.5] * <d>, persistent=true) as <l>)
    (ones([<d>], persistent=true) as <l>)
    (window_offsets(<d>) > cast(float) > mean(0))
    (window_offsets(<d>, persistent=true) as <l> > cast(float) > mean(1))
    (param([<d>], init=normal(std=0.02)) as <l>)
""")

REACHED: Final = lines("""
    (linear(<d>) > relu > linear(<d>)) as <l> | <l>.0
    (linear(<d>) > relu > linear(<d>)) as <l> | <l>.1
    linear(<d>) * 3 as <l> | <l>.1
    (linear(<d>) > tanh) * 3 as <l> | <l>.1
    (linear(<d>) as p9 > tanh) * 2 as <l> | <l>.0
    (linear(<d>) as p9 > (linear(<d>) as q9 > tanh) as r9) as <l> | <l>.r9.q9
    (linear(<d>) > linear(<d>) * 2 as r9) as <l> | <l>.r9.1
    (linear(<d>) > sort(-1)) as <l> | <l>.0
    (layernorm > (linear(<d>) > relu) as _ > linear(<d>)) as <l> | <l>.1
    linear(<d>) as "<l>.q-1" | <l>."q-1"
    (linear(<d>) > tanh) as "<l>.a" | <l>.a.0
    linear(<d>) * 2 as "<l>.a.b" | <l>.a.b[0]
    (linear(<d>) as "k-{1}" > relu) as <l> | <l>."k-1"
    (linear(<d>) as "a b.c" > tanh) as <l> | <l>."a b".c
    (linear(<d>) as "#.é" > tanh) as "<l>.x y" | <l>."x y.#.é"
    linear(<d>) as <l>[2] > linear(<d>) as <l>[0] | <l>."{1 + 1}"
""")
"""What can be reached behind a label, all of one shape."""

MANY: Final = (
    ("*m9", "[t > relu for t in m9] > add"),
    ("*m9", "m9[0] + m9[-1]"),
    ("a9, *m9", "a9 + ([t > tanh for t in m9] > add) if len(m9) > 1 else a9 - m9[0]"),
    ("a9, *m9", "[[t] for t in m9][0][0] * 0.5 + a9"),
)
"""The inputs and the body of a block of many tensors of one shape."""

OWN_SOURCES: Final = (
    "(n): () = param([n]) as w9",
    "(n): () -> [n] { param([n]) as w9 }",
    "(n, f=relu): () { a = param([1, n]) as w9\n [a, a > f > linear(n)] > add }",
    "(n): () { [param([n]) as w9, param([n]) as v9] > mul }",
    "(n): () = (ones([n]) > tanh) * 0.5",
)
"""The rest of a block that is a source of `n` numbers."""

USED_SOURCES: Final = lines("""
    <x> + <f>(<d>)
    <x> > id * <f>(<d>)
    <x> + (<f>(<d>) as <l>)
    <x> > (id + <f>(<d>) + <f>(<d>)) as <l>
    <x> > [id, relu] as <l> > add > id - <f>(<d>)
    <x> + <f>(n=<d>) + (<f>(<d>) > relu)
    <x> > for i9 in range(2) { id + <f>(<d>) }
    <x> > (relu + (<f>(<d>) as a9)) as <l>
""")

MASKS: Final = lines("""
    <x> > masked_fill(<m> > unsqueeze(2), 0.5)
    <x> * (<m> > cast(float) > unsqueeze(-1))
    [<x>, <x>] > attention(1, key_mask=<m>)
    [<m> > unsqueeze(2), <x>, <x> * 0.5] > where
    [(<m> > logical_not) > unsqueeze(2), <x>, zeros([1, 1, <d>])] > where
""")

LISTED: Final = phrases("""
    (for k in <p> { linear(k) } > linear(<d>)) : widths
    ([linear(k) > linear(<d>) for k in <p>] > add) : widths
    (linear(<p>[0]) > linear(<d>)) : widths
    (for i, k in enumerate(<p>) { linear(k + i) > linear(<d>) }) : widths
    (for f in <p> { f }) : layers
    (<p>[0] > <p>[1]) : layers
    ([f > tanh for f in <p>] > add) : layers
    (<p> > add) : layers
""")
"""Networks of a parameter that is a list."""

ALIASES: Final = lines("""
    net n = made
    net n = (made)
    net other = made; net n = other
    net n = made(kw=3)
    net other = made; net n = other(kw=5)
    net other = made; net another = other; net n = another(kw=2)
    net other(more=2) = made(kw=more + 1); net n = other(more=4)
    net other(more=2) = made; net n = other(kw=6, more=3)
""")

DEFAULTS: Final = lines("""
    default linear(bias=false)
    default conv(bias=false)
    default linear(bias=true)
    default gru(bias=false)
    default layernorm(eps=0.1)
    default attention(bias=false)
    default lstm(layers=2)
    default bn(affine=false)
    default leaky_relu(negative_slope=0.5)
""")
