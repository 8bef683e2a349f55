"""Names of PyTorch and Keras: each is explained, and what is offered instead is what it was."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

import netwright as nw
from netwright.compiler.advice.foreign import explain_name, foreign_names, is_sequential
from netwright.compiler.advice.foreign_names import INSTEAD, OUT_OF_SCOPE
from netwright.compiler.layers import layers

MODULES = sorted(
    name for name, c in vars(nn).items() if inspect.isclass(c) and issubclass(c, nn.Module)
)
FUNCTIONS = sorted(
    name
    for name, f in vars(functional).items()
    if callable(f) and not name.startswith("_") and not name.endswith("_")
)
KERAS = [
    word
    for line in Path(__file__).with_name("keras_layers.txt").read_text().splitlines()
    if not line.startswith("#")
    for word in line.split()
]
TYPES = {
    "Any",
    "Callable",
    "Tensor",
    "TYPE_CHECKING",
    "BroadcastingList1",
    "BroadcastingList2",
    "BroadcastingList3",
    "DType",
    "GRID_SAMPLE_INTERPOLATION_MODES",
    "SwizzleType",
    "ScalingType",
}


@pytest.mark.parametrize("name", sorted({*MODULES, *FUNCTIONS, *KERAS} - TYPES))
def test_every_name_is_explained(name: str) -> None:
    known = set(layers())
    message, help, word = explain_name(name, known)
    assert name in known or word in known or (message and (help or is_sequential(name)))


N = {"1": "4x10", "2": "4x10x10", "3": "4x6x6x6"}
CALLS: dict[str, tuple[str, str]] = {
    **{f"Conv{n}d": ("4, 6, 3", N[n]) for n in N},
    **{f"ConvTranspose{n}d": ("4, 6, 3", N[n]) for n in N},
    **{f"LazyConv{n}d": ("6, 3", N[n]) for n in N},
    **{f"LazyConvTranspose{n}d": ("6, 3", N[n]) for n in N},
    **{f"{kind}Pool{n}d": ("2, stride=1", N[n]) for kind in ("Max", "Avg") for n in N},
    **{f"AdaptiveAvgPool{n}d": ("2", N[n]) for n in N},
    **{f"AdaptiveMaxPool{n}d": ("2", N[n]) for n in N},
    **{f"LPPool{n}d": ("2, 3", N[n]) for n in N},
    **{
        f"{lazy}{kind}Norm{n}d": ("" if lazy else "4", N[n])
        for kind in ("Batch", "Instance")
        for n in N
        for lazy in ("", "Lazy")
    },
    **{
        f"{kind}Pad{n}d": ("2", N[n])
        for kind in ("Reflection", "Replication", "Circular", "Zero")
        for n in N
    },
    **{f"ConstantPad{n}d": ("2, 0.5", N[n]) for n in N},
    **{f"Dropout{n}d": ("0.3", N[n]) for n in N},
    "UpsamplingNearest2d": ("scale_factor=2", N["2"]),
    "UpsamplingBilinear2d": ("scale_factor=2", N["2"]),
    "Upsample": ("scale_factor=2", N["2"]),
    "CrossMapLRN2d": ("5", N["2"]),
    "LocalResponseNorm": ("5", N["2"]),
    "FractionalMaxPool2d": ("2, output_size=4", N["2"]),
    "SyncBatchNorm": ("4", N["2"]),
    "Linear": ("8, 3", "8"),
    "LazyLinear": ("3", "8"),
    "LSTM": ("8, 16", "5x8"),
    "GRU": ("8, 16, num_layers=2", "5x8"),
    "RNN": ("8, 16", "5x8"),
    "LayerNorm": ("8", "5x8"),
    "RMSNorm": ("8", "5x8"),
    "GroupNorm": ("2, 4", N["2"]),
    "Flatten": ("", N["2"]),
    "Unflatten": ("1, [2, 4]", "8"),
    "Identity": ("", "8"),
    "PixelShuffle": ("2", N["2"]),
    "PixelUnshuffle": ("2", N["2"]),
    "ChannelShuffle": ("2", N["2"]),
    "Unfold": ("3, padding=1", N["2"]),
    "Fold": ("[4, 4], 2", "16x9"),
    "Embedding": ("10, 6", "5 int"),
    "Softmax": ("dim=1", "8"),
    "LogSoftmax": ("dim=1", "8"),
    "Softmin": ("dim=1", "8"),
    "Softmax2d": ("", N["2"]),
    "GLU": ("1", "8"),
    "PReLU": ("", "8"),
    "ELU": ("0.5", "8"),
    "CELU": ("0.5", "8"),
    "LeakyReLU": ("0.1", "8"),
    "Hardtanh": ("-2.0, 2.0", "8"),
    "Hardshrink": ("0.3", "8"),
    "Softshrink": ("0.3", "8"),
    "Threshold": ("0.1, 0.5", "8"),
    "Softplus": ("2", "8"),
    "RReLU": ("0.1, 0.3", "8"),
    "GELU": ("", "8"),
    "Dropout": ("0.3", "8"),
    "AlphaDropout": ("0.3", "8"),
    "FeatureAlphaDropout": ("0.3", N["2"]),
    **dict.fromkeys(
        (
            "ReLU",
            "ReLU6",
            "SELU",
            "SiLU",
            "Mish",
            "Sigmoid",
            "Tanh",
            "Tanhshrink",
            "Hardsigmoid",
            "Hardswish",
            "LogSigmoid",
            "Softsign",
        ),
        ("", "8"),
    ),
    "TransformerEncoderLayer": ("8, 2, 16", "5x8"),
}
IN_NETS: dict[str, tuple[str, str]] = {
    "Bilinear": ("8, 6, 4", "a[8], b[6] { [a, b] > %s }"),
    "CosineSimilarity": ("1", "a[8], b[8] { [a, b] > %s }"),
    "PairwiseDistance": ("2", "a[8], b[8] { [a, b] > %s }"),
    "GRUCell": ("8, 16", "a[8], b[16] { [a, b] > %s }"),
    "RNNCell": ("8, 16", "a[8], b[16] { [a, b] > %s }"),
    "LSTMCell": ("8, 16", "a[8], b[16], c[16] { [a, b, c] > %s }"),
    "MultiheadAttention": ("8, 2", "a[5, 8] { a > %s }"),
    "EmbeddingBag": ("10, 4", "a[5] int { a > %s }"),
    "TransformerEncoder": ("nn.TransformerEncoderLayer(8, 2, 16), 2", "a[5, 8] { a > %s }"),
    "FractionalMaxPool3d": ("2, output_size=3", "a[4, 6, 6, 6] { a > %s }"),
    **{
        f"MaxUnpool{n}d": (
            "2",
            f"a[{N[n].replace('x', ', ')}] {{ y, i = a > maxpool(2, "
            "return_indices=true)\n [y, i] > %s }",
        )
        for n in N
    },
}


@pytest.mark.parametrize("name", sorted(IN_NETS))
def test_the_fix_in_a_net(name: str) -> None:
    arguments, body = IN_NETS[name]
    text = f"nn.{name}({arguments})"
    net = nw.loads(mended("net f: " + body % text, None))
    quiet = ", enable_nested_tensor=False)" if name == "TransformerEncoder" else ")"
    module: Any = eval(text[:-1] + quiet, {"nn": nn})
    assert sum(p.numel() for p in module.parameters()) == net.params


def test_the_calls_are_all() -> None:
    """Losses aside, and what is told instead of translated."""
    left = {n for n in MODULES if "Loss" not in n} - set(OUT_OF_SCOPE) - set(INSTEAD)
    assert left - set(CALLS) - set(IN_NETS) == {"Sequential", "ModuleList"}


@pytest.mark.parametrize("name", sorted(CALLS))
def test_the_fix_is_the_module(name: str) -> None:
    """Shape and parameters are those of the module that the foreign call makes."""
    arguments, shape = CALLS[name]
    text = f"nn.{name}({arguments})" if arguments else f"nn.{name}()"
    net = nw.loads(mended(text, shape), inputs=shape)
    module: Any = eval(text, {"nn": nn})
    if name in ("LSTM", "GRU", "RNN", "TransformerEncoderLayer"):
        module = eval(text[:-1] + ", batch_first=True)", {"nn": nn})
    sizes = [int(s) for s in shape.split()[0].split("x")]
    x = torch.zeros(2, *sizes, dtype=torch.long if "int" in shape else torch.float)
    y = module.eval()(x)
    y = y[0] if isinstance(y, tuple) else y
    assert sum(p.numel() for p in module.parameters()) == net.params
    (output,) = net.outputs.values()
    assert [2, *output.shape[1:]] == list(y.shape)


KERAS_CALLS = [
    ("Activation('relu')", "relu", "8"),
    ("Activation('softmax')", "softmax(dim=-1)", "8"),
    ("Dense(10, activation='softmax')", "linear(10) > softmax(dim=-1)", "8"),
    ("Conv2D(8, 3, padding='same', activation='relu')", "conv(3x3, 8, pad=same) > relu", "3x9x9"),
    ("Convolution2D(8, 3, strides=2)", "conv(3x3, 8, stride=2)", "3x9x9"),
    ("MaxPooling2D(2)", "maxpool(2)", "3x8x8"),
    ("MaxPooling2D(pool_size=2, strides=1)", "maxpool(2, 1)", "3x8x8"),
    ("AveragePooling1D(2)", "avgpool(2)", "3x8"),
    ("GlobalAveragePooling2D()", "gap", "3x8x8"),
    ("GlobalMaxPooling2D()", "adaptive_maxpool(1) > flatten", "3x8x8"),
    ("ZeroPadding2D(1)", "pad(1)", "3x8x8"),
    ("ZeroPadding2D(padding=2)", "pad(2)", "3x8x8"),
    ("UpSampling2D(2)", "upsample(2)", "3x8x8"),
    ("Conv2DTranspose(4, 3)", "conv_transpose(3x3, 4)", "3x8x8"),
    (
        "Conv2DTranspose(4, 3, strides=2, padding='same')",
        "conv_transpose(3x3, 4, stride=2, pad=1, output_pad=1)",
        "3x8x8",
    ),
    (
        "Conv2DTranspose(4, 4, strides=2, padding='same')",
        "conv_transpose(4x4, 4, stride=2, pad=1)",
        "3x8x8",
    ),
    (
        "Conv2DTranspose(4, 2, strides=2, padding='same')",
        "conv_transpose(2x2, 4, stride=2)",
        "3x8x8",
    ),
    (
        "UpSampling2D(size=[2, 2], interpolation='bilinear')",
        "upsample([2, 2], mode='bilinear')",
        "3x8x8",
    ),
    ("LeakyReLU(alpha=0.3)", "leaky_relu(negative_slope=0.3)", "8"),
    ("Dense(10, use_bias=false)", "linear(10, bias=false)", "8"),
    ("nn.RNN(8, 4, nonlinearity='relu')", "rnn(4, activation='relu')", "5x8"),
    ("nn.RNN(8, 4, 2, 'relu')", "rnn(4, layers=2, activation='relu')", "5x8"),
    ("BatchNormalization()", "batchnorm(eps=1e-3, momentum=0.01)", "3x8x8"),
    ("BatchNormalization(momentum=0.9)", "batchnorm(eps=1e-3, momentum=1 - 0.9)", "3x8x8"),
    ("LayerNormalization()", "layernorm(eps=1e-3)", "5x8"),
    ("LSTM(16)", "lstm(16) > last", "5x8"),
    ("GRU(units=16)", "gru(16) > last", "5x8"),
    ("LSTM(16, return_sequences=true)", "lstm(16)", "5x8"),
    ("SimpleRNN(4)", "rnn(4) > last", "5x8"),
    ("Bidirectional(LSTM(16))", "lstm(16, bidirectional=true) > last", "5x8"),
    ("TimeDistributed(Dense(4))", "linear(4)", "5x8"),
    ("Reshape([2, 4])", "reshape(-1, 2, 4)", "8"),
    ("Permute([2, 1])", "permute(0, 2, 1)", "5x8"),
    ("Conv2D(8, 3, strides=2, padding='same')", "conv(3x3, 8, stride=2, pad=1)", "3x9x9"),
    ("MaxPooling2D(2, strides=2, padding='same')", "maxpool(2, stride=2, ceil_mode=true)", "3x9x9"),
    ("BatchNormalization(axis=-1)", "batchnorm(eps=1e-3, momentum=0.01)", "3x8x8"),
    ("LayerNormalization(axis=-1)", "layernorm(eps=1e-3, dim=-1)", "5x8"),
    ("MultiHeadAttention(num_heads=2, key_dim=4)", "attention(2)", "5x8"),
    ("Dropout(0.3)", "dropout(0.3)", "8"),
    ("SpatialDropout1D(0.3)", "feature_dropout(0.3)", "5x8"),
    ("Embedding(10, 4)", "embedding(10, 4)", "5 int"),
    ("InnerProduct(num_output=4)", "linear(4)", "8"),
    ("Embedding(input_dim=10, output_dim=4)", "embedding(10, 4)", "5 int"),
    ("GroupNormalization(2)", "groupnorm(2, eps=1e-3)", "4x8x8"),
    ("Bidirectional(LSTM(16, return_sequences=true))", "lstm(16, bidirectional=true)", "5x8"),
    ("nn.Sequential(nn.Linear(8, 4), nn.ReLU())", "linear(4) > relu", "8"),
    (
        "Sequential([nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), nn.ReLU])",
        "conv(3x3, 8) > batchnorm > relu",
        "3x8x8",
    ),
]


@pytest.mark.parametrize(("text", "meant", "shape"), KERAS_CALLS)
def test_calls_of_keras(text: str, meant: str, shape: str) -> None:
    assert nw.loads(mended(text, shape), inputs=shape) == nw.loads(meant, inputs=shape)


def test_a_norm_over_several_axes_is_not_the_layernorm_here() -> None:
    """Which is over one, so the call has no translation."""
    found, *_ = nw.check("net f: x[3, 8, 8] { x > nn.LayerNorm([3, 8, 8]) }")
    assert found.fix is None
    assert any("one axis" in text for text in found.help)


WITH_A_BLOCK = [
    ("SeparableConv2D(16, 3)", "8x9x9", 8 * 9 + 8 * 16 + 16, "[N, 16, 7, 7]"),
    ("SeparableConv2D(16, 3, padding='same', activation='relu')", "8x9x9", 216, "[N, 16, 9, 9]"),
    ("SeparableConv1D(filters=16, kernel_size=3, strides=2)", "8x9", 8 * 3 + 144, "[N, 16, 4]"),
    ("DepthwiseConv2D(3)", "8x9x9", 8 * 9 + 8, "[N, 8, 7, 7]"),
    ("DepthwiseConv2D(kernel_size=3, padding='same')", "8x9x9", 80, "[N, 8, 9, 9]"),
]


@pytest.mark.parametrize(("text", "shape", "params", "result"), WITH_A_BLOCK)
def test_a_call_that_is_a_block_here(text: str, shape: str, params: int, result: str) -> None:
    """Parameters and shapes as Keras documents them."""
    net = nw.loads(mended(f"relu > {text}", shape), inputs=shape)
    assert net.params == params
    assert [str(port) for port in net.outputs.values()] == [result]


def test_a_block_is_brought_along_once() -> None:
    text = "relu > DepthwiseConv2D(3) > relu > DepthwiseConv2D(5)"
    assert mended(text, "8x9x9").count("block depthwise") == 1


def test_a_decoder_layer() -> None:
    net = nw.loads(
        mended("net f: x[5, 8], m[7, 8] { [x, m] > nn.TransformerDecoderLayer(8, 2, 16) }", None)
    )
    module = nn.TransformerDecoderLayer(8, 2, 16, dropout=0.0, batch_first=True).eval()
    ours = net.to_torch().eval()
    ours.load_state_dict(dict(zip(ours.state_dict(), _in_our_order(module), strict=True)))
    x, memory = torch.randn(2, 5, 8), torch.randn(2, 7, 8)
    assert torch.allclose(ours(x, memory), module(x, memory), atol=1e-6)


def _in_our_order(module: nn.TransformerDecoderLayer) -> list[torch.Tensor]:
    """PyTorch keeps the norms together, at the end."""
    parts = (
        module.self_attn,
        module.norm1,
        module.multihead_attn,
        module.norm2,
        module.linear1,
        module.linear2,
        module.norm3,
    )
    return [tensor for part in parts for tensor in part.state_dict().values()]


IN_A_BODY = [
    ("F.relu(x)", "x > relu"),
    ("x > F.relu(x)", "x > relu"),
    ("nn.ReLU()(x)", "x > relu"),
    ("torch.cat([x, x], dim=1)", "[x, x] > concat(dim=1)"),
    ("torch.cat([x, x])", "[x, x] > concat(dim=0)"),
    ("F.max_pool2d(x, 2, 1)", "x > maxpool(2, 1)"),
    ("F.softmax(x, dim=1)", "x > softmax(1)"),
    ("F.interpolate(x, scale_factor=2)", "x > upsample(scale=2)"),
    ("torch.flatten(x, 1)", "x > flatten(1)"),
    ("torch.flatten(x)", "x > flatten(start=0)"),
    ("x.flatten()", "x > flatten(0)"),
    ("F.pad(x, [1, 1])", "x > pad([1, 1])"),
    ("F.dropout(x, 0.5)", "x > dropout(0.5)"),
    ("F.normalize(x)", "x > normalize(dim=1)"),
    ("torch.mean(x, dim=1)", "x > mean(1)"),
    ("torch.matmul(x, x)", "[x, x] > matmul"),
    ("nn.Linear(8, 4)(x)", "x > linear(4)"),
]


@pytest.mark.parametrize(("text", "meant"), IN_A_BODY)
def test_functions_are_piped(text: str, meant: str) -> None:
    net = "net f: x[3, 8, 8] {{ {} }}"
    assert nw.loads(mended(net.format(text), None)) == nw.loads(net.format(meant))


OF_SEVERAL = [
    ("torch.fft.rfft(s, n=6)", "s > rfft(n=6)"),
    ("torch.stft(s, 8, hop_length=4, return_complex=true)", "s > stft(8, hop=4)"),
    ("s > stft(8, win_length=6)", "s > stft(8, win=6)"),
    ("F.grid_sample(x, g)", "x > grid_sample(g)"),
    ("grid_sample(x, g)", "x > grid_sample(g)"),
    ("torchvision.ops.roi_align(x, b, 7, 0.5)", "x > roi_align(b, 7, spatial_scale=0.5)"),
    ("torchvision.ops.roi_align(x, b, output_size=7)", "x > roi_align(b, 7)"),
    ("torch.searchsorted(e, s, right=True)", "s > searchsorted(e, right=true)"),
    ("torch.bucketize(s, e)", "s > bucketize(e)"),
    ("torch.index_add(b, 2, i, b)", "b > index_add(i, 2, src=b)"),
    ("torch.complex(s, s)", "[s, s] > complex"),
]


@pytest.mark.parametrize(("text", "meant"), OF_SEVERAL)
def test_functions_of_several_tensors(text: str, meant: str) -> None:
    net = """net f: x[3, 8, 8], g[4, 4, 2], b[5, 4], s[16] {{
      e, i = [constant([0.5, 1.0]), constant([0, 1, 2, 3])]
      [x, g, b, s, e, i, {}] }}"""
    assert nw.loads(mended(net.format(text), None)) == nw.loads(net.format(meant))


def mended(text: str, shape: str | None) -> str:
    """The text after its fixes."""
    for _ in range(4):
        errors = [d for d in nw.check(text, inputs=shape) if d.severity == "error"]
        if not errors:
            return text
        fix = errors[0].fix
        assert fix is not None, (text, errors)
        for edit in sorted(fix.edits, key=lambda e: e.span.start, reverse=True):
            text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    raise AssertionError(text)


def test_what_is_told_compiles() -> None:
    """The texts of layers among what is written instead of a call."""
    written = {w for name in INSTEAD for w in re.findall(r"`(\w+\([^`]*\))`", INSTEAD[name])}
    for text in sorted(w for w in written if "x > " not in w and w.split("(")[0] in layers()):
        if not re.search(r"\b(n|m|groups|heads|vocab)\b", text):
            assert any(fits(text, shape) for shape in ("8", "5x8", "4x8x8", "5 int")), text


def fits(text: str, shape: str) -> bool:
    return not [d for d in nw.check(text, inputs=shape) if d.severity == "error"]


def test_a_name_from_elsewhere_is_one_layers() -> None:
    names = [
        name
        for layer in dict.fromkeys(layers().values())
        for foreign in layer.__dict__.get("foreign", ())
        for name in foreign.spelled()
    ]
    assert len(set(names)) == len(names)
    assert all(word in layers() for word in {f.word for f in foreign_names().values()})
