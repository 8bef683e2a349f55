"""Branches run in the order of the text, so random numbers and gradients are those of code in that
order."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import netwright as nw

BRANCHES = {
    "f": "(linear(8) > tanh) as f",
    "g": "(linear(8) > sigmoid) as g",
    "h": "linear(8) as h",
}
FORMS = {
    "a sum": lambda parts: " + ".join(f"(x > {part})" for part in parts),
    "a list": lambda parts: f"[{', '.join(f'x > {part}' for part in parts)}] > add",
    "a fan-out": lambda parts: f"x > {' + '.join(f'({part})' for part in parts)}",
}
ORDERS = ["fgh", "hgf", "gfh", "hfg"]


def by_hand(module: nn.Module, order: str, x: Tensor) -> Tensor:
    """The sum as one writes it in PyTorch."""
    parts = {name: module.get_submodule(name) for name in order}
    total: Tensor = parts[order[0]](x)
    for name in order[1:]:
        total = total + parts[name](x)
    return total


def gradient(y: Tensor, x: Tensor) -> Tensor:
    return torch.autograd.grad(y.square().sum(), x)[0]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("form", FORMS)
def test_gradients_are_those_of_code_in_the_same_order(form: str, order: str) -> None:
    text = f"net n: x[8] {{ {FORMS[form]([BRANCHES[name] for name in order])} }}"
    torch.manual_seed(0)
    module = nw.loads(text).to_torch()
    x = torch.randn(64, 8, requires_grad=True)
    assert torch.equal(module(x), by_hand(module, order, x))
    assert torch.equal(gradient(module(x), x), gradient(by_hand(module, order, x), x))


def test_another_order_has_other_last_bits() -> None:
    """Else the test above shows nothing."""
    module = nw.loads(f"net n: x[8] {{ {FORMS['a sum'](list(BRANCHES.values()))} }}").to_torch()
    x = torch.randn(64, 8, requires_grad=True)
    gradients = [gradient(by_hand(module, order, x), x) for order in ORDERS]
    assert not all(torch.equal(gradients[0], other) for other in gradients[1:])
    torch.testing.assert_close(gradients[0], gradients[-1])


def test_random_numbers_are_drawn_in_the_order_of_the_text() -> None:
    module = nw.loads("net n: x[8] { (x > dropout(0.5)) - (x > dropout(0.5)) }").to_torch()
    x = torch.ones(4, 8)
    torch.manual_seed(0)
    first, second = nn.functional.dropout(x, 0.5), nn.functional.dropout(x, 0.5)
    torch.manual_seed(0)
    assert torch.equal(module(x), first - second)
