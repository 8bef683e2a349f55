"""Proofs that hold, and proofs that must fail, each with its reason."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import netwright as nw
from netwright.backends.importer import state_dicts
from netwright.backends.importer.prove import Proof, prove
from netwright.spec_files import shipped
from tests.specs.reference import torchvision_models

CONV = """\
net small: x[3, 8, 8] {
  x > conv(3x3, 4, bias=false) as conv > bn as bn > relu > gap > linear(2) as head
}
"""


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, bias=False)
        self.bn = nn.BatchNorm2d(4)
        self.head = nn.Linear(4, 2)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.head(self.bn(self.conv(x)).relu().mean((2, 3)))
        return out


class Two(nn.Module):
    """Two linear layers of equal sizes, and two outputs."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(4, 4)
        self.b = nn.Linear(4, 4)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.a(x), self.b(x)


def proof(text: str, model: nn.Module, *shape: int) -> Proof:
    torch.manual_seed(0)
    return prove(text, model, (torch.randn(2, *shape),))


def of_small(old: str = "", new: str = "") -> Proof:
    assert old in CONV
    return proof(CONV.replace(old, new) if old else CONV, Small(), 3, 8, 8)


# --- proofs that hold ------------------------------------------------------------------------


def test_a_small_network() -> None:
    result = of_small()
    assert result == Proof((), (), 4 * 27 + 8 + 10, 36 * 4 * 27 + 8, 0.0)
    assert result.equal


@pytest.mark.parametrize(
    ("name", "spec", "size"), [("resnet18", "resnet", 64), ("swin_t", "swin", 112)]
)
def test_shipped_specs(name: str, spec: str, size: int) -> None:
    model = getattr(torchvision_models(), name)()
    text = shipped()[spec].read_text("utf-8").replace("224", str(size))
    result = prove(text, model, (torch.randn(2, 3, size, size),), net=name)
    assert (result.reasons, result.notes, result.difference) == ((), (), 0.0)
    assert result.params == sum(p.numel() for p in model.parameters())
    assert result.macs > 10**8


def test_tied_weights() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Linear(4, 4)
            self.b = self.a

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.b(self.a(x).relu())
            return out

    text = "net tied: x[4] {{\n  {}\n}}\n"
    two = text.format("x > linear(4) as a > relu > linear(4) as b")
    assert proof(two, Tied(), 4).reasons == (
        "a.weight and b.weight are one tensor in the model and several in the spec",
        "a.bias and b.bias are one tensor in the model and several in the spec",
    )


def test_a_missing_name_of_a_tied_tensor() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Linear(4, 4)
            self.b = self.a

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = self.a(x)
            return out

    assert proof("net f: x[4] { x > linear(4) as a }\n", Tied(), 4).reasons == (
        "b.weight is in the model and not in the spec",
        "b.bias is in the model and not in the spec",
    )


