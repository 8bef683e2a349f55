"""Layers whose weights are tensors, against PyTorch's own code for them."""

from __future__ import annotations

from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

import netwright as nw

STANDARDIZED = """
default bn(track_running_stats=false, affine=false, eps=1e-6)

## A convolution whose weight has mean 0 and variance 1 for each filter
block std_conv(k, out, stride=1, pad=0, bias=true): x {
  w = param([out, x.c, k, k], init=kaiming_normal) as weight
  b = param([out]) as bias if bias else false
  s = w > reshape(1, out, -1) > bn > reshape(out, x.c, k, k)
  x > conv([k, k], out, stride=stride, pad=pad, bias=b, weight=s)
}

block scaled_std_conv(k, out, pad=0, gamma=1.0): x {
  w = param([out, x.c, k, k], init=kaiming_normal) as weight
  b = param([out]) as bias
  g = param([out, 1, 1, 1], init=ones) as gain
  scale = gamma * (x.c * k * k) ** -0.5
  s = w > reshape(1, out, -1) > bn(weight=(g * scale) > reshape(-1)) > reshape(out, x.c, k, k)
  x > conv([k, k], out, pad=pad, bias=b, weight=s)
}
"""


class StdConv2d(nn.Conv2d):
    """As in BiT and timm."""

    def forward(self, x: Tensor) -> Tensor:
        weight = self.weight.reshape(1, self.out_channels, -1)
        weight = F.batch_norm(
            weight, None, None, self.scaling(), training=True, momentum=0.0, eps=1e-6
        )
        weight = weight.reshape_as(self.weight)
        return F.conv2d(x, weight, self.bias, self.stride, self.padding)

    def scaling(self) -> Tensor | None:
        return None


class ScaledStdConv2d(StdConv2d):
    """As in NFNet and timm."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.gain = nn.Parameter(torch.full((self.out_channels, 1, 1, 1), 1.0))
        self.scale = self.weight[0].numel() ** -0.5

    def scaling(self) -> Tensor:
        gain: Tensor = self.gain * self.scale
        return gain.view(-1)


class Convolutions(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = StdConv2d(3, 8, 3, stride=2, padding=1)
        self.conv2 = StdConv2d(8, 12, 1, bias=False)
        self.conv3 = ScaledStdConv2d(12, 6, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.conv3(self.conv2(self.conv1(x).relu()).relu())
        return result


class ZeroKeyBias(nn.Module):
    """The projection of Swin V2 in torchvision, which zeroes the bias of the keys."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(8, 24)

    def forward(self, x: Tensor) -> Tensor:
        bias = self.qkv.bias.clone()
        length = bias.numel() // 3
        bias[length : 2 * length].zero_()
        return F.linear(x, self.qkv.weight, bias)


