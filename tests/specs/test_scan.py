"""``scan``: cells written out give what PyTorch's recurrent modules give, outputs and gradients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import netwright as nw

TOLERANCE = 1e-12

ELMAN = """
block elman(d): x, h[d] { (x > linear(d) as ih) + (h > linear(d) as hh) > tanh }
"""

LSTM = """
block lstm_by_hand(d): x, h[d], c[d] {
  i, f, g, o = (x > linear(4 * d) as ih) + (h > linear(4 * d) as hh) > chunk(4, dim=1)
  c = (f > sigmoid) * c + (i > sigmoid) * (g > tanh)
  [(o > sigmoid) * (c > tanh), c]
}
"""

GRU = """
block gru_by_hand(d): x, h[d] {
  r, z, n = x > linear(3 * d) as ih > chunk(3, dim=1)
  s, u, m = h > linear(3 * d) as hh > chunk(3, dim=1)
  r, z = [r + s > sigmoid, z + u > sigmoid]
  n = n + r * m > tanh
  (1 - z) * n + z * h
}
"""

CELLS = {
    "elman": (ELMAN, nn.RNN),
    "lstm_by_hand": (LSTM, nn.LSTM),
    "gru_by_hand": (GRU, nn.GRU),
}
WIDTH, STEPS, BATCH = 5, 7, 3


@pytest.fixture(autouse=True)
def double() -> Iterator[None]:
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def compiled(text: str) -> Any:
    """The module of a spec without findings."""
    assert nw.check(text) == []
    return nw.loads(text).to_torch()


def sequence(width: int = 4) -> Tensor:
    return torch.randn(BATCH, STEPS, width, requires_grad=True)


def give(cell: nn.Module, theirs: nn.Module, suffix: str = "l0") -> None:
    """Our cell has their weights."""
    for ours, name in ((cell.ih, "ih"), (cell.hh, "hh")):
        assert isinstance(ours, nn.Linear)
        ours.weight.data.copy_(getattr(theirs, f"weight_{name}_{suffix}"))
        ours.bias.data.copy_(getattr(theirs, f"bias_{name}_{suffix}"))


def close(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and torch.allclose(a, b, rtol=0, atol=TOLERANCE)


def gradients(outputs: Any, *of: Any) -> list[Tensor]:
    """In a random direction of the outputs."""
    torch.manual_seed(1)
    total = sum((o * torch.randn(o.shape)).sum() for o in outputs)
    return list(torch.autograd.grad(total, [p for m in of for p in parameters(m)]))


def parameters(of: Any) -> list[Tensor]:
    return [of] if isinstance(of, Tensor) else [p for _, p in sorted(of.named_parameters())]


# --- PyTorch's recurrent modules ------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS)
def test_cells_by_hand(cell: str) -> None:
    text, module = CELLS[cell]
    states = 2 if module is nn.LSTM else 1
    names = ["h", "c"][:states]
    ours = compiled(
        f"{text} net t: x[T, 4] {{ y, {', '.join(names)} = x > scan({cell}({WIDTH})) as cell\n"
        f"[y, {', '.join(names)}] }}"
    )
    theirs = module(4, WIDTH, batch_first=True)
    give(ours.cell, theirs)
    x = sequence()
    y, *last = ours(x)
    expected, state = theirs(x)
    expected_last = list(state) if isinstance(state, tuple) else [state]
    assert close(y, expected)
    assert all(close(a, b[0]) for a, b in zip(last, expected_last, strict=True))
    mine = gradients([y, *last], x, ours.cell)
    yours = gradients([expected, *(s[0] for s in expected_last)], x, theirs)
    # sorted by name: hh.bias hh.weight ih.bias ih.weight; bias_hh bias_ih weight_hh weight_ih
    order = [0, 1, 3, 2, 4]
    assert all(close(mine[i], yours[j]) for i, j in zip(order, (0, 1, 2, 3, 4), strict=True))


@pytest.mark.parametrize("cell", CELLS)
def test_reverse_and_both_ways(cell: str) -> None:
    text, module = CELLS[cell]
    ours = compiled(
        f"{text} net t: x[T, 4] {{ [x > scan({cell}({WIDTH})) as there, "
        f"x > scan({cell}({WIDTH}), reverse=true) as back] > concat(dim=-1) }}"
    )
    theirs = module(4, WIDTH, batch_first=True, bidirectional=True)
    give(ours.there, theirs)
    give(ours.back, theirs, "l0_reverse")
    x = sequence()
    assert close(ours(x), theirs(x)[0])
    assert close(gradients([ours(x)], x)[0], gradients([theirs(x)[0]], x)[0])


@pytest.mark.parametrize("cell", CELLS)
def test_layers_on_each_other(cell: str) -> None:
    text, module = CELLS[cell]
    pipe = " > ".join(f"scan({cell}({WIDTH})) as l{i}" for i in range(3))
    ours = compiled(f"{text} net t: x[T, 4] {{ x > {pipe} }}")
    theirs = module(4, WIDTH, num_layers=3, batch_first=True)
    for i, layer in enumerate((ours.l0, ours.l1, ours.l2)):
        give(layer, theirs, f"l{i}")
    x = sequence()
    assert close(ours(x), theirs(x)[0])


def test_first_states() -> None:
    ours = compiled(f"""{LSTM}
    net t: x[T, 4], h[{WIDTH}], c[{WIDTH}] {{
      x > scan(lstm_by_hand({WIDTH}), init=[h, c]) as cell
    }}""")
    theirs = nn.LSTM(4, WIDTH, batch_first=True)
    give(ours.cell, theirs)
    x = sequence()
    h, c = (torch.randn(BATCH, WIDTH, requires_grad=True) for _ in range(2))
    expected, _ = theirs(x, (h[None], c[None]))
    assert close(ours(x, h, c), expected)
    assert close(ours(x=x, c=c, h=h), expected)
    both = zip(gradients([ours(x, h, c)], h, c), gradients([expected], h, c), strict=True)
    assert all(close(a, b) for a, b in both)


@pytest.mark.parametrize(("word", "module"), [("rnn", nn.RNN), ("gru", nn.GRU), ("lstm", nn.LSTM)])
def test_pytorchs_cells(word: str, module: Any) -> None:
    """A layer as a cell: its states are known without being declared."""
    ours = compiled(f"net t: x[T, 4] {{ x > scan({word}_cell({WIDTH})) as cell }}")
    theirs = module(4, WIDTH, batch_first=True)
    state = {name.removesuffix("_l0"): p for name, p in theirs.state_dict().items()}
    ours.cell.load_state_dict(state, strict=True)
    x = sequence()
    assert close(ours(x), theirs(x)[0])


# --- more than PyTorch's --------------------------------------------------------------------------


def test_one_value_more_than_states() -> None:
    """A Mealy machine: what it says at a step is not its state."""
    ours = compiled("""
    block step: x[4], total[4] { [x * total, total + x] }
    net t: x[T, 4] { y, total = x > scan(step)
      [y, total] }
    """)
    x = sequence()
    y, total = ours(x)
    before = x.cumsum(1) - x
    assert close(y, x * before)
    assert close(total, x.sum(1))


def test_two_sequences() -> None:
    ours = compiled("""
    block step: a, b, total[4] { total * a + b }
    net t: a[T, 4], b[T, 4] { [a, b] > scan(step) }
    """)
    a, b = sequence(), sequence()
    y, total = [], torch.zeros(BATCH, 4)
    for i in range(STEPS):
        total = total * a[:, i] + b[:, i]
        y.append(total)
    assert close(ours(a, b), torch.stack(y, 1))


def test_whole_numbers_step_through() -> None:
    ours = compiled(f"""{ELMAN}
    block reading: letter, h[{WIDTH}] {{
      [letter > embed(10, 4) as letters, h] > elman({WIDTH}) as cell
    }}
    net t: word[T] int {{ word > scan(reading) as reader }}
    """)
    word = torch.randint(10, (BATCH, STEPS))
    theirs = nn.RNN(4, WIDTH, batch_first=True)
    give(ours.reader.cell, theirs)
    assert close(ours(word), theirs(ours.reader.letters(word))[0])


def test_a_cell_that_sees_what_is_around_it() -> None:
    """``memory`` comes as an argument, ``bias`` from the body that the block stands in."""
    ours = compiled("""
    block looking(memory): x, h[4] {
      weights = (x + h)[:, none] @ (memory > transpose(1, 2)) > softmax(dim=-1)
      weights @ memory > squeeze(1) > linear(4) as out
    }
    net t: x[T, 4], memory[S, 4] {
      bias = memory > mean(1)
      block step: x, h[4] { [x + bias, h] > looking(memory) as inner }
      x > scan(step) as cell
    }
    """)
    x, memory = sequence(), torch.randn(BATCH, 9, 4, requires_grad=True)
    bias, h, states = memory.mean(1), torch.zeros(BATCH, 4), []
    for i in range(STEPS):
        weights = torch.softmax(((x[:, i] + bias + h)[:, None] @ memory.mT), -1)
        h = ours.cell.inner.out((weights @ memory).squeeze(1))
        states.append(h)
    expected = torch.stack(states, 1)
    assert close(ours(x, memory), expected)
    mine, yours = (gradients([y], x, memory, ours) for y in (ours(x, memory), expected))
    assert all(map(close, mine, yours))


def test_scans_in_scans() -> None:
    """Letters make words, words make the sentence."""
    ours = compiled(f"""{ELMAN}
    block reading(d): word[L, w], h[d] {{
      [word > scan(elman(d)) as letters > last, h] > elman(d) as words
    }}
    net t: x[T, L, 4] {{ x > scan(reading({WIDTH})) as reader }}
    """)
    x = torch.randn(BATCH, STEPS, 6, 4, requires_grad=True)
    inner, outer = nn.RNN(4, WIDTH, batch_first=True), nn.RNN(WIDTH, WIDTH, batch_first=True)
    give(ours.reader.letters, inner)
    give(ours.reader.words, outer)
    words = torch.stack([inner(x[:, i])[0][:, -1] for i in range(STEPS)], 1)
    assert close(ours(x), outer(words)[0])
    assert close(gradients([ours(x)], x)[0], gradients([outer(words)[0]], x)[0])


def test_one_instance_in_two_scans() -> None:
    ours = compiled(f"""{ELMAN}
    net t: a[T, 4], b[S, 4] {{
      share cell = elman({WIDTH})
      _, h = a > scan(cell)
      b > scan(cell, init=h)
    }}
    """)
    theirs = nn.RNN(4, WIDTH, batch_first=True)
    give(ours.cell, theirs)
    a, b = sequence(), sequence()
    assert close(ours(a, b), theirs(torch.cat([a, b], 1))[0][:, STEPS:])
    assert {n.split(".")[0] for n in ours.state_dict()} == {"cell"}


def test_what_it_costs() -> None:
    """Parameters once, multiply-accumulates at every step."""
    text = f"{ELMAN} net t: x[7, 4] {{ x > scan(elman({WIDTH})) }}"
    net = nw.loads(text)
    weights = WIDTH * (4 + WIDTH)
    assert net.params == weights + 2 * WIDTH
    assert net.macs == STEPS * weights


@pytest.mark.parametrize("length", [1, 2, 30])
def test_any_length(length: int) -> None:
    ours = compiled(f"{GRU} net t: x[T, 4] {{ x > scan(gru_by_hand({WIDTH})) }}")
    assert ours(torch.randn(2, length, 4)).shape == (2, length, WIDTH)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_states_have_the_precision_of_the_sequence(dtype: torch.dtype) -> None:
    """Whatever PyTorch's default is when the network runs."""
    torch.set_default_dtype(torch.float16)
    ours = compiled(f"{LSTM} net t: x[T, 4] {{ x > scan(lstm_by_hand({WIDTH})) }}").to(dtype)
    assert ours(torch.ones(2, 3, 4, dtype=dtype)).dtype == dtype
    words = nw.load("char_rnn").to_torch().to(dtype)
    assert words(torch.ones(2, 3, dtype=torch.long)).dtype == dtype


def test_exports() -> None:
    """What the loop makes is what PyTorch's own tools take."""
    ours = compiled(f"{GRU} net t: x[7, 4] {{ x > scan(gru_by_hand({WIDTH})) }}")
    x = torch.randn(BATCH, STEPS, 4)
    program = torch.export.export(ours, (x,))
    assert close(program.module()(x), ours(x))


def test_what_a_sort_gives_beside_its_result_is_no_state() -> None:
    """Of a cell of ints, values and indices have the same type."""
    net = compiled("""
block smallest: x[4] int, kept[4] int { [x, kept] > minimum > sort(-1) }
net n: x[T, 4] int { x > scan(smallest, init=[x[:, 0]]) > last }
""")
    x = torch.tensor([[[5, 7, 9, 6], [8, 3, 9, 9]]])
    assert net(x).tolist() == [[3, 5, 7, 9]]
