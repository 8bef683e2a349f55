"""The flat graph of every shipped spec beside the module: its state dict, its trace, its values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import networkx as nx
import pytest
import torch

from ..backends.pytorch.reference import Reference
from .test_all import DTYPES, PRINTED, examples, loaded, quick_and_slow

SMALL = 6_000_000
"""Parameters of a net that is run with numbers; larger ones run on the meta device."""

UNTRACED = (
    "decoder_mask",
    "language_model",
    "image_classifier",
    "char_rnn",
    "gru_encoder",
    "lstm_classifier",
    "seq2seq_attention",
    "t5_small",
    "mamba_130m",
    "rwkv_169m",
    "transformer_base",
)
"""Nets that ask a tensor for its size to count with, which torch.fx cannot follow."""

ALL = pytest.mark.parametrize(("spec", "name"), quick_and_slow())


@ALL
def test_weights_are_those_of_the_state_dict(spec: str, name: str) -> None:
    net = loaded(spec, name)
    flat, module = net.graph.flatten(), net.to_torch(device="meta")
    ours = {k: shape for _, held in flat.nodes(data="weights") for k, shape in held.items()}
    assert ours == {k: tuple(w.shape) for k, w in module.state_dict().items()}
    parameters = dict(module.named_parameters(remove_duplicate=False))
    tied = {k: v for _, held in flat.nodes(data="tied") for k, v in held.items()}
    assert all(parameters[a] is parameters[b] for a, b in tied.items())
    assert len(set(map(id, parameters.values()))) == len(parameters) - len(tied)


@ALL
def test_numbers_add_up(spec: str, name: str) -> None:
    net = loaded(spec, name)
    for graph in (net.graph, net.graph.flatten()):
        for what, total in (("params", net.params), ("macs", net.macs)):
            assert str(sum(n for _, n in graph.nodes(data=what))) == str(total)


@ALL
def test_nodes_stand_in_an_order_in_which_they_run(spec: str, name: str) -> None:
    flat = loaded(spec, name).graph.flatten()
    place = {node: i for i, node in enumerate(flat)}
    assert all(place[tail] < place[head] for tail, head in flat.edges())


@pytest.mark.parametrize(("spec", "name"), PRINTED)
def test_edges_are_what_torch_traces(spec: str, name: str) -> None:
    """Between modules, through whatever stands between them that is none."""
    net = loaded(spec, name)
    module = net.to_torch(device="meta")
    try:
        traced = torch.fx.symbolic_trace(module)
    except (TypeError, torch.fx.proxy.TraceError):
        assert name in UNTRACED
        return
    assert name not in UNTRACED
    theirs = {
        n: str(n.target) for n in traced.graph.nodes if n.op in ("call_module", "placeholder")
    }
    flat, paths = net.graph.flatten(), set(theirs.values())
    ours = {n: data["module"] for n, data in flat.nodes(data=True) if data["module"] in paths}
    ours |= {n: n for n in flat.inputs}
    assert between(flat, ours) == between(as_graph(traced.graph), theirs)


def as_graph(traced: torch.fx.Graph) -> nx.DiGraph:
    """Without what reads a tensor's shape or device: no value flows there."""
    made = nx.DiGraph()
    for node in traced.nodes:
        made.add_node(node)
        if node.target is not getattr:
            made.add_edges_from((before, node) for before in node.all_input_nodes)
    return made


def between(graph: nx.DiGraph, kept: Mapping[Any, str]) -> Counter[tuple[str, str]]:
    """By the names of the nodes that are kept: which hands something to which."""
    reach: dict[Any, set[Any]] = {}
    found: Counter[tuple[str, str]] = Counter()
    for node in nx.topological_sort(graph):
        before = set().union(*(reach[p] for p in graph.pred[node]))
        found.update((kept[b], kept[node]) for b in before if node in kept)
        reach[node] = {node} if node in kept else before
    return found


@ALL
def test_it_runs_node_by_node(spec: str, name: str) -> None:
    net = loaded(spec, name)
    small = isinstance(net.params, int) and net.params < SMALL
    device = "cpu" if small or "lengths" in net.inputs else "meta"
    torch.manual_seed(0)
    with torch.device(device), torch.no_grad():
        module = net.to_torch(device=device).eval()
        given = [torch.ones(shape, dtype=DTYPES[dtype]) for shape, dtype in examples(net)]
        torch.manual_seed(1)
        made = module(*given)
        torch.manual_seed(1)
        ours = Reference(module.state_dict()).run(net.ir, given)
    for mine, other in zip(ours, made if isinstance(made, tuple) else (made,), strict=True):
        assert mine.shape == other.shape
        assert device == "meta" or torch.equal(mine, other)
