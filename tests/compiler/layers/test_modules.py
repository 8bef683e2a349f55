"""What shapes do not show: equal numbers where torchvision has the layer, words, and lowerings."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from netwright.compiler.dims import symbol
from netwright.compiler.layer import Layer, Refused, Weighted
from netwright.compiler.layers import layers
from netwright.compiler.types import TensorType
from tests.specs.reference import torchvision_models

from .harness import make, ours, parse, program, tensor_type

N, C, H, W, T = map(symbol, "NCHWT")


def run(text: str, x: torch.Tensor, module: nn.Module | None = None) -> torch.Tensor:
    """What the layer's PyTorch form gives, with the weights of another module."""
    layer = parse(text)
    code = program(layer.lower(TensorType(tuple(x.shape))), 1)
    built = code.build()
    if built is not None and module is not None:
        built.load_state_dict(module.state_dict())
    result = code.run(built, [x])
    assert isinstance(result, torch.Tensor)
    return result


def source(text: str, x: TensorType) -> str:
    return program(parse(text).lower(x), 1).source


def refusal(text: str, *inputs: str) -> Refused:
    found = ours(parse(text), [tensor_type(i) for i in inputs])
    assert isinstance(found, Refused)
    return found


# --- the same numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(2, 3, 50), (2, 5, 7, 9), (2, 3, 4, 5, 6)])
def test_gap_is_global_average_pooling_bit_for_bit(shape: tuple[int, ...]) -> None:
    x = torch.randn(shape)
    rank = len(shape) - 2
    pool = getattr(nn.functional, f"adaptive_avg_pool{rank}d")
    assert torch.equal(run("gap", x), torch.flatten(pool(x, 1), 1))
    assert torch.equal(run("gap", x), run("adaptive_avgpool(1)", x).flatten(1))


@pytest.mark.parametrize("mode", ["row", "batch"])
@pytest.mark.parametrize("p", [0.0, 0.3, 1.0])
def test_stochastic_depth_is_torchvisions(mode: str, p: float) -> None:
    torchvision_models()
    from torchvision.ops import StochasticDepth

    x = torch.randn(6, 3, 4, 4)
    torch.manual_seed(0)
    theirs = StochasticDepth(p, mode)(x)
    torch.manual_seed(0)
    assert torch.equal(run(f"stochastic_depth({p}, mode={mode})", x), theirs)


def test_layernorm_over_channels_is_torchvisions() -> None:
    torchvision_models()
    from torchvision.models.convnext import LayerNorm2d

    x, norm = torch.randn(2, 6, 5, 4), LayerNorm2d(6, eps=1e-6)
    nn.init.normal_(norm.weight)
    nn.init.normal_(norm.bias)
    assert torch.equal(run("layernorm(dim=1, eps=1e-6)", x, norm), norm(x))


