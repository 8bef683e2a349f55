"""Checkpoints of nets with externs: the rest is as a usual construction makes it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import netwright as nw
from netwright.backends.weights.problems import WeightsError, WeightsWarning

NET = """\
extern layer(out): x[T, 8] -> [T, out] = "mylib:Layer"
net mine: x[T, 8] { x > layer(4) as first > linear(3) as head }
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


class Layer(nn.Module):
    """A linear layer; the classes below keep something besides its weights."""

    def __init__(self, out: int) -> None:
        super().__init__()
        self.inner = nn.Linear(8, out)
        self.make(out)

    def make(self, out: int) -> None:
        pass

    def extra(self) -> Any:
        return 0

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.inner(x) + self.extra()
        return y


class PlainTensor(Layer):
    def make(self, out: int) -> None:
        self.table = torch.arange(out).float()

    def extra(self) -> Any:
        return self.table


class HiddenBuffer(PlainTensor):
    def make(self, out: int) -> None:
        self.register_buffer("table", torch.arange(out).float(), persistent=False)


class ComputedNumber(Layer):
    def make(self, out: int) -> None:
        self.scale = torch.linspace(0, out, 3)[1].item()

    def extra(self) -> Any:
        return self.scale


class ListOfParameters(Layer):
    def make(self, out: int) -> None:
        self.parts = [self.inner.weight, self.inner.bias]

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.linear(x, *self.parts)


class OwnFormat(Layer):
    """Its state dict has the weight transposed: the tensors in it are not those of the module."""

    def make(self, out: int) -> None:
        def turn(_: Any, state: Any, prefix: str, *__: Any) -> None:
            state[f"{prefix}inner.weight"] = state[f"{prefix}inner.weight"].t()

        own: Any = self
        own.register_state_dict_post_hook(turn)
        own.register_load_state_dict_pre_hook(turn)


CLASSES = (Layer, PlainTensor, HiddenBuffer, ComputedNumber, ListOfParameters, OwnFormat)


def saved(make: type[nn.Module], text: str = NET) -> nn.Module:
    torch.manual_seed(1)
    model = nw.loads(text).to_torch(externs={"layer": make})
    torch.save(model.state_dict(), "a.pth")
    torch.manual_seed(2)
    return model


@pytest.mark.parametrize("make", CLASSES)
def test_a_loaded_net_computes_the_same(make: type[nn.Module]) -> None:
    theirs, x = saved(make), torch.randn(2, 5, 8)
    mine = nw.loads(NET).to_torch(externs={"layer": make}, weights="a.pth")
    assert torch.equal(mine(x), theirs(x))


@pytest.mark.parametrize("make", CLASSES)
def test_what_is_missing_is_as_in_a_new_net(make: type[nn.Module]) -> None:
    theirs = saved(make)
    torch.save({n: t for n, t in theirs.state_dict().items() if "bias" in n}, "a.pth")
    torch.manual_seed(3)
    with pytest.warns(WeightsWarning, match="first.inner.weight, head.weight"):
        mine: Any = nw.loads(NET).to_torch(externs={"layer": make}, weights="a.pth", partial=True)
    torch.manual_seed(3)
    fresh: Any = nw.loads(NET).to_torch(externs={"layer": make})
    assert torch.equal(mine.first.inner.weight, fresh.first.inner.weight)
    assert torch.equal(mine.head.weight, fresh.head.weight)
    assert torch.equal(mine.head.bias, theirs.state_dict()["head.bias"])


def test_the_weights_of_another_version() -> None:
    """Each version makes its own externs; one has an extern that the other has not."""
    theirs = saved(ComputedNumber)
    new = NET.replace("layer", "part").replace("as first", "as start").replace("as head", "as end")
    net, old, x = nw.loads(new), nw.loads(NET), torch.randn(2, 5, 8)
    both: Any = {"layer": ComputedNumber, "part": ComputedNumber}
    with pytest.warns(WeightsWarning, match="these keep their initial values: start"):
        mine: Any = net.to_torch(externs=both, weights="a.pth", mapping=old, partial=True)
    assert torch.equal(mine.end.weight, theirs.state_dict()["head.weight"])
    net = nw.loads(new.replace("part", "layer"))
    layer: Any = {"layer": ComputedNumber}
    assert torch.equal(net.to_torch(externs=layer, weights="a.pth", mapping=old)(x), theirs(x))
    with pytest.raises(nw.CompileError, match="this net has no extern `lyer`"):
        net.to_torch(externs={**layer, "lyer": Layer}, weights="a.pth", mapping=old)


class ExtraState(Layer):
    def get_extra_state(self) -> Any:
        return {"steps": 3}

    def set_extra_state(self, state: Any) -> None:
        pass


class LazyLayer(Layer):
    def make(self, out: int) -> None:
        self.inner = nn.LazyLinear(out)


class EmptyLayer(Layer):
    def make(self, out: int) -> None:
        self.inner = nn.Linear(8, out, device="meta")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (ExtraState, "`first._extra_state` of the net is not a tensor"),
        (LazyLayer, "`first.inner.weight` of the net has no size until the module runs"),
        (EmptyLayer, "`first.inner.weight` of the net is on the device `meta`, where nothing can"),
    ],
)
def test_a_state_that_cannot_be_loaded(make: type[nn.Module], message: str) -> None:
    saved(Layer if make is EmptyLayer else make)
    with pytest.raises(WeightsError, match=message):
        nw.loads(NET).to_torch(externs={"layer": make}, weights="a.pth")
