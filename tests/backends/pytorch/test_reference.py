"""Generated modules against the graph run node by node: same keys, same outputs, same gradients."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import netwright as nw
from netwright.backends.pytorch import to_module
from netwright.compiler.ir import Graph

from .nets import NETS, SIZES
from .reference import Reference, example_inputs, keys

torch.set_num_threads(1)


def graph_of(name: str) -> Graph:
    return nw.loads(NETS[name]).ir


def outputs(module: nn.Module, inputs: list[Tensor]) -> list[Tensor]:
    torch.manual_seed(1)
    made = module(*inputs)
    return list(made) if isinstance(made, tuple) else [made]


def check(graph: Graph, **sizes: int) -> nn.Module:
    """The module, once its keys, outputs and gradients are the reference's."""
    inputs = example_inputs(graph, **sizes)
    torch.manual_seed(0)
    module = to_module(graph)
    with torch.no_grad():
        outputs(module.eval(), inputs)  # lazy modules take shape
    assert sorted(module.state_dict()) == sorted(keys(graph))
    for training in (False, True):
        module.train(training)
        state = {k: v.detach().clone() for k, v in module.state_dict().items()}
        shared = dict(module.named_parameters(remove_duplicate=False))
        unique: dict[int, Tensor] = {}
        for name, parameter in shared.items():
            state[name] = unique.setdefault(id(parameter), nn.Parameter(state[name]))
        made = outputs(module, inputs)
        torch.manual_seed(1)
        expected = Reference(state, training).run(graph, inputs)
        assert len(made) == len(expected)
        for ours, theirs in zip(made, expected, strict=True):
            assert torch.equal(ours, theirs)
        _check_gradients(made, expected, shared, state)
    return module


def _check_gradients(
    made: list[Tensor],
    expected: list[Tensor],
    parameters: dict[str, nn.Parameter],
    state: dict[str, Tensor],
) -> None:
    if not any(t.requires_grad for t in made):
        return
    for tensors in (made, expected):
        sum(t.float().square().sum() for t in tensors if t.requires_grad).backward()  # type: ignore[union-attr]
    for name, parameter in parameters.items():
        theirs = state[name].grad
        assert (parameter.grad is None) == (theirs is None), name
        if parameter.grad is not None and theirs is not None:
            assert torch.allclose(parameter.grad, theirs, rtol=1e-5, atol=1e-6), name
    for parameter in parameters.values():
        parameter.grad = None


@pytest.mark.parametrize("name", NETS)
def test_runs_as_the_graph_says(name: str) -> None:
    check(graph_of(name), **SIZES.get(name, {}))


@pytest.mark.parametrize("name", NETS)
def test_copies_and_pickles(name: str) -> None:
    graph = graph_of(name)
    inputs = example_inputs(graph, **SIZES.get(name, {}))
    module = to_module(graph).eval()
    expected = outputs(module, inputs)
    for twin in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert type(twin) is type(module)
        assert repr(twin) == repr(module)
        assert list(twin.state_dict()) == list(module.state_dict())
        for ours, theirs in zip(outputs(twin, inputs), expected, strict=True):
            assert torch.equal(ours, theirs)


SMALL = ("char_rnn", "mlp", "blocks.recurrent_attention", "lenet")


@pytest.mark.parametrize("spec", SMALL)
def test_shipped_specs(spec: str) -> None:
    check(nw.load(spec).ir)


@st.composite
def loops(draw: st.DrawFn) -> str:
    """A net whose loop names some of its layers: the generated code finds loops again in it."""
    operand = st.sampled_from(["x", "y", "z"])
    layer = st.sampled_from(
        [
            "linear(8) as a[i]",
            "linear(8) as b[i]",
            "unit as u[i]",
            "linear(8)",
            "unit",
            "relu",
            "tanh",
            "layernorm as n[i]",
            "linear(8) as c[i + 1]",
            "linear(8 + i) > linear(8)",
        ]
    )
    chain = st.lists(layer, min_size=1, max_size=3).map(" > ".join)
    expression = st.one_of(
        st.builds("({} > {})".format, operand, chain),
        st.builds("{} + ({} > {})".format, operand, operand, chain),
        st.builds("([{}, {}] > concat(-1) > linear(8))".format, operand, operand),
    )
    line = st.builds("{} = {}".format, operand, expression)
    body = "\n".join(draw(st.lists(line, min_size=1, max_size=4)))
    rounds = draw(st.integers(2, 6))
    after = draw(st.sampled_from(["x", "[x, y]", "[z, y, x] > add", "z > linear(3)"]))
    return f"""
        block unit = linear(4) > relu > linear(8)
        net loops: x[8] {{
          y = x > tanh
          z = x
          for i in range({rounds}) {{
            {body}
          }}
          {after}
        }}
    """


def check_loops(text: str) -> None:
    try:
        made = nw.loads(text)
    except nw.CompileError as error:  # a label twice in a round
        assert {d.code for d in error.diagnostics} <= {"E208", "E221"}, text
        assume(False)
    check(made.ir)


@given(loops())
@settings(max_examples=40)
def test_random_loops(text: str) -> None:
    check_loops(text)


@pytest.mark.slow
@given(loops())
@settings(max_examples=1500)
def test_random_loops_long(text: str) -> None:
    check_loops(text)