# --- sizes by algebra ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shape", "result"),
    [
        ("conv(3x3, 8)", (N, C, H, W), (N, 8, H - 2, W - 2)),
        ("conv(3x3, 8, pad=1)", (N, C, H, W), (N, 8, H, W)),
        ("conv(3x3, 8, pad=1, stride=2)", (N, C, H * 2, W * 4), (N, 8, H, W * 2)),
        ("conv(5, 8, pad=same, dilation=2)", (N, C, T), (N, 8, T)),
        ("conv_transpose(2x2, 8, stride=2)", (N, C, H, W), (N, 8, H * 2, W * 2)),
        ("maxpool(2)", (N, C, H * 2, W), (N, C, H, W // 2)),
        ("maxpool(2, ceil_mode=true)", (N, C, H * 2, W), (N, C, H, (W + 1) // 2)),
        ("upsample(2)", (N, C, H, W), (N, C, H * 2, W * 2)),
        ("upsample(0.5)", (N, C, H * 2, W), (N, C, H, W // 2)),
        ("pixel_shuffle(2)", (N, C * 4, H, W), (N, C, H * 2, W * 2)),
        ("flatten", (N, C, 4, 4), (N, C * 16)),
        ("unflatten(1, [-1, 4])", (N, C * 4), (N, C, 4)),
        ("glu(dim=1)", (N, C * 2, H, W), (N, C, H, W)),
        ("gap", (N, C, H, W), (N, C)),
    ],
)
def test_symbolic_shapes(text: str, shape: tuple[object, ...], result: tuple[object, ...]) -> None:
    assert parse(text).infer(TensorType(shape)) == TensorType(result)  # type: ignore[arg-type]


# --- PyTorch as people write it ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shape", "expected"),
    [
        (
            "conv(7x7, 64, stride=2, pad=3, bias=false)",
            (N, 3, H, W),
            "nn.Conv2d(3, 64, kernel_size=7, stride=2, padding=3, bias=False)",
        ),
        ("conv(3x3, 64)", (N, C, H, W), "nn.LazyConv2d(64, kernel_size=3)"),
        ("conv([1, 3], 4, pad=same)", (N, 3, H, W), 'kernel_size=(1, 3), padding="same")'),
        ("pool(3, 2, pad=1)", (N, 3, H, W), "nn.MaxPool2d(kernel_size=3, stride=2, padding=1)"),
        ("pool(2,2)", (N, 3, H, W), "nn.MaxPool2d(kernel_size=2)"),
        ("bn", (N, 64, H, W), "nn.BatchNorm2d(64)"),
        ("bn", (N, C, T), "nn.LazyBatchNorm1d()"),
        ("layernorm", (N, T, 64), "nn.LayerNorm(64)"),
        ("gn(8)", (N, 64, H, W), "nn.GroupNorm(8, 64)"),
        ("linear(10)", (N, 64), "nn.Linear(64, 10)"),
        ("dropout2d(0.2)", (N, C, H, W), "nn.Dropout2d(0.2)"),
        ("embed(100, 8)", (N, T), "nn.Embedding(100, 8)"),
        ("upsample(2, mode=bilinear)", (N, C, H, W), 'scale_factor=2, mode="bilinear")'),
        ("pad([1, 1, 1, 1], mode=reflect)", (N, C, H, W), "nn.ReflectionPad2d(1)"),
        ("pad([0, 1, 0, 1])", (N, C, H, W), "nn.ZeroPad2d((0, 1, 0, 1))"),
        ("gap", (N, C, H, W), "F.adaptive_avg_pool2d(x0, 1).flatten(1)"),
        ("layernorm(dim=1)", (N, 8, H, W), "module(x0.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)"),
    ],
)
def test_source(text: str, shape: tuple[object, ...], expected: str) -> None:
    assert expected in source(text, TensorType(shape))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["layernorm", "rmsnorm", "gn(2)", "conv(3x3, 8, groups=c)"])
def test_no_lazy_form(text: str) -> None:
    layer = parse(text.replace("groups=c", "groups=1"))
    if "groups=c" in text:
        layer = layer.replace(groups=C)
    x = TensorType((N, C, H, W)) if layer.word != "layernorm" else TensorType((N, T, C))
    layer.infer(x)
    with pytest.raises(Refused) as caught:
        layer.lower(x if layer.word != "rmsnorm" else TensorType((N, T, C)))
    assert caught.value.code == "E401"


# --- words that help -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shape", "said"),
    [
        ("conv(64, 3)", "1x28x28", "`conv(3x3, 64)`"),
        ("conv(5x5, 8)", "3x4x4", "pad=same"),
        ("conv(3x3, 8)", "784", "unflatten"),
        ("conv(3x3, 10, groups=4)", "6x8x8", "`groups=2`"),
        ("conv(3x3, 8, pad=same, stride=2)", "3x8x8", "`pad=1`"),
        ("relu", "8 bool", "cast(float)"),
        ("conv(3, 8)", "12x8 int", "embedding"),
        ("embedding(10, 4)", "12", "int"),
        ("maxpool(2, pad=2)", "3x8x8", "`pad=1`"),
        ("layernorm(dim=[1, 3])", "3x8x8", "dim=[2, 3]"),
        ("prelu(4)", "3x8x8", "`prelu(3)`"),
        ("upsample(2, mode=linear)", "3x8x8", "mode=bilinear"),
        ("upsample", "3x8x8", "`upsample(2)`"),
        ("pad(1)", "12", "`pad([1, 1])`"),
        ("linear(3)", "", "unsqueeze"),
    ],
)
def test_help(text: str, shape: str, said: str) -> None:
    assert any(said in line for line in refusal(text, shape).help)


def test_assumed_rank_follows_the_settings() -> None:
    assert parse("conv(3x3, 8)").assumed == ("N", "C", "H", "W")
    assert parse("conv(3, 8)").assumed == ()
    assert parse("conv(3, 8, stride=[2, 1])").assumed == ("N", "C", "H", "W")
    assert parse("upsample(2, mode=linear)").assumed == ("N", "C", "T")
    assert parse("adaptive_avgpool(1x1)").assumed == ("N", "C", "H", "W")
    assert parse("pad([1, 1])").assumed == ("N", "C", "T")


def test_captions() -> None:
    assert parse("conv(3x3, 64, stride=2)").caption() == ("conv 3×3, 64", "stride 2")
    assert parse("conv(3x3, 32, groups=32, pad=1)").caption() == ("conv 3×3, 32", "groups 32")
    assert parse("pool(2,2)").caption() == ("maxpool 2", "stride 2")


def test_initialisers_of_absent_weights_are_left_out() -> None:
    def names(text: str) -> set[str]:
        return set(parse(text).inits())

    assert names("conv(3x3, 8, init=zeros, bias_init=zeros)") == {"weight", "bias"}
    assert names("conv(3x3, 8, bias=false, init=zeros, bias_init=zeros)") == {"weight"}
    assert names("bn(affine=false, init=zeros)") == set()


def test_every_weighted_layer_has_weights() -> None:
    found: set[type[Layer]] = {layer for layer in layers().values() if issubclass(layer, Weighted)}
    assert len(found) > 8
    assert make(tensor_type("3 int")).dtype == torch.int64
