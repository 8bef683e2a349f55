"""What each layer computes, by PyTorch's own functions: a table that shares nothing with the
compiler's. An entry takes the piped tensors and the settings, and asks its unit for weights."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any, Literal, Protocol

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

Results = Tensor | Sequence[Tensor]
Settings = dict[str, Any]


class Counts(Protocol):
    """What counts the multiplications."""

    def count(self, macs: int) -> None: ...


class Unit(Counts, Protocol):
    """One instance of a layer: it holds the weights too."""

    def has(self, name: str) -> bool:
        """Whether a tensor is given in the place of a weight."""

    def weight(self, name: str, *shape: int) -> Tensor: ...
    def buffer(self, name: str, *shape: int, start: float | None = None) -> Tensor: ...


Run = Callable[[Unit, list[Tensor], Settings], Results]
Plain = Callable[[list[Tensor], Settings], Any]
Made = Callable[[Settings], Tensor]


@dataclass(frozen=True)
class Entry:
    """A layer: the names of its first settings, and what kind its results are of."""

    run: Run
    positional: tuple[str, ...] = ()
    results: Literal["one", "side", "bundle"] = "one"
    variadic: bool = False
    source: bool = False
    weights: bool = True
    """Whether it has weights; ``weight=`` and ``bias=`` may be tensors in their place."""


TABLE: dict[str, Entry] = {}


def words(text: str) -> list[str]:
    return text.split()


def layer(names: str, positional: str = "", **more: Any) -> Callable[[Run], Run]:
    def enter(run: Run) -> Run:
        for word in words(names):
            TABLE[word] = Entry(run, tuple(positional.split()), **more)
        return run

    return enter


def function(names: str, positional: str = "", **more: Any) -> Callable[[Plain], Plain]:
    """Likewise for a layer without weights."""

    def enter(run: Plain) -> Plain:
        layer(names, positional, weights=False, **more)(lambda _, x, s: run(x, s))
        return run

    return enter


def source(names: str, positional: str = "") -> Callable[[Made], Made]:
    """Likewise for what makes a tensor from nothing."""

    def enter(run: Made) -> Made:
        layer(names, positional, source=True)(lambda _, __, s: run(s))
        return run

    return enter


# --- elementwise ----------------------------------------------------------------------------


def _of_one(word: str, run: Callable[..., Results], positional: str = "", **more: Any) -> None:
    """A function of one tensor and its settings."""
    function(word, positional, **more)(lambda x, s: run(x[0], **s))


for _word in words(
    "relu relu6 tanh sigmoid silu elu celu selu mish softplus softsign tanhshrink hardshrink"
    " softshrink hardsigmoid hardswish leaky_relu logsigmoid hardtanh softmax log_softmax softmin"
    " normalize"
):
    _first = {
        "leaky_relu": "negative_slope",
        "elu": "alpha",
        "celu": "alpha",
        "softplus": "beta",
        "hardtanh": "min_val max_val",
        "hardshrink": "lambd",
        "softshrink": "lambd",
        "softmax": "dim",
        "log_softmax": "dim",
        "softmin": "dim",
        "normalize": "dim p",
    }
    _of_one(_word, getattr(F, _word), _first.get(_word, ""))
for _word in words(
    "abs sin cos exp expm1 square neg sign floor ceil round trunc erf atan asinh sinh cosh exp2"
    " logical_not nan_to_num isnan isfinite sqrt log"
):
    _of_one(_word, getattr(torch, _word))
for _word in ("dropout", "stochastic_depth", "feature_dropout", "alpha_dropout", "identity"):
    function(_word, "p")(lambda x, _: x[0])
TABLE["swish"] = TABLE["silu"]


@function("gelu", "approximate")
def gelu(x: list[Tensor], s: Settings) -> Tensor:
    return F.gelu(x[0], approximate=s.get("approximate") or "none")


@function("glu", "dim")
def glu(x: list[Tensor], s: Settings) -> Tensor:
    return F.glu(x[0], s.get("dim", -1))


@layer("prelu", "num_parameters")
def prelu(u: Unit, x: list[Tensor], s: Settings) -> Tensor:
    return F.prelu(x[0], u.weight("weight", s.get("num_parameters", 1)))


@function("clamp", "min max")
def clamp(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].clamp(s.get("min"), s.get("max"))


@function("cast to", "dtype")
def cast(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].to(DTYPES[s["dtype"]])


DTYPES = {"float": torch.float32, "int": torch.int64, "bool": torch.bool, "complex": torch.cfloat}

OPERATORS: dict[str, Callable[[Any, Any], Tensor]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "//": lambda a, b: a // b,
    "%": lambda a, b: a % b,
    "**": lambda a, b: a**b,
    "@": lambda a, b: a @ b,
    ">": lambda a, b: a > b,
    "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b,
    "<=": lambda a, b: a <= b,
    "==": lambda a, b: torch.eq(a, b),
    "!=": lambda a, b: torch.ne(a, b),
}
_OPERATOR_WORDS = {
    "add": "+",
    "sub": "-",
    "mul": "*",
    "div": "/",
    "floordiv": "//",
    "mod": "%",
    "pow": "**",
    "matmul": "@",
    "gt": ">",
    "lt": "<",
    "ge": ">=",
    "le": "<=",
    "eq": "==",
    "ne": "!=",
}


def operate(unit: Counts, symbol: str, a: Any, b: Any) -> Tensor:
    """``a + b``: an operator on tensors and numbers."""
    made = OPERATORS[symbol](a, b)
    if symbol == "@" and b.dim() > 1 and not (a.shape == (1,) and b.dim() > 2):
        unit.count(made.numel() * a.shape[-1])
    return made


def _operands(x: list[Tensor], s: Settings) -> list[Any]:
    values = [*x, *([s["other"]] if "other" in s else [])]
    if len(values) < 2:
        raise ValueError("an operator on one tensor")
    return values


def _operator(symbol: str) -> Run:
    return lambda u, x, s: reduce(lambda a, b: operate(u, symbol, a, b), _operands(x, s))


for _word, _symbol in _OPERATOR_WORDS.items():
    TABLE[_word] = Entry(_operator(_symbol), ("other",))


def _of_two(word: str, run: Callable[[Any, Any], Tensor]) -> None:
    function(word, "other")(lambda x, s: reduce(run, _operands(x, s)))


for _word in words("maximum minimum logical_and logical_or logical_xor logaddexp atan2"):
    _of_two(_word, getattr(torch, _word))


@function("where", "a b")
def where(x: list[Tensor], s: Settings) -> Tensor:
    values: list[Any] = [*x, *(s[k] for k in ("a", "b") if k in s)]
    mask, first, second = values
    return torch.where(mask, first, second)


@function("lerp", "end weight")
def lerp(x: list[Tensor], s: Settings) -> Tensor:
    end = x[1] if len(x) > 1 else s["end"]
    return torch.lerp(x[0], end, s["weight"])


@function("masked_fill", "mask value")
def masked_fill(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].masked_fill(s["mask"], s["value"])


# --- weights --------------------------------------------------------------------------------


@layer("linear fc", "out")
def linear(u: Unit, x: list[Tensor], s: Settings) -> Tensor:
    size, out = x[0].shape[-1], s["out"]
    weight = u.weight("weight", out, size)
    bias = u.weight("bias", out) if s.get("bias", True) else None
    made = F.linear(x[0], weight, bias)
    u.count(made.numel() * size)
    return made


@layer("bilinear", "out")
def bilinear(u: Unit, x: list[Tensor], s: Settings) -> Tensor:
    a, b = x
    weight = u.weight("weight", s["out"], a.shape[-1], b.shape[-1])
    bias = u.weight("bias", s["out"]) if s.get("bias", True) else None
    return F.bilinear(a, b, weight, bias)


def _sizes(value: Any, rank: int) -> list[int]:
    return [value] * rank if isinstance(value, int) else list(value)


@layer("conv", "kernel out")
def conv(u: Unit, x: list[Tensor], s: Settings) -> Tensor:
    image, groups, out = x[0], s.get("groups", 1), s["out"]
    rank = image.dim() - 2
    kernel = _sizes(s["kernel"], rank)
    weight = u.weight("weight", out, image.shape[1] // groups, *kernel)
    bias = u.weight("bias", out) if s.get("bias", True) else None
    pad = s.get("pad", 0)
    made: Tensor = (F.conv1d, F.conv2d, F.conv3d)[rank - 1](
        image,
        weight,
        bias,
        _sizes(s.get("stride", 1), rank),
        pad if isinstance(pad, str) else _sizes(pad, rank),
        _sizes(s.get("dilation", 1), rank),
        groups,
    )
    u.count(made.numel() * image.shape[1] // groups * math.prod(kernel))
    return made


@layer("conv_transpose", "kernel out")
def conv_transpose(u: Unit, x: list[Tensor], s: Settings) -> Tensor:
    image, groups, out = x[0], s.get("groups", 1), s["out"]
    rank = image.dim() - 2
    kernel = _sizes(s["kernel"], rank)
    weight = u.weight("weight", image.shape[1], out // groups, *kernel)
    bias = u.weight("bias", out) if s.get("bias", True) else None
    settings = [s.get("stride", 1), s.get("pad", 0), s.get("output_pad", 0)]
    function: Any = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[rank - 1]
    made: Tensor = function(
        image,
        weight,
        bias,
        *(_sizes(v, rank) for v in settings),
        groups,
        _sizes(s.get("dilation", 1), rank),
    )
    u.count(image.numel() * (out // groups) * math.prod(kernel))
    return made


@layer("embedding embed", "count dim")
def embedding(u: Unit, x: list[Tensor], s: Settings) -> Tensor:
    return F.embedding(x[0], u.weight("weight", s["count"], s["dim"]))


@layer("embedding_bag", "count dim")
def embedding_bag(u: Unit, x: list[Tensor], s: Settings) -> Tensor:
    rows = F.embedding(x[0], u.weight("weight", s["count"], s["dim"]))
    mode = s.get("mode", "mean")
    return rows.amax(1) if mode == "max" else rows.sum(1) if mode == "sum" else rows.mean(1)


@layer("positions", "length")
def positions(u: Unit, x: list[Tensor], s: Settings) -> Tensor:
    steps, width = x[0].shape[1:]
    if s.get("mode") == "learned":
        return x[0] + u.weight("weight", s.get("length", 5000), width)[:steps]
    rates = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
    angles = torch.arange(steps).unsqueeze(1) * rates
    return x[0] + torch.stack([angles.sin(), angles.cos()], 2).flatten(1)[:, :width]


# --- normalisation --------------------------------------------------------------------------


def _scales(u: Unit, size: int, learns: bool) -> list[Tensor | None]:
    """Scale and shift: learned, or tensors."""
    return [u.weight(n, size) if learns or u.has(n) else None for n in ("weight", "bias")]


@layer("batchnorm bn")
def batchnorm(u: Unit, x: list[Tensor], s: Settings) -> Tensor:
    size, eps = x[0].shape[1], s.get("eps", 1e-5)
    weight, bias = _scales(u, size, s.get("affine", True))
    mean, variance = u.buffer("running_mean", size), u.buffer("running_var", size, start=1.0)
    u.buffer("num_batches_tracked", start=0)
    return F.batch_norm(x[0], mean, variance, weight, bias, False, 0.1, eps)


@layer("groupnorm gn", "groups")
def groupnorm(u: Unit, x: list[Tensor], s: Settings) -> Tensor:
    size = x[0].shape[1]
    weight, bias = _scales(u, size, s.get("affine", True))
    return F.group_norm(x[0], s["groups"], weight, bias, s.get("eps", 1e-5))


@layer("instancenorm")
def instancenorm(u: Unit, x: list[Tensor], s: Settings) -> Tensor:
    size = x[0].shape[1]
    weight, bias = _scales(u, size, s.get("affine", False))
    return F.instance_norm(x[0], None, None, weight, bias, True, 0.1, s.get("eps", 1e-5))


@layer("layernorm ln")
def layernorm(u: Unit, x: list[Tensor], s: Settings) -> Tensor:
    dim = s.get("dim", -1)
    value = x[0].movedim(dim, -1)
    size = value.shape[-1]
    weight, bias = u.weight("weight", size), u.weight("bias", size) if s.get("bias", True) else None
    return F.layer_norm(value, (size,), weight, bias, s.get("eps", 1e-5)).movedim(-1, dim)


@layer("rmsnorm")
def rmsnorm(u: Unit, x: list[Tensor], s: Settings) -> Tensor:
    dim = s.get("dim", -1)
    value = x[0].movedim(dim, -1)
    size = value.shape[-1]
    made = F.rms_norm(value, (size,), u.weight("weight", size), s.get("eps"))
    return made.movedim(-1, dim)


@function("local_response_norm lrn", "size")
def local_response_norm(x: list[Tensor], s: Settings) -> Tensor:
    return F.local_response_norm(x[0], s["size"])


# --- pooling --------------------------------------------------------------------------------


@function("maxpool pool", "kernel stride", results="side")
def maxpool(x: list[Tensor], s: Settings) -> Results:
    rank = x[0].dim() - 2
    function: Any = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[rank - 1]
    kernel = _sizes(s["kernel"], rank)
    stride = kernel if s.get("stride") is None else _sizes(s["stride"], rank)
    made: Results = function(
        x[0],
        kernel,
        stride,
        _sizes(s.get("pad", 0), rank),
        _sizes(s.get("dilation", 1), rank),
        s.get("ceil_mode", False),
        s.get("return_indices", False),
    )
    return made


@function("avgpool", "kernel stride")
def avgpool(x: list[Tensor], s: Settings) -> Tensor:
    rank = x[0].dim() - 2
    function: Any = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[rank - 1]
    kernel = _sizes(s["kernel"], rank)
    stride = kernel if s.get("stride") is None else _sizes(s["stride"], rank)
    made: Tensor = function(x[0], kernel, stride, _sizes(s.get("pad", 0), rank))
    return made


@function("adaptive_avgpool", "size")
def adaptive_avgpool(x: list[Tensor], s: Settings) -> Tensor:
    rank = x[0].dim() - 2
    function: Any = (F.adaptive_avg_pool1d, F.adaptive_avg_pool2d)[rank - 1]
    made: Tensor = function(x[0], _sizes(s["size"], rank))
    return made


@function("adaptive_maxpool", "size", results="side")
def adaptive_maxpool(x: list[Tensor], s: Settings) -> Results:
    rank = x[0].dim() - 2
    function: Any = (F.adaptive_max_pool1d, F.adaptive_max_pool2d)[rank - 1]
    made: Results = function(x[0], _sizes(s["size"], rank), s.get("return_indices", False))
    return made


@function("gap")
def gap(x: list[Tensor], _: Settings) -> Tensor:
    return x[0].flatten(2).mean(2)


@function("max_unpool", "kernel stride")
def max_unpool(x: list[Tensor], s: Settings) -> Tensor:
    rank = x[0].dim() - 2
    function: Any = (F.max_unpool1d, F.max_unpool2d)[rank - 1]
    made: Tensor = function(x[0], x[1], s["kernel"], s.get("stride"))
    return made


# --- sequences ------------------------------------------------------------------------------


def _stacked(gates: int, kept: int, function: Callable[..., Any]) -> Run:
    def run(u: Unit, x: list[Tensor], s: Settings) -> Results:
        data, *states = x
        hidden, depth, bias = s["hidden"], s.get("layers", 1), s.get("bias", True)
        ways = ("", "_reverse")[: 2 if s.get("bidirectional") else 1]
        flat: list[Tensor] = []
        for level in range(depth):
            size = data.shape[2] if level == 0 else hidden * len(ways)
            for way in ways:
                flat.append(u.weight(f"weight_ih_l{level}{way}", gates * hidden, size))
                flat.append(u.weight(f"weight_hh_l{level}{way}", gates * hidden, hidden))
                u.count(data.shape[0] * data.shape[1] * gates * hidden * (size + hidden))
                if bias:
                    flat.append(u.weight(f"bias_ih_l{level}{way}", gates * hidden))
                    flat.append(u.weight(f"bias_hh_l{level}{way}", gates * hidden))
        if not states:
            states = [torch.zeros(depth * len(ways), data.shape[0], hidden)] * kept
        first: Any = states if kept == 2 else states[0]
        which = s.get("activation", "tanh")
        made: Results = (function if kept == 2 or gates == 3 else getattr(torch, f"rnn_{which}"))(
            data, first, flat, bias, depth, 0.0, False, len(ways) == 2, True
        )
        return made

    return run


TABLE["rnn"] = Entry(_stacked(1, 1, torch.rnn_tanh), ("hidden",), "side")
TABLE["gru"] = Entry(_stacked(3, 1, torch.gru), ("hidden",), "side")
TABLE["lstm"] = Entry(_stacked(4, 2, torch.lstm), ("hidden",), "side")


def _cell(gates: int, kept: int, function: Callable[..., Any]) -> Run:
    def run(u: Unit, x: list[Tensor], s: Settings) -> Results:
        data, *states = x
        hidden = s["hidden"]
        weights = [
            u.weight("weight_ih", gates * hidden, data.shape[1]),
            u.weight("weight_hh", gates * hidden, hidden),
        ]
        if s.get("bias", True):
            weights += [u.weight(f"bias_{k}", gates * hidden) for k in ("ih", "hh")]
        u.count(data.shape[0] * gates * hidden * (data.shape[1] + hidden))
        if not states:
            states = [torch.zeros(data.shape[0], hidden)] * kept
        first: Any = states if kept == 2 else states[0]
        made: Results = function(data, first, *weights)
        return made

    return run


TABLE["rnn_cell"] = Entry(_cell(1, 1, torch.rnn_tanh_cell), ("hidden",))
TABLE["gru_cell"] = Entry(_cell(3, 1, torch.gru_cell), ("hidden",))
TABLE["lstm_cell"] = Entry(_cell(4, 2, torch.lstm_cell), ("hidden",), "side")


def _heads(x: Tensor, heads: int) -> Tensor:
    return x.reshape(*x.shape[:2], heads, -1).transpose(1, 2)


def _added(mask: Tensor) -> Tensor:
    """A mask as what is added to scores: true means keep."""
    if mask.dtype != torch.bool:
        return mask
    return torch.zeros(mask.shape).masked_fill(~mask, -math.inf)


@layer("attention", "heads", results="side")
def attention(u: Unit, x: list[Tensor], s: Settings) -> Results:
    q, k, v = x * 3 if len(x) == 1 else (*x, x[-1])[:3]
    width, heads = q.shape[2], s["heads"]
    if k.shape[2] == v.shape[2] == width:
        weights = u.weight("in_proj_weight", 3 * width, width).chunk(3)
    else:
        sizes = {"q": width, "k": k.shape[2], "v": v.shape[2]}
        weights = tuple(u.weight(f"{n}_proj_weight", width, d) for n, d in sizes.items())
    bias = s.get("bias", True)
    biases = u.weight("in_proj_bias", 3 * width).chunk(3) if bias else (None,) * 3
    out = u.weight("out_proj.weight", width, width)
    out_bias = u.weight("out_proj.bias", width) if bias else None
    parts = (q, k, v)
    a, b, c = (
        _heads(F.linear(t, w, z), heads) for t, w, z in zip(parts, weights, biases, strict=True)
    )
    scores = a @ b.transpose(2, 3) / math.sqrt(width // heads)
    if s.get("causal"):
        scores = scores + _added(torch.ones(scores.shape[2:], dtype=torch.bool).tril())
    if s.get("mask") is not None:
        mask = _added(s["mask"])
        scores = scores + (mask.unsqueeze(1) if mask.dim() == 3 else mask)
    if s.get("key_mask") is not None:
        scores = scores + _added(s["key_mask"])[:, None, None, :]
    chances = scores.softmax(-1)
    made = F.linear((chances @ c).transpose(1, 2).flatten(2), out, out_bias)
    u.count(q.numel() * width * 2 + (k.numel() + v.numel()) * width + 2 * q.numel() * k.shape[1])
    return (made, chances.mean(1)) if s.get("return_weights") else made


@layer("sdpa")
def sdpa(u: Unit, x: list[Tensor], s: Settings) -> Tensor:
    q, k, v = x
    scores = q @ k.transpose(-2, -1) * (s.get("scale") or q.shape[-1] ** -0.5)
    if s.get("causal"):
        scores = scores + _added(torch.ones(scores.shape[-2:], dtype=torch.bool).tril())
    if s.get("mask") is not None:
        scores = scores + _added(s["mask"])
    made: Tensor = scores.softmax(-1) @ v
    u.count(math.prod(made.shape[:-1]) * k.shape[-2] * (q.shape[-1] + v.shape[-1]))
    return made


# --- shapes ---------------------------------------------------------------------------------


@function("flatten", "start end")
def flatten(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].flatten(s.get("start", 1), s.get("end", -1))


@function("unflatten", "dim sizes")
def unflatten(x: list[Tensor], s: Settings) -> Tensor:
    return torch.unflatten(x[0], s["dim"], s["sizes"])


@function("last")
def last(x: list[Tensor], _: Settings) -> Tensor:
    return x[0][:, -1]


@function("concat cat", "dim")
def concat(x: list[Tensor], s: Settings) -> Tensor:
    return torch.cat(x, s.get("dim", 1))


@function("stack", "dim")
def stack(x: list[Tensor], s: Settings) -> Tensor:
    return torch.stack(x, s["dim"])


@function("chunk", "count dim", results="bundle")
def chunk(x: list[Tensor], s: Settings) -> Results:
    return x[0].chunk(s["count"], s["dim"])


@function("split", "sizes dim", results="bundle")
def split(x: list[Tensor], s: Settings) -> Results:
    return torch.split(x[0], s["sizes"], s["dim"])


@function("unbind", "dim", results="bundle")
def unbind(x: list[Tensor], s: Settings) -> Results:
    return x[0].unbind(s["dim"])


@function("permute", "dims", variadic=True)
def permute(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].permute(s["dims"])


@function("reshape view", "sizes", variadic=True)
def reshape(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].reshape(s["sizes"])


@function("expand", "sizes", variadic=True)
def expand(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].expand(s["sizes"])


@function("flip", "dims", variadic=True)
def flip(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].flip(s["dims"])


@function("tile", "counts", variadic=True)
def tile(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].tile(s["counts"])


@function("transpose swapaxes", "dim0 dim1")
def transpose(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].transpose(s["dim0"], s["dim1"])


@function("movedim moveaxis", "source destination")
def movedim(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].movedim(s["source"], s["destination"])


@function("unsqueeze", "dim")
def unsqueeze(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].unsqueeze(s["dim"])


@function("squeeze", "dim")
def squeeze(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].squeeze(s["dim"])


@function("narrow", "dim start length")
def narrow(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].narrow(s["dim"], s["start"], s["length"])


@function("roll", "shifts dims")
def roll(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].roll(s["shifts"], s["dims"])


@function("repeat_interleave", "count dim")
def repeat_interleave(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].repeat_interleave(s["count"], s["dim"])


@function("pad", "sizes")
def pad(x: list[Tensor], s: Settings) -> Tensor:
    return F.pad(x[0], s["sizes"])


@function("upsample", "scale")
def upsample(x: list[Tensor], s: Settings) -> Tensor:
    mode = s.get("mode", "nearest")
    if mode == "bilinear":
        return F.interpolate(x[0], s.get("size"), s.get("scale"), mode, False)
    return F.interpolate(x[0], s.get("size"), s.get("scale"), mode)


@function("pixel_shuffle", "factor")
def pixel_shuffle(x: list[Tensor], s: Settings) -> Tensor:
    return F.pixel_shuffle(x[0], s["factor"])


@function("pixel_unshuffle", "factor")
def pixel_unshuffle(x: list[Tensor], s: Settings) -> Tensor:
    return F.pixel_unshuffle(x[0], s["factor"])


@function("channel_shuffle", "groups")
def channel_shuffle(x: list[Tensor], s: Settings) -> Tensor:
    n, _, *sizes = x[0].shape
    return x[0].reshape(n, s["groups"], -1, *sizes).transpose(1, 2).flatten(1, 2)


@function("tril", "diagonal")
def tril(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].tril(s.get("diagonal", 0))


@function("triu", "diagonal")
def triu(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].triu(s.get("diagonal", 0))


@function("one_hot", "count")
def one_hot(x: list[Tensor], s: Settings) -> Tensor:
    return F.one_hot(x[0], s["count"])


@function("gather", "index dim")
def gather(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].gather(s["dim"], s["index"])


@function("scatter_reduce", "index dim")
def scatter_reduce(x: list[Tensor], s: Settings) -> Tensor:
    own = s.get("include_self", True)
    return x[0].scatter_reduce(s["dim"], s["index"], s["src"], s["reduce"], include_self=own)


@function("index_add", "index dim")
def index_add(x: list[Tensor], s: Settings) -> Tensor:
    return x[0].index_add(s["dim"], s["index"], s["src"], alpha=s.get("alpha", 1))


@function("searchsorted", "sorted_sequence")
def searchsorted(x: list[Tensor], s: Settings) -> Tensor:
    row, right = s["sorted_sequence"], s.get("right", False)
    less = (
        row.unsqueeze(-2) <= x[0].unsqueeze(-1) if right else row.unsqueeze(-2) < x[0].unsqueeze(-1)
    )
    counts: Tensor = less.sum(-1)
    return counts


@function("bucketize", "boundaries")
def bucketize(x: list[Tensor], s: Settings) -> Tensor:
    run: Plain = searchsorted
    counts: Tensor = run(x, s | {"sorted_sequence": s["boundaries"]})
    return counts


@function("grid_sample", "grid")
def grid_sample(x: list[Tensor], s: Settings) -> Tensor:
    mode, border = s.get("mode", "bilinear"), s.get("padding_mode", "zeros")
    return F.grid_sample(x[0], s["grid"], mode, border, s.get("align_corners", False))


@function("affine_grid", "size")
def affine_grid(x: list[Tensor], s: Settings) -> Tensor:
    """``theta @ (x, y, 1)``, for the middles of pixels."""
    axes = x[0].shape[1]
    sizes, corners = _sizes(s["size"], axes), s.get("align_corners", False)
    lines = [
        torch.linspace(-1, 1, n) if corners else (torch.arange(n) * 2 + 1) / n - 1 for n in sizes
    ]
    places = torch.meshgrid(*lines, indexing="ij")
    ones = torch.ones(places[0].shape)
    made: Tensor = torch.stack([*reversed(places), ones], -1) @ x[0].mT.reshape(
        len(x[0]), *[1] * (axes - 1), axes + 1, axes
    )
    return made


@function("roi_align", "boxes size")
def roi_align(x: list[Tensor], s: Settings) -> Tensor:
    """One box, bin and sample after another."""
    image, boxes, (h, w) = x[0], s["boxes"], _sizes(s["size"], 2)
    scale, ratio, aligned = (s.get(k, d) for k, d in ROI_DEFAULTS)
    made = torch.zeros(*boxes.shape[:2], image.shape[1], h, w)
    for n, r in itertools.product(range(boxes.shape[0]), range(boxes.shape[1])):
        left, top, right, bottom = (boxes[n, r] * scale - (0.5 if aligned else 0.0)).tolist()
        height, width = bottom - top, right - left
        if not aligned:
            height, width = max(height, 1.0), max(width, 1.0)
        rows, columns = (
            ratio if ratio > 0 else math.ceil(a / b) for a, b in ((height, h), (width, w))
        )
        for i, j, k, m in itertools.product(range(h), range(w), range(rows), range(columns)):
            y = top + height / h * (i + (k + 0.5) / rows)
            x_ = left + width / w * (j + (m + 0.5) / columns)
            made[n, r, :, i, j] += _between(image[n], y, x_) / (rows * columns)
    return made


ROI_DEFAULTS = (("spatial_scale", 1.0), ("sampling_ratio", -1), ("aligned", False))


def _between(image: Tensor, y: float, x: float) -> Tensor:
    """The value between four pixels [C]."""
    height, width = image.shape[1:]
    if not (-1 <= y <= height and -1 <= x <= width):
        return torch.zeros(len(image))
    y, x = min(max(y, 0.0), height - 1), min(max(x, 0.0), width - 1)
    top, left = int(y), int(x)
    bottom, right = min(top + 1, height - 1), min(left + 1, width - 1)
    upper = image[:, top, left] * (1 - x + left) + image[:, top, right] * (x - left)
    lower = image[:, bottom, left] * (1 - x + left) + image[:, bottom, right] * (x - left)
    return upper * (1 - y + top) + lower * (y - top)


@function("window_offsets", "sizes", variadic=True, source=True)
def window_offsets(_: list[Tensor], s: Settings) -> Tensor:
    """As torchvision computes them."""
    sizes = torch.tensor(s["sizes"])
    coords = torch.stack(torch.meshgrid(*map(torch.arange, s["sizes"]), indexing="ij")).flatten(1)
    offsets = (coords[:, :, None] - coords[:, None, :]).permute(1, 2, 0) + sizes - 1
    factors = [math.prod((2 * sizes[i + 1 :] - 1).tolist()) for i in range(len(sizes))]
    made = (offsets * torch.tensor(factors)).sum(-1)
    return made.flatten() if s.get("flat") else made


for _word in words("fft ifft rfft irfft fft2 ifft2 rfft2 irfft2 fftshift ifftshift"):
    _of_one(_word, getattr(torch.fft, _word), "dim")
for _word in words("fftn ifftn rfftn irfftn"):
    _of_one(_word, partial(getattr(torch.fft, _word), dim=(-2, -1)), "dim")
for _word in words("real imag angle conj"):
    _of_one(_word, getattr(torch, _word))
_of_one("view_as_complex", torch.view_as_complex)
_of_one("view_as_real", lambda x: torch.stack([x.real, x.imag], -1))


@function("complex")
def complex_(x: list[Tensor], _: Settings) -> Tensor:
    return x[0] + x[1] * 1j


@function("polar")
def polar(x: list[Tensor], _: Settings) -> Tensor:
    return x[0] * torch.exp(x[1] * 1j)


def _window(s: Settings) -> tuple[int, int, Tensor]:
    """The size of a part, the step to the next one, and the factors."""
    size = s["n_fft"]
    hop, win = s.get("hop") or size // 4, s.get("win") or size
    side = (size - win) // 2
    factors = s["window"] if s.get("window") is not None else torch.ones(win)
    return size, hop, F.pad(factors, (side, size - win - side))


@function("stft", "n_fft hop")
def stft(x: list[Tensor], s: Settings) -> Tensor:
    """A transform of each part."""
    size, hop, window = _window(s)
    pad = size // 2 if s.get("center", True) else 0
    parts = F.pad(x[0][:, None], (pad, pad), "reflect")[:, 0].unfold(1, size, hop)
    made: Tensor = torch.fft.rfft(parts * window).transpose(1, 2)
    return made / math.sqrt(size) if s.get("normalized") else made


@function("istft", "n_fft hop")
def istft(x: list[Tensor], s: Settings) -> Tensor:
    """The parts, added where they were, by what the windows add up to."""
    size, hop, window = _window(s)
    parts = torch.fft.irfft(x[0].transpose(1, 2), n=size) * window
    parts = parts * math.sqrt(size) if s.get("normalized") else parts
    made = torch.zeros(len(parts), size + hop * (parts.shape[1] - 1))
    weights = torch.zeros(made.shape[1])
    for i in range(parts.shape[1]):
        made[:, i * hop : i * hop + size] += parts[:, i]
        weights[i * hop : i * hop + size] += window.square()
    pad = size // 2 if s.get("center", True) else 0
    length = s.get("length") or made.shape[1] - 2 * pad
    return (made / weights)[:, pad : pad + length]


@layer("einsum", "pattern")
def einsum(u: Unit, x: list[Tensor], s: Settings) -> Tensor:
    pattern = s["pattern"].replace(" ", "")
    sides = pattern.split("->")[0].split(",")
    sizes = {n: d for side, t in zip(sides, x, strict=True) for n, d in zip(side, t.shape)}  # noqa: B905
    if len(x) == 2 and set(sides[0]) & set(sides[1]) - set(pattern.split("->")[1]):
        u.count(math.prod(sizes.values()))
    return torch.einsum(pattern, *x)


@function("rearrange", "pattern")
def rearrange(x: list[Tensor], s: Settings) -> Tensor:
    import einops

    sizes = {name: size for name, size in s.items() if name != "pattern"}
    return einops.rearrange(x[0], s["pattern"], **sizes)


# --- reductions -----------------------------------------------------------------------------


for _word in words(
    "sum mean amax amin logsumexp all any std var argmax argmin argsort cumsum cumprod logcumsumexp"
    " count_nonzero prod"
):
    _of_one(_word, getattr(torch, _word), "dim")
for _word in words("max min median mode cummax cummin sort"):
    _of_one(_word, getattr(torch, _word), "dim", results="side")
_of_one("topk", torch.topk, "k dim", results="side")
_of_one("kthvalue", torch.kthvalue, "k dim", results="side")


@function("norm", "dim p")
def norm(x: list[Tensor], s: Settings) -> Tensor:
    made: Tensor = torch.linalg.vector_norm(x[0], s.get("p", 2), s["dim"], s.get("keepdim", False))
    return made


# --- sources --------------------------------------------------------------------------------


def _shape(value: Any) -> list[int]:
    return [value] if isinstance(value, int) else list(value)


@layer("param", "shape", source=True)
def param(u: Unit, _: list[Tensor], s: Settings) -> Tensor:
    return u.weight("", *_shape(s["shape"]))


@source("constant", "values")
def constant(s: Settings) -> Tensor:
    return torch.tensor(s["values"])


@source("arange", "start end")
def arange(s: Settings) -> Tensor:
    if "end" not in s:
        return torch.arange(s["start"], **({"step": s["step"]} if "step" in s else {}))
    return torch.arange(s["start"], s["end"], s.get("step", 1))


@source("zeros", "shape")
def zeros(s: Settings) -> Tensor:
    return torch.zeros(_shape(s["shape"]), dtype=DTYPES[s.get("dtype", "float")])


@source("ones", "shape")
def ones(s: Settings) -> Tensor:
    return torch.ones(_shape(s["shape"]), dtype=DTYPES[s.get("dtype", "float")])


@source("full", "shape value")
def full(s: Settings) -> Tensor:
    return torch.full(_shape(s["shape"]), s["value"])


@source("eye", "rows columns")
def eye(s: Settings) -> Tensor:
    return torch.eye(s["rows"], s.get("columns") or s["rows"])


@source("linspace", "start end")
def linspace(s: Settings) -> Tensor:
    return torch.linspace(s["start"], s["end"], s["steps"])


@function("zeros_like")
def zeros_like(x: list[Tensor], _: Settings) -> Tensor:
    return torch.zeros_like(x[0])


@function("ones_like")
def ones_like(x: list[Tensor], _: Settings) -> Tensor:
    return torch.ones_like(x[0])


@function("full_like", "value")
def full_like(x: list[Tensor], s: Settings) -> Tensor:
    return torch.full_like(x[0], s["value"])
