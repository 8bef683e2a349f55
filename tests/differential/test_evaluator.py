"""The evaluator by itself: the language's page, examples worked out by hand, PyTorch's counts."""

from __future__ import annotations

from textwrap import dedent

import pytest
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

import netwright as nw
from netwright.grammar.parser import parse
from netwright.grammar.source import Source

from ..backends.pytorch.nets import NETS, SIZES
from .compare import Input, Program, Trial
from .evaluator import Outcome, evaluate
from .programs import program
from .scopes import Refused
from .weights import Weights

torch.set_num_threads(1)


def run(text: str, **inputs: Tensor) -> Outcome:
    tree, errors = parse(Source("<test>", dedent(text)))
    assert not errors
    return evaluate(tree, "n", inputs, Weights())


def equal(one: str, other: str, **inputs: Tensor) -> None:
    a, b = run(one, **inputs), run(other, **inputs)
    assert torch.equal(a.outputs[0], b.outputs[0])


X = torch.randn(2, 5, 8, generator=torch.Generator().manual_seed(3))


def test_side_results_fall_away_in_a_repeat() -> None:
    text = """
        block l(h): x { [x, h] > gru(8) }
        net n: x[T, 8] { h0 = ones([1, N, 8])
          x > l(h0) * 3 }
    """
    equal(text, text.replace("l(h0) * 3", "l(h0) > l(h0) > l(h0)"), x=X)


def test_copies_have_their_own_weights_and_shares_have_one() -> None:
    assert len(run("net n: x[T, 8] { x > linear(8) * 3 }", x=X).state) == 6
    assert len(run("share f = linear(8)\nnet n: x[T, 8] { x > f * 3 }", x=X).state) == 2


def test_a_share_of_a_block_with_a_share() -> None:
    text = """
        block b: x { share f = linear(8)
          x > f > f }
        share g = b
        net n: x[T, 8] { x > g > g }
    """
    made = run(text, x=X)
    assert list(made.state) == ["g.f.weight", "g.f.bias"]
    expected = X
    for _ in range(4):
        expected = torch.nn.functional.linear(expected, *made.state.values())
    assert torch.allclose(made.outputs[0], expected)


def test_a_share_of_a_block_that_uses_a_share_from_around() -> None:
    text = """
        share f = linear(8, bias=false)
        block b: x { x > f > linear(8, bias=false) > f }
        share g = b
        net n: x[T, 8] { x > g > g }
    """
    made = run(text, x=X)
    assert sorted(made.state) == ["f.weight", "g.linear1.weight"]
    f, g = made.state["f.weight"], made.state["g.linear1.weight"]
    expected = X
    for weight in (f, g, f, f, g, f):
        expected = torch.nn.functional.linear(expected, weight)
    assert torch.allclose(made.outputs[0], expected)


def test_numbers_skip_labels() -> None:
    text = "net n: x[T, 8] { x > linear(8) * 2 > linear(8) as linear2 }"
    names = [name.split(".")[0] for name in run(text, x=X).state]
    assert names[::2] == ["linear1", "linear3", "linear2"]


@pytest.mark.parametrize("labelled", ["id", "(x > id)", "tied"])
def test_numbers_skip_labels_of_what_is_no_module(labelled: str) -> None:
    text = f"share tied = linear(8)\nnet n: x[T, 8] {{ x > {labelled} as linear1 > linear(2) }}"
    text = text.replace("x > (x > id)", "(x > id)")
    names = {name.split(".")[0] for name in run(text, x=X).state}
    assert names - {"tied"} == {"linear2"}


def test_a_source_in_a_labelled_network_stands_inside_its_label() -> None:
    text = "net n: x[T, 8] { x > id + ((linear(8) + (param([8]) as w)) as s) }"
    assert sorted(run(text, x=X).state) == ["s.0.bias", "s.0.weight", "s.w"]


def test_a_scan_is_a_loop() -> None:
    text = "net n: x[T, 8] { y, h = x > scan(gru_cell(8), init=zeros([N, 8]))\n [y, h] }"
    made = run(text, x=X)
    state, steps = torch.zeros(2, 8), []
    for step in X.unbind(1):
        state = torch.gru_cell(step, state, *made.state.values())
        steps.append(state)
    assert torch.equal(made.outputs[0], torch.stack(steps, 1))
    assert torch.equal(made.outputs[1], state)


def test_a_tied_weight_has_two_names_and_counts_once() -> None:
    text = """
        net n: x[T, 8] {
          y = x > linear(8) as a
          y > linear(8, bias=false, weight=a.weight) as b
        }
    """
    made = run(text, x=X)
    assert made.state["a.weight"] is made.state["b.weight"]
    assert made.params == 72


def test_only_what_the_outputs_need_is_counted() -> None:
    made = run("net n: x[T, 8] { y = x > linear(100)\n x > linear(2) }", x=X)
    assert made.macs == 2 * 5 * 8 * 2
    assert "linear1.weight" in made.state


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_it_counts_as_pytorch_does(first: int) -> None:
    """PyTorch's counter passes over an LSTM on the CPU."""
    for number in range(first, first + 10):
        made = program(f"counts:{number}")
        tree, _ = parse(Source("<test>", made.text))
        inputs = Trial(made).tensors[0]
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            try:
                outcome = evaluate(tree, made.net, inputs, Weights())
            except (Refused, RuntimeError, IndexError, ValueError):
                continue  # PyTorch refuses some programs too, as the compiler does
        if "lstm" not in made.text:
            assert counter.get_total_flops() == 2 * outcome.all_macs, made.text


NAMED = [name for name, text in NETS.items() if "net " in text and name not in SIZES]


@pytest.mark.parametrize("name", NAMED)
def test_hand_written_nets(name: str) -> None:
    text = dedent(NETS[name])
    ports = nw.loads(text).ir.inputs
    inputs = [
        Input(
            p.name,
            tuple(d if isinstance(d, int) else str(d) for d in p.type.shape[1:]),
            p.type.dtype,
        )
        for p in ports
    ]
    sizes = {str(d): 5 + i for i, d in enumerate({d for p in inputs for d in p.shape})}
    runs = ({**sizes, "N": 2}, {**{k: v + 3 for k, v in sizes.items()}, "N": 3})
    made = Program(text, nw.loads(text).name, tuple(inputs), runs)
    assert Trial(made).verdict().kind == "agrees"
