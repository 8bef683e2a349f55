"""A net run node by node, straight from the graph: what generated code is compared with."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from netwright.backends.pytorch.expressions import print_code
from netwright.compiler.dims import Dim, Size, substitute
from netwright.compiler.ir import (
    CallOp,
    Graph,
    InputOp,
    LayerOp,
    Node,
    ScanOp,
    WeightOp,
    layer_weights,
    piped,
)
from netwright.compiler.types import TensorType

DTYPES = {"float": torch.float32, "int": torch.int64, "bool": torch.bool}


def keys(graph: Graph) -> list[str]:
    """The state dict's keys, by the contract: module path and PyTorch's weight name."""
    found: dict[str, None] = {}
    _collect(graph, "", found)
    return list(found)


def _collect(graph: Graph, prefix: str, found: dict[str, None]) -> None:
    for node in graph.nodes:
        for path in () if node.outer else node.paths:
            here = f"{prefix}{path}."
            op = node.operation
            if isinstance(op, CallOp):
                _collect(op.graph, here, found)
            elif node.path:
                found.update(dict.fromkeys((here + w).rstrip(".") for w in layer_weights(node)))


def example_inputs(graph: Graph, seed: int = 0, **sizes: int) -> list[Tensor]:
    """Random tensors of the inputs' types; each symbol gets a size of its own unless given."""
    generator = torch.Generator().manual_seed(seed)
    values: dict[str, Dim] = dict(sizes)
    for port in graph.inputs:
        for symbol in port.type.symbols():
            values.setdefault(symbol, 2 if symbol == "N" else 5 + len(values))
    return [_example(port.type, values, generator) for port in graph.inputs]


def _example(kind: TensorType, values: Mapping[str, Dim], generator: torch.Generator) -> Tensor:
    shape = [int(str(substitute(d, values))) for d in kind.shape]
    if kind.dtype == "float":
        return torch.randn(shape, generator=generator)
    return torch.randint(0, 2, shape, generator=generator).to(DTYPES[kind.dtype])


@dataclass
class Reference:
    """Runs a graph with the weights of a state dict."""

    state: Mapping[str, Tensor]
    training: bool = False
    modules: dict[str, Any] = field(default_factory=dict)

    def run(self, graph: Graph, inputs: Sequence[Tensor]) -> list[Tensor]:
        sizes: dict[str, int] = {}
        for port, tensor in zip(graph.inputs, inputs, strict=True):
            for dim, size in zip(port.type.shape, tensor.shape, strict=True):
                if isinstance(dim, Size) and str(dim).isidentifier():
                    sizes[str(dim)] = size
        return self.graph(graph, list(inputs), "", {}, sizes)

    def graph(
        self, graph: Graph, inputs: list[Tensor], prefix: str,
        outer: Mapping[str, str], sizes: Mapping[str, int],
    ) -> list[Tensor]:  # fmt: skip
        values: dict[tuple[str, int], Tensor] = {}
        feeds = iter(inputs)
        for node in graph.nodes:
            if isinstance(node.op, InputOp):
                values[node.key, 0] = next(feeds)
            elif not node.idle:
                given = [values[v.node, v.result] for v in node.inputs]
                for path in node.paths:
                    full = outer[path] if node.outer else prefix + path
                    results = self.node(node, given, prefix, full, outer, sizes)
                    carried = [results[i] for i in node.main]
                    given = [*carried, *given[len(carried) :]]
                values |= {(node.key, i): t for i, t in enumerate(results)}
        return [values[v.node, v.result] for v in graph.results]

    def node(
        self, node: Node, given: list[Tensor], prefix: str, full: str,
        outer: Mapping[str, str], sizes: Mapping[str, int],
    ) -> list[Tensor]:  # fmt: skip
        if isinstance(node.op, WeightOp):
            first, _, rest = node.op.module.partition(".")
            path = f"{outer[first]}.{rest}" if first in outer else prefix + node.op.module
            return [self.state[f"{path.rstrip('.')}.{node.op.weight}".rstrip(".")]]
        if isinstance(node.op, ScanOp):
            return self.scan(node, node.op, given, prefix, full, outer, sizes)
        if isinstance(node.op, CallOp):
            called = node.op.graph
            handed = {n: outer.get(p, prefix + p) for n, p in node.outers}
            inner = {**sizes, **{s: _number(d, sizes) for s, d in node.op.sizes}}
            for port, tensor in zip(called.inputs, given, strict=True):
                for dim, size in zip(port.type.shape, tensor.shape, strict=True):
                    if isinstance(dim, Size) and str(dim).isidentifier():
                        inner[str(dim)] = size
            return self.graph(called, given, f"{full}.", handed, inner)
        assert isinstance(node.op, LayerOp)
        return self.layer(node, node.op, given, full, sizes)

    def scan(
        self, node: Node, op: ScanOp, given: list[Tensor], prefix: str, full: str,
        outer: Mapping[str, str], sizes: Mapping[str, int],
    ) -> list[Tensor]:  # fmt: skip
        cell = node.replace(op=op.cell, takes=node.operands)
        steps = list(zip(*(t.unbind(1) for t in given[: op.sequences]), strict=True))
        states = given[op.sequences : op.sequences + op.states]
        rest = given[op.sequences + op.states :]
        emitted = []
        for items in reversed(steps) if op.reverse else steps:
            made = self.node(cell, [*items, *states, *rest], prefix, full, outer, sizes)
            states = made[1:] if op.emits else made
            emitted.append(made[0])
        return [torch.stack(emitted[::-1] if op.reverse else emitted, dim=1), *states]

    def layer(
        self, node: Node, op: LayerOp, given: list[Tensor], full: str, sizes: Mapping[str, int]
    ) -> list[Tensor]:
        lowering = op.layer.lower(*piped(node))
        own = SimpleNamespace(training=self.training)
        scope: dict[str, Any] = {"torch": torch, "nn": nn, "F": F, "math": math, "self": own}
        for helper in lowering.helpers:
            exec(helper.source, scope)
        names = [f"x{i}" for i in range(len(given))]
        scope |= dict(zip(names, given, strict=True))
        if lowering.module is not None:
            if full not in self.modules:
                self.modules[full] = self.module(print_code(lowering.module, (), ""), full, scope)
            scope["module"] = self.modules[full]
        forward = f"module({', '.join(names)})"
        if lowering.forward is not None:
            symbols = {k: str(v) for k, v in sizes.items()}
            forward = print_code(lowering.forward, names, "module", symbols)
        made = eval(forward, scope)
        return list(_flat(made))

    def module(self, constructor: str, full: str, scope: dict[str, Any]) -> Any:
        with torch.random.fork_rng():
            made = eval(constructor, scope)
        if isinstance(made, Tensor):
            return self.state.get(full, made)
        own = {
            k.removeprefix(f"{full}."): v for k, v in self.state.items() if k.startswith(f"{full}.")
        }
        made.load_state_dict(own, assign=True)
        return made.train(self.training)


def _number(dim: Dim, sizes: Mapping[str, int]) -> int:
    return int(str(substitute(dim, sizes)))


def _flat(made: Any) -> list[Tensor]:
    if isinstance(made, Tensor):
        return [made]
    return [t for part in made for t in _flat(part)]
