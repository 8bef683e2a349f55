"""A net run node by node, from its flat graph: what generated code is compared with."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from types import SimpleNamespace
from typing import Any

import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor, nn

from netwright.backends.python.printing import print_code
from netwright.compiler.dims import Dim, Size, substitute
from netwright.compiler.graph import NetGraph, to_networkx
from netwright.compiler.ir import Graph
from netwright.compiler.layer import Layer
from netwright.compiler.types import TensorType

DTYPES = {"float": torch.float32, "int": torch.int64, "bool": torch.bool, "complex": torch.cfloat}


def keys(graph: Graph) -> list[str]:
    """The state dict's keys, by the contract: module path and PyTorch's weight name."""
    weights = to_networkx(graph).flatten().nodes(data="weights")
    return list(dict.fromkeys(key for _, held in weights for key in held))


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
    if kind.dtype in ("float", "complex"):
        return torch.randn(shape, generator=generator, dtype=DTYPES[kind.dtype])
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
        flat = to_networkx(graph).flatten(loops=True)
        return _Run(self, flat, sizes).run(inputs)

    def layer(
        self,
        layer: Layer,
        piped: Sequence[TensorType],
        given: list[Tensor],
        full: str,
        sizes: Mapping[str, int],
    ) -> list[Tensor]:
        lowering = layer.lower(*piped)
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


@dataclass
class _Run:
    """One run of a flat graph. Of a node in a scan ``values`` are those of the step."""

    reference: Reference
    flat: NetGraph
    sizes: Mapping[str, int]
    values: dict[tuple[str, int], Tensor] = field(default_factory=dict)
    steps: dict[tuple[str, int], list[Tensor]] = field(default_factory=dict)

    def run(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        self.values.update({(key, 0): x for key, x in zip(self.flat.inputs, inputs, strict=True)})
        self.level([n for n, idle in self.flat.nodes(data="idle") if not idle], 0)
        return [self.given(key)[0] for key in self.flat.outputs]

    def level(self, nodes: Iterable[str], depth: int) -> None:
        """Nodes in order, those of a scan step by step."""
        scans = self.flat.nodes(data="scans")
        for deeper, group in groupby(nodes, key=lambda node: scans[node][depth : depth + 1]):
            if deeper:
                self.scan(list(group), depth)
                continue
            for node in group:
                made = self.node(node, self.flat.nodes[node])
                self.values.update({(node, i): value for i, value in enumerate(made)})

    def given(self, node: str, *, loop: bool = False) -> list[Tensor]:
        edges = sorted(self.flat.in_edges(node, data=True), key=lambda edge: edge[2]["slot"])
        return [self.values[e[0], e[2]["result"]] for e in edges if e[2]["loop"] == loop]

    def node(self, node: str, data: Mapping[str, Any]) -> list[Tensor]:
        if data["kind"] == "input":
            return [self.values[node, 0]]
        if data["kind"] == "weight":
            return [self.reference.state[data["text"]]]
        if data["kind"] == "stack":
            ((maker, _, result),) = self.flat.in_edges(node, data="result")
            steps = self.steps[maker, result]
            return [torch.stack(steps[::-1] if data["settings"]["reverse"] else steps, dim=1)]
        given = self.given(node)
        if data["kind"] != "layer":
            return given
        layer, types = data["layer"], [type for *_, type in self.flat.in_edges(node, data="type")]
        piped = types[: len(types) - len(layer.tensors())]
        return self.reference.layer(layer, piped, given, data["module"], self.sizes)

    def scan(self, nodes: list[str], depth: int) -> None:
        own = [n for n in nodes if len(self.flat.nodes[n]["scans"]) == depth + 1]
        each, states = (
            [n for n in own if self.flat.nodes[n]["kind"] == k] for k in ("each", "state")
        )
        cell = [n for n in nodes if n not in (*each, *states)]
        sequences = [self.given(n)[0].unbind(1) for n in each]
        left = [self.given(n)[0] for n in states]
        self.steps |= {key: [] for key in self.collected(nodes)}
        steps = list(zip(*sequences, strict=True))
        for items in reversed(steps) if self.flat.nodes[each[0]]["settings"]["reverse"] else steps:
            named = zip([*each, *states], [*items, *left], strict=True)
            self.values.update({(n, 0): value for n, value in named})
            self.level(cell, depth + 1)
            for key in self.collected(nodes):
                self.steps[key].append(self.values[key])
            left = [self.given(n, loop=True)[0] for n in states]

    def collected(self, nodes: Iterable[str]) -> list[tuple[str, int]]:
        out = self.flat.out_edges(nodes, data="result")
        return [(a, r) for a, b, r in out if self.flat.nodes[b]["kind"] == "stack"]


def _flat(made: Any) -> list[Tensor]:
    if isinstance(made, Tensor):
        return [made]
    return [t for part in made for t in _flat(part)]