class QueryValueBias(nn.Module):
    """The projection of BEiT in timm: the keys have no bias."""

    def __init__(self) -> None:
        super().__init__()
        self.qkv = nn.Linear(8, 24, bias=False)
        self.q_bias = nn.Parameter(torch.zeros(8))
        self.v_bias = nn.Parameter(torch.zeros(8))
        self.register_buffer("k_bias", torch.zeros(8), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        k_bias: Any = self.k_bias
        bias = torch.cat((self.q_bias, k_bias, self.v_bias))
        return F.linear(x, self.qkv.weight, bias)


class Hypernetwork(nn.Module):
    """A small net that makes the weights of another one."""

    def __init__(self) -> None:
        super().__init__()
        self.code = nn.Parameter(torch.randn(1, 4))
        self.make = nn.Linear(4, 8 * 3 + 3)

    def forward(self, x: Tensor) -> Tensor:
        made = self.make(self.code)[0]
        return F.linear(x, made[:24].reshape(3, 8), made[24:])


class Scales(nn.Module):
    """Norms, whose scale or shift is another module's parameter or computed."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.rand(6))
        self.bn = nn.BatchNorm2d(6)
        self.gn = nn.GroupNorm(2, 6)
        self.ln = nn.LayerNorm(6)
        self.act = nn.PReLU(6)
        del self.bn.weight, self.gn.bias, self.ln.weight, self.act.weight

    def forward(self, x: Tensor) -> Tensor:
        norm = self.bn
        mean, variance, steps = norm.running_mean, norm.running_var, norm.num_batches_tracked
        assert steps is not None
        if self.training:
            steps.add_(1)
        x = F.batch_norm(x, mean, variance, self.scale * 2, norm.bias, self.training, 0.1, 1e-5)
        x = F.group_norm(x, 2, self.gn.weight, self.scale + 1)
        x = F.instance_norm(x, weight=self.scale, bias=self.scale)
        x = F.layer_norm(x.permute(0, 2, 3, 1), (6,), self.scale, self.ln.bias).permute(0, 3, 1, 2)
        x = F.rms_norm(x.permute(0, 2, 3, 1), (6,), self.scale).permute(0, 3, 1, 2)
        return F.prelu(x, self.scale)


class Tables(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Parameter(torch.randn(10, 4))
        self.pair = nn.Bilinear(4, 4, 3)
        del self.pair.weight

    def forward(self, t: Tensor) -> Tensor:
        table = self.table * 2
        words, bags = F.embedding(t, table, padding_idx=0), F.embedding_bag(t, table, mode="sum")
        weight = (table @ table.T)[:3, :, None].expand(3, 10, 4)[:, :4]
        return F.bilinear(words.mean(1), bags, weight, self.pair.bias)


class Transposed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(4, 2, 3))
        self.up = nn.ConvTranspose1d(4, 2, 3)
        del self.up.weight

    def forward(self, x: Tensor) -> Tensor:
        w = self.w.tanh()
        y = F.conv_transpose1d(x, w, self.up.bias, stride=2, output_padding=1)
        return F.conv1d(F.pad(y, (2, 2), mode="reflect"), w[:2].transpose(0, 1)[:1])


ORIGINALS = {
    "standardized": (
        Convolutions,
        STANDARDIZED
        + """net n: x[3, 9, 9] {
          x > std_conv(3, 8, stride=2, pad=1) as conv1 > relu
            > std_conv(1, 12, bias=false) as conv2 > relu
            > scaled_std_conv(3, 6, pad=1) as conv3
        }""",
    ),
    "zero_key_bias": (
        ZeroKeyBias,
        """
        block zero_key(d): x {
          w = param([3*d, d]) as weight
          b = param([3*d]) as bias
          x > linear(3*d, weight=w, bias=[b[:d], zeros([d]), b[2*d:]] > concat(dim=0))
        }
        net n: x[5, 8] { x > zero_key(8) as qkv }""",
    ),
    "query_value_bias": (
        QueryValueBias,
        """net n: x[5, 8] {
          q = param([8]) as q_bias
          v = param([8]) as v_bias
          x > linear(24, bias=[q, zeros([8]), v] > concat(dim=0)) as qkv
        }""",
    ),
    "hypernetwork": (
        Hypernetwork,
        """net n: x[8] {
          made = (param([1, 4]) as code > linear(27) as make)[0]
          x > linear(3, weight=made[:24] > reshape(3, 8), bias=made[24:])
        }""",
    ),
    "scales": (
        Scales,
        """net n: x[6, 5, 5] {
          s = param([6]) as scale
          x > bn(weight=s * 2.0) as bn > gn(2, bias=s + 1.0) as gn > instancenorm(weight=s, bias=s)
            > layernorm(dim=1, weight=s) as ln > rmsnorm(dim=1, weight=s)
            > prelu(6, weight=s) as act
        }""",
    ),
    "tables": (
        Tables,
        """net n: t[5] int {
          table = (param([10, 4]) as table) * 2.0
          words = t > embed(10, 4, weight=table, padding_idx=0) > mean(dim=1)
          bags = t > embedding_bag(10, 4, mode=sum, weight=table)
          w = (table @ (table > transpose(0, 1)))[:3, :, none] > expand(3, 10, 4)
          [words, bags] > bilinear(3, weight=w[:, :4]) as pair
        }""",
    ),
    "transposed": (
        Transposed,
        """net n: x[4, 6] {
          w = param([4, 2, 3]) as w > tanh
          y = x > conv_transpose(3, 2, stride=2, output_pad=1, weight=w) as up
          y > conv(3, 1, pad=2, pad_mode=reflect, bias=false,
                   weight=(w[:2] > transpose(0, 1))[:1])
        }""",
    ),
}


def made(name: str) -> tuple[Any, Any, nw.Network]:
    """The original with random weights, the net's module with the same weights, and the net."""
    torch.manual_seed(0)
    original, net = ORIGINALS[name][0](), nw.loads(ORIGINALS[name][1])
    state = {
        k: torch.randn_like(v) if v.is_floating_point() else v
        for k, v in original.state_dict().items()
    }
    state = {k: v.abs() if k.endswith("_var") else v for k, v in state.items()}
    original.load_state_dict(state)
    module = net.to_torch()
    module.load_state_dict(state, strict=True)
    return original, module, net


def example(net: nw.Network) -> Tensor:
    (port,) = net.inputs.values()
    shape = [d if isinstance(d, int) else 4 for d in port.shape]
    return torch.randint(0, 10, shape) if port.dtype == "int" else torch.randn(shape)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("name", ORIGINALS)
def test_results_and_gradients_are_bit_identical(name: str, training: bool) -> None:
    original, module, net = made(name)
    x, results = example(net), []
    for each in (original, module):
        y = each.train(training)(x)
        y.square().sum().backward()
        results.append((y, {k: p.grad for k, p in each.named_parameters()}))
    (y, gradients), (ours, our_gradients) = results
    assert torch.equal(y, ours)
    assert gradients.keys() == our_gradients.keys()
    assert all(torch.equal(gradients[k], our_gradients[k]) for k in gradients)
    assert all(torch.equal(v, module.state_dict()[k]) for k, v in original.state_dict().items())


@pytest.mark.parametrize("name", ORIGINALS)
def test_computed_weights_are_no_parameters(name: str) -> None:
    original, _, net = made(name)
    assert net.params == sum(p.numel() for p in original.parameters())


def test_macs() -> None:
    plain = nw.loads("net n: x[3, 9, 9] { x > conv(3x3, 8) }")
    computed = nw.loads("net n: x[3, 9, 9] { x > conv(3x3, 8, weight=ones([8, 3, 3, 3])) }")
    assert computed.macs == plain.macs
    assert computed.params == 8


def test_source() -> None:
    """Functions of tensors, and one class for all sizes."""
    source = nw.loads(ORIGINALS["standardized"][1]).to_source()
    assert "return F.conv2d(x, s, self.bias, padding=1)" in source
    net = "net n: x[8] { x > linear(4, weight=ones([4, 8])) as head }"
    assert 'self.head = without(nn.Linear(8, 4), "weight")' in nw.loads(net).to_source()


def test_repeats_of_a_function() -> None:
    """Copies without a module of their own, and with one for the bias."""
    net = nw.loads("""
        net n: x[3] {
          w = eye(3) * 0.5
          x > linear(3, bias=false, weight=w) * 4 as m > linear(3, weight=w) * 4 as b
        }""")
    module, x = net.to_torch(), torch.randn(2, 3)
    assert list(module.state_dict()) == [f"b.{i}.bias" for i in range(4)]
    expected = x / 16
    for bias in module.state_dict().values():
        expected = expected / 2 + bias
    torch.testing.assert_close(module(x), expected)


def test_weights_for_each_example() -> None:
    """A convolution with a group for each example, as in CondConv."""
    net = nw.loads("""
        net n: x[3, 7, 7] {
          r = x > gap > linear(4)
          w = r @ (param([4, 5*3*9]) as bank) > reshape(N*5, 3, 3, 3)
          # netwright: ignore W515, each example has its own group
          x > reshape(1, N*3, 7, 7) > conv(3x3, N*5, groups=N, bias=false, weight=w)
            > reshape(N, 5, 5, 5)
        }""")
    module: Any = net.to_torch()
    x = torch.randn(4, 3, 7, 7)
    nn.init.normal_(module.bank)
    weights = (module.linear1(x.mean((2, 3))) @ module.bank).reshape(4, 5, 3, 3, 3)
    expected = torch.stack([F.conv2d(a, w) for a, w in zip(x, weights, strict=True)])
    torch.testing.assert_close(module(x), expected)


def test_a_labelled_repeat_without_modules_is_a_loop() -> None:
    text = "net n: x[4] { x > linear(4, bias=false, weight=eye(4) * 2.0) * 3 as m }"
    module = nw.loads(text).to_torch()
    assert torch.equal(module(torch.ones(1, 4)), torch.full((1, 4), 8.0))
    assert not module.state_dict()


def test_a_repeat_inside_a_label_with_dots_keeps_its_paths() -> None:
    text = 'net n: x[T, 8] { x > (linear(8, weight=eye(8)) * 3 as "m1.x") as "v.x" }'
    net = nw.loads(text)
    module = net.to_torch()
    assert sorted(module.state_dict()) == [f"v.x.m1.x.{i}.bias" for i in range(3)]
    x = torch.rand(1, 5, 8)
    expected = x + sum(module.state_dict().values())
    torch.testing.assert_close(module(x), expected)
    names: dict[str, Any] = {}
    exec(net.to_source(), names)
    written = names["N"]()
    written.load_state_dict(module.state_dict())
    assert torch.equal(written(x), module(x))