def test_recurrent_layers_and_attention_take_the_weights() -> None:
    text = "net f: x[5, 8] {\n  x > lstm(16) as rnn > attention(2) as mha\n}\n"

    class Both(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.LSTM(8, 16, batch_first=True)
            self.mha = nn.MultiheadAttention(16, 2, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            y = self.rnn(x)[0]
            out: Tensor = self.mha(y, y, y, need_weights=False)[0]
            return out

    result = proof(text, Both(), 5, 8)
    assert result.equal, result.reasons
    assert "MACs in both" in result.notes[0]  # PyTorch does not count an LSTM


def test_dropout_is_compared_with_equal_random_numbers() -> None:
    model = nn.Sequential(nn.Linear(64, 64), nn.Dropout(0.5))
    good = 'net f: x[64] { x > linear(64) as "0" > dropout(0.5) }\n'
    assert proof(good, model, 64) == Proof((), (), 64 * 65, 64 * 64, 0.0)
    without = 'net f: x[64] { x > linear(64) as "0" }\n'
    assert proof(without, model, 64).reasons == (
        "in training the model draws random numbers, the spec does not",
    )


def test_random_numbers_that_are_drawn_in_another_order() -> None:
    class Shuffled(nn.Module):
        """Both branches are dropped from, the second one first."""

        def __init__(self) -> None:
            super().__init__()
            self.bn = nn.BatchNorm1d(64)

        def forward(self, x: Tensor) -> Tensor:
            b = nn.functional.dropout(x * 2, 0.25, self.training)
            a = nn.functional.dropout(self.bn(x), 0.5, self.training)
            return a + b

    text = "net f: x[64] {\n  (x > bn as bn > dropout(0.5)) + (x * 2 > dropout(0.25))\n}\n"
    note = "in training random numbers are drawn in another order"
    assert proof(text, Shuffled(), 64) == Proof((), (note,), 128, 0, 0.0)
    reasons = proof(text.replace("0.25", "0.35"), Shuffled(), 64).reasons
    assert reasons[0].startswith("in training output 1 differs by")
    reasons = proof(text.replace("bn as", "bn(momentum=0.3) as"), Shuffled(), 64).reasons
    assert reasons[0].startswith("in training bn.running_mean differs by")


def test_a_model_that_computes_in_single_precision() -> None:
    class Rms(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.ones(64))

        def forward(self, x: Tensor) -> Tensor:
            y = x.to(torch.float32)
            y = y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + 1e-6)
            return self.weight * y.to(x.dtype)

    text = 'net f: x[64] { x > rmsnorm(eps=1e-6) as "0" }\n'
    result = proof(text, nn.Sequential(Rms()), 64)
    assert result.equal, result.reasons
    assert not proof(text.replace("1e-6", "1e-3"), nn.Sequential(Rms()), 64).equal


def test_a_module_that_takes_a_parameter() -> None:
    """PyTorch's counter fails for it if it counts by module."""

    class Tokens(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.token = nn.Parameter(torch.randn(1, 1, 8))
            self.norm = nn.LayerNorm(8)

        def forward(self, x: Tensor) -> Tensor:
            out: Tensor = x + self.norm(self.token)
            return out

    text = "net f: x[5, 8] { x + (param([1, 1, 8]) as token > layernorm as norm) }\n"
    assert proof(text, Tokens(), 5, 8).equal


# --- proofs that must fail -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("bn as", "bn(eps=1e-3) as", "it begins in bn"),
        ("bn as", "bn(eps=1.1e-5) as", "output 1 differs by"),
        ("bias=false", "bias=true", "conv.bias is in the spec and not in the model"),
        ("as head", "as tail", "head.weight is in the model and not in the spec"),
        ("conv(3x3, 4", "conv(5x5, 4", "conv.weight is 4x3x3x3 in the model and 4x3x5x5"),
        ("relu", "gelu", "it begins before head"),
        ("linear(2) as head", "linear(2) as head > softmax(1)", "output 1 differs by"),
        ("bn as bn", "bn(momentum=0.2) as bn", "in training bn.running_mean differs by"),
        ("3, 8, 8", "3, 16, 16", "the input x is [N, 3, 16, 16], and the example is [2, 3, 8, 8]"),
        ("conv(3x3", "cnov(3x3", "the spec does not compile: line 2: `cnov` is not known"),
    ],
)
def test_what_is_wrong_is_a_reason(old: str, new: str, reason: str) -> None:
    result = of_small(old, new)
    assert not result.equal
    assert any(reason in line for line in result.reasons), result.reasons


def test_a_missing_bias() -> None:
    result = proof(
        'net f: x[4] { x > linear(2, bias=false) as "0" }\n', nn.Sequential(nn.Linear(4, 2)), 4
    )
    assert result.reasons == ("0.bias is in the model and not in the spec",)


def test_swapped_labels() -> None:
    text = "net two: x[4] { [x > linear(4) as b, x > linear(4) as a] }\n"
    result = proof(text, Two(), 4)
    assert "output 1 differs by" in result.reasons[0]
    assert "it is equal to output 2 of the spec" in result.reasons[0]


