"""Layouts are mapped without rules for them: tensors and outputs are compared."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

import pytest
import torch

import netwright as nw
from netwright.backends.weights import matching
from netwright.backends.weights.module_tensors import wanted
from netwright.backends.weights.stored import Stored

from .__main__ import GOOGLE, PAGE, row
from .layout_pairs import PAIRS, Encoder
from .layout_trials import google_trial, is_exact, mapped, trial, unsettled
from .published_layouts import TorchBert, google_bert

QUICK = (
    "LLaMA-7B: Meta, Hugging Face",
    "GPT-2: Hugging Face (Conv1D), nanoGPT (linear)",
    "CLIP ViT-B/32: OpenAI, Hugging Face",
    "BERT's stack: Hugging Face, nn.TransformerEncoder",
    "Pre-norm stack: nn.TransformerEncoder, blocks.transformer",
)


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[] if n in QUICK else [pytest.mark.slow]) for n in PAIRS]
)
def test_a_pair(name: str) -> None:
    result = trial(name)
    assert result.share >= 0.95
    assert result.round_trip
    assert result.difference < 1e-3
    assert not result.hidden, "wrong in silence if the names are sorted"
    assert row(name, result) in PAGE.read_text("utf-8"), "`make layouts` writes the table"


def test_the_names_of_tensorflow() -> None:
    result = google_trial()
    assert (result.share, result.round_trip, result.difference) == (1.0, True, 0.0)
    assert not result.hidden
    assert row(GOOGLE, result) in PAGE.read_text("utf-8")


def test_transposed_and_joined() -> None:
    """TensorFlow's queries, keys and values, [in, out] each, become one weight of PyTorch."""
    torch.manual_seed(0)
    theirs, ours = unsettled(Encoder(3, 32, 2)), unsettled(TorchBert(3, 32, 2))
    google = google_bert({n.removeprefix("bert."): t for n, t in theirs.state_dict().items()})
    stored = {n: Stored(tuple(t.shape)) for n, t in google.items()}
    match = matching.match(stored, wanted(ours).tensors)
    ours.load_state_dict(mapped(match.mapping, google))
    x = torch.randn(2, 7, 32)
    with torch.inference_mode():
        assert torch.allclose(ours(x), theirs(x), atol=1e-5)
    made = mapped(match.mapping, google)
    assert is_exact(match.mapping, google, made)
    back = matching.match(wanted(ours).tensors, stored)
    again = mapped(back.mapping, made)
    assert all(torch.equal(again[n], t) for n, t in google.items())


KEPT = ("weight", "bias", "running", "mean", "var", "num", "batches", "tracked")
NETS = (
    ("transformer", "transformer_base"),
    ("googlenet", "googlenet"),
    ("gpt2", "gpt2"),
    ("seq2seq_attention", None),
)


def disguised(names: Iterable[str]) -> dict[str, str]:
    """Names without a known word, each with the name that it stands for."""
    chance, words = random.Random(1), dict[str, str]()

    def word(text: str) -> str:
        if not text.isalpha() or text in KEPT:
            return text
        return words.setdefault(text, "".join(chance.choice("abcdefghij") for _ in range(5)))

    return {"".join(map(word, re.split(r"([\d._]+)", name))): name for name in names}


@pytest.mark.parametrize(("spec", "net"), NETS)
def test_unknown_words(spec: str, net: str | None) -> None:
    """Without any known word the order is enough. If that is lost too, what is wrong is said."""
    wants = wanted(nw.load(spec, net=net).to_torch("meta"))
    names = disguised(wants.tensors)
    for known in (True, False):
        old = {n: wants.tensors[names[n]] for n in (names if known else sorted(names))}
        match = matching.match(old, wants.tensors)
        pairs = [(rule.old[0].texts[0], rule.new[0].texts[0]) for rule in match.mapping.rules]
        wrong = [new for old_, new in pairs if names[old_] != new]
        assert not (wrong if known else set(wrong) - set(match.doubtful))


def stored(**shapes: tuple[int, ...]) -> dict[str, Stored]:
    return {name.replace("__", "."): Stored(shape) for name, shape in shapes.items()}


def rules(old: dict[str, Stored], new: dict[str, Stored]) -> list[str]:
    return [str(rule) for rule in matching.match(old, new).mapping.rules]


def test_what_has_no_partner_is_left_out() -> None:
    old = stored(a__weight=(3, 4), b__weight=(5, 6))
    new = stored(x__weight=(5, 6), y__weight=(7, 8))
    match = matching.match(old, new)
    assert [str(rule) for rule in match.mapping.rules] == ["b.weight -> x.weight"]
    assert not match.by_order


def test_one_tensor_is_in_the_singular() -> None:
    one = stored(**{"a.weight": (2, 3)})
    assert matching.match(one, one).notes == ("1 tensor was matched by shapes, names and order",)


def test_names_count_more_than_order() -> None:
    old = stored(query__weight=(4, 4), key__weight=(4, 4), up__weight=(4, 4))
    new = stored(k_proj__weight=(4, 4), up_proj__weight=(4, 4), q_proj__weight=(4, 4))
    assert set(rules(old, new)) == {
        "query.weight -> q_proj.weight",
        "key.weight -> k_proj.weight",
        "up.weight -> up_proj.weight",
    }


def test_one_too_many_is_doubtful() -> None:
    old = stored(a__weight=(4,), b__weight=(4,), c__weight=(4,))
    new = stored(x__weight=(4,), y__weight=(4,))
    assert matching.match(old, new).doubtful == ("x.weight", "y.weight")


def test_unknown_words_on_both_sides_are_doubtful() -> None:
    """Both sides name the difference, so an order is no proof."""
    old = stored(m__left__weight=(4,), m__right__weight=(4,))
    new = stored(n__low__weight=(4,), n__high__weight=(4,))
    match = matching.match(old, new)
    assert match.doubtful == ("n.low.weight", "n.high.weight")
    assert "not certain, look at them: n.low.weight, n.high.weight" in match.notes


def test_a_square_weight_without_evidence_is_a_guess() -> None:
    match = matching.match(stored(proj=(4, 4)), stored(proj__weight=(4, 4)))
    assert "may have to be transposed" in match.notes[-1]


def test_copies_in_the_order_of_the_alphabet() -> None:
    names = [f"h.{i}.w.weight" for i in sorted(range(12), key=str)]
    old = {name: Stored((4, 4)) for name in names}
    new = {f"blocks.{i}.fc.weight": Stored((4, 4)) for i in range(12)}
    expected = {f"h.{i}.w.weight -> blocks.{i}.fc.weight" for i in range(12)}
    assert set(rules(old, new)) == expected
