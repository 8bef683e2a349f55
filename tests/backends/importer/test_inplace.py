"""Changes in place become new tensors, with the same results."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, fx, nn
from torch.utils._pytree import tree_leaves

from netwright.backends.importer.inplace import CannotReplace, Replacement


def parts_of_one(x: Tensor) -> Any:
    y = x.clone()
    q, _ = y.chunk(2, 1)
    first = y[:, 0]
    y[:, 1:] += 3.0
    y[:, 0] = 2
    q *= 2
    return y, first, q


def apart(x: Tensor) -> Any:
    y = x * 2
    q, k, v = y[:, 0], y[:, 1], y[:, 2]
    q *= 3
    return q + k + v


def all_of_an_axis(x: Tensor) -> Any:
    z = torch.zeros(x.shape[0], 4, 3)
    z[:, :, 2], z[:, :, 1], z[:, :, 0] = x, x * 2, 1
    return z


def over_one_another(x: Tensor) -> Any:
    y = x + 1
    part = y[:, 1:]
    part.mul_(2)
    y[:, :2].copy_(part[:, :2] * 0)
    other = y.unsqueeze(1)
    other[:, :, 0] = 7
    return y, part, other


def turned(x: Tensor) -> Any:
    y = torch.stack([x, x * 2], 2)
    t = y.transpose(1, 2)
    t[:, 1] = 0
    t.unbind(2)[0].add_(1)
    return y


def flat(x: Tensor) -> Any:
    y = torch.stack([x, x * 2], 2)
    z = y.flatten(1)
    z[:, 3] = 9
    y[:, 0, 1] = 3
    return y, z


def split(x: Tensor) -> Any:
    y = x + 1
    a, b = torch.split(y, 2, 1)
    a.zero_()
    b += a
    return y, a, b


def added(x: Tensor) -> Any:
    y = x + 1
    part = y[:, 1:]
    part += x[:, 1:]
    part[:, 0] = 5
    return y.sum() + part.sum(), y


def steps(x: Tensor) -> Any:
    y = x + 1
    y[:, ::2] = 0
    return y


class Model(nn.Module):
    def __init__(self, function: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Any:
        return self.function(x)


class Interpreter(fx.Interpreter):
    """Runs a graph in which ops in place change nothing."""

    def call_function(self, target: Any, args: Any, kwargs: Any) -> Any:
        if isinstance(target, torch._ops.OpOverload) and target._schema.is_mutable:
            args = (args[0].clone(), *args[1:])
        return super().call_function(target, args, kwargs)


def replaced(model: nn.Module, x: Tensor) -> list[Any]:
    """What a model computes without changes in place."""
    dims = ({0: torch.export.Dim.AUTO},)
    program = torch.export.export(model, (x,), dynamic_shapes=dims, strict=False)
    replacement = Replacement(program.graph, lambda *_: None)
    for node in list(program.graph.nodes):
        replacement.visit(node)
    replacement.finish(())
    specs = program.graph_signature.input_specs
    constants = [program.constants[spec.target] for spec in specs if spec.target]
    graph = fx.GraphModule(program.graph_module, program.graph)
    return tree_leaves(Interpreter(graph).run(*constants, x.clone()))


WAYS = (*(parts_of_one, apart, all_of_an_axis, over_one_another, turned, flat, split, added),)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_changes_in_place_become_new_tensors(way: Callable[[Tensor], Any]) -> None:
    x = torch.randn(2, 4)
    results = zip(replaced(Model(way), x), tree_leaves(way(x.clone())), strict=True)
    assert all(torch.equal(ours, theirs) for ours, theirs in results)


def test_places_that_are_not_in_a_row_are_refused() -> None:
    with pytest.raises(CannotReplace, match="not in a row"):
        replaced(Model(steps), torch.randn(2, 4))


def test_parts_of_the_new_value_are_made_once() -> None:
    """An activation in place, before a tensor is split, changes nothing about the split."""

    def model(x: Tensor) -> Any:
        a, b = torch.relu_(x * 2).chunk(2, 1)
        return a + b

    program = torch.export.export(Model(model), (torch.randn(2, 4),), strict=False)
    replacement = Replacement(program.graph, lambda *_: None)
    for node in list(program.graph.nodes):
        replacement.visit(node)
    replacement.finish(())
    words = [str(node.target) for node in program.graph.nodes]
    assert words.count("aten.chunk.default") == 1
