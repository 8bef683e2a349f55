"""Each module has a path of its own, whatever words and labels end in."""

from __future__ import annotations

from collections import OrderedDict

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

import netwright as nw
from netwright.backends import layer_table

from .test_reference import check

WORDS = ("b", "b0", "b00", "b1", "b01", "b10")
BLOCKS = "\n".join(f"block {word} = linear(2) as q{i}" for i, word in enumerate(WORDS))


def check_paths(pipe: str, count: int) -> None:
    """``count`` linear layers from 2 to 2."""
    graph = nw.loads(f"{BLOCKS}\nnet n: x[2] {{ x > {pipe} }}").ir
    module = check(graph)
    weights = [p.numel() for p in module.parameters()]
    assert sum(weights) == graph.params == 6 * count
    assert len(module.state_dict()) == 2 * count
    assert sum(r.params for r in layer_table.rows(graph) if isinstance(r.params, int)) == 6 * count
    assert sum(len(r.path) > 0 for r in layer_table.rows(graph)) == count


@pytest.mark.parametrize(
    ("pipe", "count"),
    [
        ("b > b0 * 2 > b", 4),  # b01 and b02 are no copies of b1
        ("b * 12 > b1 * 3 > b", 16),  # b11 is both the eleventh b and the first b1
        ("b1 * 3 > b * 12", 15),
        ("b0 * 12 > b00 * 4", 16),
        ("b0 > b0 > b0 > b0 > b0 > b0 > b0 > b0 > b0 > b0 > b0", 11),  # found again as a loop
        ("b01 * 4 > b0 * 13", 17),
        ("b0 * 3 as b0 > b0 * 2", 5),
        ("(b as b1 > b * 11) > b1 * 2", 14),
        ("(b0 * 11) as b01 > b0 * 2", 13),
        ("b1 as b11 > b * 11 > b1", 13),
        ("(b0 > b0) * 11 as b0", 22),
        ("b as b2 > b as b5 > b * 9", 11),
    ],
)
def test_words_and_labels_that_end_in_digits(pipe: str, count: int) -> None:
    check_paths(pipe, count)


@st.composite
def pipes(draw: st.DrawFn) -> tuple[str, int]:
    """Calls of blocks, single, repeated, labelled; and how many layers they are."""
    labels = st.permutations([f"{w}{n}" for w in ("b", "b0", "b1", "p") for n in ("", 0, 1, 10)])
    free, members, total = iter(draw(labels)), [], 0
    for _ in range(draw(st.integers(1, 6))):
        word, count = draw(st.sampled_from(WORDS)), draw(st.integers(1, 13))
        member = f"{word} * {count}" if count > 1 else word
        label = draw(st.sampled_from(["", "", "as", "group"]))
        member = f"({member} > {word})" if label == "group" else member
        members.append(f"{member} as {next(free)}" if label else member)
        total += count + (label == "group")
    return " > ".join(members), total


@given(pipes())
@settings(max_examples=60)
def test_random_words_and_labels(pipe: tuple[str, int]) -> None:
    check_paths(*pipe)


def test_a_summary_folds_copies_of_a_word_that_ends_in_a_digit() -> None:
    graph = nw.loads(f"{BLOCKS}\nnet n: x[2] {{ x > b0 * 3 }}").ir
    assert [r.path for r in layer_table.rows(graph, fold=True)] == ["b01…3.q1"]


# --- quoted labels -------------------------------------------------------------------------------


class RegStage(nn.Module):
    """Modules as torchvision's RegNet names them, and a few names that are stranger."""

    def __init__(self) -> None:
        super().__init__()
        blocks = [("block1-0", nn.Linear(2, 2)), ("block1-1", nn.Linear(2, 2))]
        self.trunk = nn.Sequential(OrderedDict(blocks))
        self.model = nn.ModuleDict({"de coder": nn.Sequential(nn.Linear(2, 2), nn.ReLU())})
        self.add_module("out's {i}", nn.Linear(2, 2))

    def forward(self, x: Tensor) -> Tensor:
        last = getattr(self, "out's {i}")
        return last(self.model["de coder"](self.trunk(x)))  # type: ignore[no-any-return]


STAGE = """
net n: x[2] {
  x > (linear(2) as "block1-0" > linear(2) as "block1-1") as trunk
    > (linear(2) > relu) as "model.de coder" > linear(2) as "out's {{i}}"
}"""


def test_quoted_labels_load_strictly() -> None:
    original, net = RegStage(), nw.loads(STAGE)
    module = check(net.ir)
    module.load_state_dict(original.state_dict(), strict=True)
    x = torch.randn(3, 2)
    assert torch.equal(module(x), original(x))


def test_a_path_may_begin_with_a_quoted_label() -> None:
    text = """net n: x[2] {
      x > linear(2) as "a-0" > (linear(2) as "b.c") * 2 as "r-1" > linear(2) as fc
        > linear(2, bias=false, weight="a-0".weight) + "r-1"."1".b.c.bias + "fc".bias
    }"""
    module = check(nw.loads(text).ir)
    assert module.get_parameter("linear1.weight") is module.get_parameter("a-0.weight")


ODD = [
    "a b",
    "it's",
    '"',
    "\\\\",
    "$x_1$",
    "50%",
    "<b>&amp;",
    "{{i}}",
    "a|b;c:d",
    "특징-0",
    "-",
    "class-",
]


@pytest.mark.parametrize("label", ODD)
def test_modules_of_any_name_are_made_and_run(label: str) -> None:
    quote = "'" if '"' in label else '"'
    a, b, c = (f"{quote}{name}{quote}" for name in (label, f"m.{label}", f"r.{label}"))
    text = f"""
        block two: x {{
          x > linear(2) as {a} > (linear(2) as {a} > relu) as {b} > linear(2) * 4 as {c}
        }}
        net n: x[2] {{
          x > two as {b} > [linear(1) as {a}, linear(1)] as {c} > concat > id + m.{a}.{a}
        }}"""
    module = check(nw.loads(text).ir)
    name = label.replace("{{", "{").replace("}}", "}").replace("\\\\", "\\")
    assert {f"m.{name}.{name}.weight", f"m.{name}.m.{name}.0.weight"} & {*module.state_dict()}
    assert f"m.{name}.m.{name}.{name}.weight" in module.state_dict()