def test_swapped_labels_of_layers_that_are_equal_before_training() -> None:
    """All weights and statistics of both norms are 0 and 1, and so would hide it."""
    model = nn.Sequential(nn.BatchNorm1d(4), nn.ReLU(), nn.BatchNorm1d(4))
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    text = 'net f: x[4] {{ x > bn as "{}" > relu > bn as "{}" }}\n'
    assert proof(text.format(0, 2), model, 4).equal
    assert not proof(text.format(2, 0), model, 4).equal
    after = model.state_dict()
    assert all(torch.equal(tensor, after[name]) for name, tensor in before.items())


def test_another_order_of_outputs() -> None:
    text = "net two: x[4] {\n  a = x > linear(4) as a\n  b = x > linear(4) as b\n  [%s]\n}\n"
    assert proof(text % "a, b", Two(), 4).equal
    reasons = proof(text % "b, a", Two(), 4).reasons
    assert "it is equal to output 2 of the spec" in reasons[0]
    assert "it is equal to output 1 of the spec" in reasons[1]
    assert proof(text % "a, a", Two(), 4).reasons[0].startswith("output 2 differs by")


class Scaled(nn.Module):
    scale: Tensor

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale


class Stopped(nn.Module):
    """No gradient flows back through a part of it."""

    def __init__(self, shares: float) -> None:
        super().__init__()
        self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)
        self.shares = shares

    def forward(self, x: Tensor) -> Tensor:
        x = self.a(x)
        out: Tensor = self.b(x.detach() + self.shares * (x - x.detach()))
        return out


def test_a_gradient_that_the_model_stops() -> None:
    text = "net f: x[4] { x > linear(4) as a > linear(4) as b }\n"
    assert proof(text, Stopped(1.0), 4).equal
    for shares in (0.0, 0.5):
        reason = "in training the gradient of a.weight and of 1 other differs by"
        assert proof(text, Stopped(shares), 4).reasons[0].startswith(reason)
    stopped = text.replace("as a", "as a > detach")
    assert not proof(stopped, Stopped(1.0), 4).equal
    frozen = Stopped(1.0)
    frozen.a.requires_grad_(False)
    assert proof(stopped, frozen, 4).equal


