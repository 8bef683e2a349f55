"""An import has the weights in memory once."""

from __future__ import annotations

from typing import Final

import pytest
import torch
from torch import Tensor, nn

from netwright.backends.importer import gradients
from tests.memory import peak

SIZE: Final = 4 * 16384 * 2048
"""Bytes of the weight below."""
MODEL: Final = """
import netwright as nw
import torch
from netwright.backends.importer import gradients, state_dicts
torch.set_num_threads(1)

def made(width):
    net = nw.loads("net n: x[T, 2048] { x > positions(8) > linear(%d, bias=false) as a }" % width)
    return net.to_torch(), net.to_torch(device="meta")

def learn(module):
    return gradients.of(module, lambda: (module(torch.ones(1, 2, 2048)),))

small, shape = made(8)  # what PyTorch loads when it computes first is no copy of weights
state_dicts.loaded(shape, small)
learn(small)
model, draft = made(16384)
"""


def measured(job: str) -> int:
    found = peak(MODEL, job)
    if found is None:
        pytest.skip("this system does not tell how much memory a process takes")
    return found


def test_a_module_with_tables_of_its_own_takes_the_weights() -> None:
    """The tables are made by its constructor, which makes weights too."""
    assert measured("state_dicts.loaded(draft, model)") < SIZE / 4


def test_gradients_are_read_in_pieces() -> None:
    """Reading them takes little beside the gradient that the backward pass makes."""
    assert measured("learn(model)") < 1.6 * SIZE


class Scaled(nn.Module):
    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)
        self.unused = nn.Parameter(torch.zeros(0))

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * x + self.unused.sum()


def digest(x: Tensor) -> gradients.Digest:
    torch.manual_seed(0)
    module = Scaled(torch.randn(x.shape))
    return gradients.of(module, lambda: (module(x),))["weight"]


def test_pieces_of_a_gradient_say_what_the_whole_says(monkeypatch: pytest.MonkeyPatch) -> None:
    x = torch.randn(7, 5)
    whole = digest(x)
    monkeypatch.setattr(gradients, "PIECE", 4)
    assert digest(x) == pytest.approx(whole, rel=1e-12)
    gradient = x * torch.linspace(-1, 1.5, 35).reshape(7, 5)
    assert whole.size == pytest.approx(float(gradient.norm()), rel=1e-6)
    assert whole.even == pytest.approx(float(gradient.sum()) / 35**0.5, rel=1e-5)


def test_a_gradient_that_is_not_finite_in_one_of_two_differs() -> None:
    finite, broken = {"w": digest(torch.ones(3))}, {"w": digest(torch.tensor([1.0, torch.nan, 1]))}
    assert gradients.differences(finite, broken, 1e-3) == {"w": torch.inf}
    assert gradients.differences(broken, finite, 1e-3) == {"w": torch.inf}
    assert gradients.differences(broken, broken, 1e-3) == {}
    assert gradients.differences(finite, {}, 1e-3) == {"w": 1.0}