def test_gradients_that_the_model_does_not_have() -> None:
    class Changes(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            y = self.a(x).exp()
            z = y * 2
            y.add_(1)
            out: Tensor = z
            return out

    text = "net f: x[4] {\n  y = x > linear(4) as a > exp\n  y + y\n}\n"
    result = proof(text, Changes(), 4)
    assert result.equal
    assert result.notes[0].startswith("gradients were not compared: RuntimeError: one of the")


def test_a_buffer_is_not_a_parameter() -> None:
    trained, fixed = Scaled(), Scaled()
    trained.scale = nn.Parameter(torch.randn(4))
    fixed.register_buffer("scale", torch.randn(4))
    parameter = "net f: x[4] {\n  w = param(4) as scale\n  x * w\n}\n"
    assert proof(parameter, trained, 4).equal
    reasons = proof(parameter, fixed, 4).reasons
    assert reasons == ("scale is a buffer in the model and a parameter in the spec",)
    buffer = "net f: x[4] {\n  w = ones(4, persistent=true) as scale\n  x * w\n}\n"
    assert proof(buffer, fixed, 4).equal
    reasons = proof(buffer, trained, 4).reasons
    assert reasons == ("scale is a parameter in the model and is not trained in the spec",)
    assert proof(buffer.replace(", persistent=true", ""), fixed, 4).reasons == (
        "scale is in the model and not in the spec",
    )


def test_more_work_for_the_same_result_is_a_reason() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.f = nn.Linear(4, 4)

        def forward(self, x: Tensor) -> Tensor:
            self.f(x)
            out: Tensor = self.f(x)
            return out

    result = proof("net f: x[4] { x > linear(4) as f }\n", Twice(), 4)
    assert result.reasons == ("PyTorch counts 64 MACs in the model and 32 in the spec",)


def test_rounding_is_told_from_a_small_mistake() -> None:
    """The same sum in another order differs a little, and not in double precision."""

    class Halves(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.f = nn.Linear(512, 4)

        def forward(self, x: Tensor) -> Tensor:
            w = self.f.weight
            return x[:, :256] @ w[:, :256].T + (x[:, 256:] @ w[:, 256:].T + self.f.bias)

    result = proof("net f: x[512] { x > linear(4) as f }\n", Halves(), 512)
    assert result.equal, result.reasons
    assert 0 < result.difference < 1e-5
    assert "this is rounding, in double precision it is" in result.notes[0]


def test_a_buffer_that_changes_in_evaluation() -> None:
    class Counts(nn.Module):
        n: Tensor

        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("n", torch.zeros(1))

        def forward(self, x: Tensor) -> Tensor:
            self.n.add_(1)
            return x * 2

    text = "net f: x[4] {\n  n = zeros(1, persistent=true) as n\n  x * 2 + n * 0\n}\n"
    assert proof(text, Counts(), 4).reasons[0].startswith("in evaluation n differs by")


def test_a_model_without_values_is_not_proved() -> None:
    model = nn.Sequential(nn.Linear(4, 2, device="meta"))
    inputs = (torch.empty(2, 4, device="meta"),)
    result = prove('net f: x[4] { x > linear(2) as "0" }\n', model, inputs)
    assert "no values that can be compared" in result.reasons[0]


def test_models_that_fail_are_reasons() -> None:
    class Fails(nn.Module):
        def forward(self, x: Tensor) -> Any:
            raise ValueError("no such luck")

    class Blank(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x / 0 - x / 0

    text = "net f: x[4] { x > relu }\n"
    assert proof(text, Fails(), 4).reasons == (
        "the model fails for the example inputs: ValueError: no such luck",
    )
    assert not proof("net f: x[4] { x / 0 - x / 0 }\n", Blank(), 4).equal


def test_inputs_by_name() -> None:
    class Named(nn.Module):
        def forward(self, a: Tensor, scale: float = 2.0, *, b: Tensor) -> Tensor:
            return a * scale - b

    text = "net f: b[4], a[4, 4] { a * 2 - b }\n"
    inputs = {"a": torch.randn(2, 4, 4), "b": torch.randn(2, 4)}
    assert not prove(text, Named(), inputs).equal  # batches do not broadcast so
    text = "net f: b[4], a[4] { a * 2 - b }\n"
    inputs = {"a": torch.randn(2, 4), "b": torch.randn(2, 4)}
    assert prove(text, Named(), inputs).equal
    inputs = {"a": torch.randn(2, 4), "c": torch.randn(2, 4)}
    assert prove(text, Named(), inputs).reasons == ("the example has no input b",)
    assert prove(text, Named(), (torch.randn(2, 4),)).reasons == (
        "the spec has 2 inputs, the example 1",
    )


def test_the_model_is_left_as_it_was() -> None:
    model = Small().train()
    model.bn.eval()
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    inputs = (torch.randn(2, 3, 8, 8),)
    state = torch.get_rng_state()
    assert prove(CONV, model, inputs).equal
    assert torch.equal(torch.get_rng_state(), state)
    assert (model.training, model.bn.training) == (True, False)
    assert all(torch.equal(t, before[name]) for name, t in model.state_dict().items())


def test_the_weights_are_in_memory_once() -> None:
    """The module of the spec has the model's own tensors."""
    model = Small()
    draft = nw.loads(CONV).to_torch(device="meta")
    made = state_dicts.loaded(draft, model)
    pointers = {t.data_ptr() for t in model.state_dict().values()}
    assert {t.data_ptr() for t in made.state_dict().values()} == pointers
