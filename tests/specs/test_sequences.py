"""Transformers and recurrent nets are what PyTorch, torchvision and the papers have, number by
number."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

import netwright as nw

from .reference import torchvision_models

VOCAB = 50
VIT = ("vit_b_32", "vit_b_16", "vit_l_16", "vit_l_32", "vit_h_14")


def padding(lengths: list[int]) -> Tensor:
    return torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]


def text(*shape: int, seed: int = 1) -> Tensor:
    return torch.randint(1, VOCAB, shape, generator=torch.Generator().manual_seed(seed))


def gradients(outputs: Tensor, module: nn.Module) -> dict[str, Tensor | None]:
    module.zero_grad()
    torch.manual_seed(2)
    torch.autograd.backward(outputs, torch.randn(outputs.shape))
    return {name: p.grad for name, p in module.named_parameters()}


# --- nn.Transformer -------------------------------------------------------------------------------


class Theirs(nn.Module):
    """nn.Transformer between an embedding and its transpose, as tutorials build it."""

    def __init__(self, d: int, heads: int, depth: int, hidden: int, p: float) -> None:
        super().__init__()
        self.embedding = nn.Embedding(VOCAB, d)
        self.core = nn.Transformer(d, heads, depth, depth, hidden, p, batch_first=True)
        self.dropout = nn.Dropout(p)
        position = torch.arange(100)[:, None]
        rate = torch.exp(torch.arange(0, d, 2) * (-torch.tensor(10000.0).log() / d))
        self.places = torch.stack([torch.sin(position * rate), torch.cos(position * rate)], -1)
        self.places = self.places.flatten(1)

    def embed(self, tokens: Tensor) -> Tensor:
        x: Tensor = self.embedding(tokens) * self.embedding.embedding_dim**0.5
        dropped: Tensor = self.dropout(x + self.places[: tokens.shape[1]])
        return dropped

    def forward(self, source: Tensor, target: Tensor, keep: Tensor) -> Tensor:
        later = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).triu(1)
        memory = self.core.encoder(self.embed(source), src_key_padding_mask=~keep)
        x = self.core.decoder(
            self.embed(target), memory, later, tgt_is_causal=True, memory_key_padding_mask=~keep
        )
        logits: Tensor = x @ self.embedding.weight.T
        return logits


CONFIGURATIONS = [
    pytest.param(*values, marks=() if i == 0 else (pytest.mark.slow,))
    for i, values in enumerate(product((32, 64), (4, 8), (2, 1, 3), (128, 50)))
]


@pytest.mark.parametrize(("d", "heads", "depth", "hidden"), CONFIGURATIONS)
@pytest.mark.parametrize("p", [0.0, 0.1])
def test_transformer(d: int, heads: int, depth: int, hidden: int, p: float) -> None:
    """The state dict of nn.Transformer is all but the embedding's; outputs and gradients are the
    same, dropout included: it is drawn in the same order."""
    torch.manual_seed(0)
    theirs = Theirs(d, heads, depth, hidden, p)
    net = nw.load(
        "transformer",
        net="Transformer",
        vocab=VOCAB,
        d=d,
        heads=heads,
        depth=depth,
        hidden=hidden,
        p=p,
    )
    ours = net.to_torch()
    assert net.params == sum(q.numel() for q in theirs.parameters())
    embedding = {f"{n}.weight": theirs.embedding.weight for n in ("embedding", "generator")}
    ours.load_state_dict(theirs.core.state_dict() | embedding, strict=True)
    source, target, keep = text(3, 11), text(3, 7, seed=2), padding([11, 8, 3])
    torch.manual_seed(1)
    mine = ours(source=source, target=target, keep=keep)
    torch.manual_seed(1)
    yours = theirs(source, target, keep)
    assert torch.allclose(mine, yours, rtol=0, atol=2e-6)
    expected = gradients(yours, theirs)
    for name, gradient in gradients(mine, ours).items():
        known = expected[name if name.startswith("embedding") else f"core.{name}"]
        assert gradient is not None
        assert known is not None
        assert torch.allclose(gradient, known, rtol=1e-5, atol=1e-5), name


@torch.inference_mode()
def test_transformer_is_causal() -> None:
    ours = nw.load("transformer", net="Transformer", vocab=VOCAB, d=32, heads=4, depth=2)
    module = ours.to_torch().eval()
    source, target, keep = text(3, 11), text(3, 7, seed=2), padding([11, 8, 3])
    before = module(source, target, keep)
    other = target.clone()
    other[:, 4:] = other[:, 4:] % (VOCAB - 1) + 1
    after = module(source, other, keep)
    assert torch.equal(before[:, :4], after[:, :4])
    assert not torch.isclose(before[:, 4:], after[:, 4:]).all()
    hidden = torch.where(keep, source, 7)
    assert torch.equal(before, module(hidden, target, keep))


# --- torchvision's ViT ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", [VIT[0], *(pytest.param(n, marks=pytest.mark.slow) for n in VIT[1:])]
)
def test_vit(name: str) -> None:
    with torch.device("meta"):
        theirs = getattr(torchvision_models(), name)().eval()
        image = torch.empty(1, 3, 224, 224)
    net = nw.load("vit", net=name)
    assert net.params == sum(p.numel() for p in theirs.parameters())
    with FlopCounterMode(display=False) as counter:
        theirs(image)
    assert net.macs == counter.get_total_flops() // 2
    ours = net.to_torch(device="meta")
    assert list(ours.state_dict()) == list(theirs.state_dict())


@pytest.mark.parametrize(
    ("patch", "depth", "heads"),
    [
        (32, 2, 4),
        pytest.param(16, 3, 2, marks=pytest.mark.slow),
        pytest.param(56, 1, 8, marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("p", [0.0, 0.1])
def test_vit_bits(patch: int, depth: int, heads: int, p: float) -> None:
    torch.manual_seed(0)
    model: Any = torchvision_models().vision_transformer.VisionTransformer
    theirs = model(224, patch, depth, heads, 64, 256, dropout=p, num_classes=10)
    nn.init.normal_(theirs.heads.head.weight)  # zeros would hide everything
    net = nw.load(
        "vit",
        net="ViT",
        patch=patch,
        depth=depth,
        d=64,
        heads=heads,
        classes=10,
        p=p,
    )
    ours = net.to_torch()
    ours.load_state_dict(theirs.state_dict(), strict=True)
    image = torch.randn(2, 3, 224, 224)
    torch.manual_seed(1)
    mine = ours(image)
    torch.manual_seed(1)
    yours = theirs(image)
    assert torch.equal(mine, yours)
    expected = gradients(yours, theirs)
    for name, gradient in gradients(mine, ours).items():
        assert gradient is not None
        assert torch.equal(gradient, expected[name]), name  # type: ignore[arg-type]


# --- recurrent nets -------------------------------------------------------------------------------


def test_char_rnn() -> None:
    net = nw.load("char_rnn", letters=VOCAB, d=16, classes=5)
    ours: Any = net.to_torch()
    rnn: Any = nn.RNN(16, 16, batch_first=True)
    cell = ours.rnn
    for mine, kind in ((cell.input, "ih"), (cell.hidden, "hh")):
        getattr(rnn, f"weight_{kind}_l0").data.copy_(mine.weight)
    rnn.bias_ih_l0.data.copy_(cell.input.bias)
    rnn.bias_hh_l0.data.zero_()
    word = text(3, 9)
    expected = ours.linear1(rnn(ours.embed1(word))[0][:, -1])
    assert torch.allclose(ours(word), expected, rtol=0, atol=1e-6)


def test_lstm_classifier() -> None:
    """What a text gets does not depend on the padding behind it."""
    net = nw.load("lstm_classifier", vocab=VOCAB, d=8, hidden=16)
    ours = net.to_torch().eval()
    tokens, lengths = text(3, 9), torch.tensor([9, 4, 1])
    together = ours(tokens=tokens, lengths=lengths)
    for i, length in enumerate(lengths):
        alone = ours(tokens[i : i + 1, :length], lengths[i : i + 1])
        assert torch.allclose(together[i : i + 1], alone, rtol=0, atol=1e-6)


def test_gru_encoder() -> None:
    net = nw.load("gru_encoder", vocab=VOCAB, d=16)
    assert [str(t) for t in net.outputs.values()] == ["[N, T, 32]", "[N, 32]"]
    steps, whole = net.to_torch()(tokens=text(3, 9), lengths=torch.tensor([9, 9, 9]))
    assert torch.equal(whole, torch.cat([steps[:, -1, :16], steps[:, 0, 16:]], -1))


def test_bahdanau() -> None:
    """Against the paper's formulas, step by step."""
    d, width = 6, 5
    net = nw.load("seq2seq_attention", vocab=VOCAB, d=d, width=width)
    ours: Any = net.to_torch().double()
    source, target, lengths = text(3, 8), text(3, 4, seed=2), torch.tensor([8, 5, 2])
    keep = padding([8, 5, 2])
    memory, whole = ours.encoder(ours.source_words(source), lengths)
    state = torch.tanh(ours.first(whole[:, d:]))  # what reading backwards ends with
    words = ours.target_words(target)
    logits, looked = [], []
    for i in range(4):
        attention = ours.decoder.attention
        match = torch.tanh(attention.query(state)[:, None] + ours.keys(memory))
        scores = attention.score(match).squeeze(-1).masked_fill(~keep, float("-inf"))
        weights = torch.softmax(scores, -1)
        rows = torch.einsum("ns,nsd->nd", weights, memory)
        state = ours.decoder.cell(torch.cat([words[:, i], rows], -1), state)
        thought = ours.maxout(torch.cat([state, rows, words[:, i]], -1))
        logits.append(ours.logits(thought.unflatten(1, (width, 2)).amax(-1)))
        looked.append(weights)
    found, where = ours(source=source, target=target, lengths=lengths)
    assert torch.allclose(found, torch.stack(logits, 1), rtol=0, atol=1e-12)
    assert torch.allclose(where, torch.stack(looked, 1), rtol=0, atol=1e-12)


# --- blocks to import -----------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["relu", "gelu"])
@pytest.mark.parametrize("first", [False, True])
@torch.inference_mode()
def test_layers(act: str, first: bool) -> None:
    """The encoder's are nn.TransformerEncoderLayer, the decoder's nn.TransformerDecoderLayer, norms
    before or after."""
    torch.manual_seed(0)
    pre = "pre_" if first else ""
    ours: Any = nw.loads(f"""
    from blocks.transformer import {pre}encoder_layer, {pre}decoder_layer
    net layers: x[T, 16], y[S, 16], keep[T] bool {{
      memory = x > {pre}encoder_layer(4, 32, act={act}, keep=keep) as encoder
      y > {pre}decoder_layer(4, 32, memory, act={act}, keep=keep) as decoder
    }}
    """).to_torch()
    options: dict[str, Any] = {"activation": act, "norm_first": first, "batch_first": True}
    encoder = nn.TransformerEncoderLayer(16, 4, 32, **options)
    decoder = nn.TransformerDecoderLayer(16, 4, 32, **options)
    for mine, yours in ((ours.encoder, encoder), (ours.decoder, decoder)):
        state = {renamed(n, first): v for n, v in yours.state_dict().items()}
        mine.load_state_dict(state, strict=True)
    x, y, keep = torch.randn(2, 6, 16), torch.randn(2, 5, 16), padding([6, 3])
    later = torch.ones(5, 5, dtype=torch.bool).triu(1)
    for module in (ours, encoder, decoder):
        module.eval()
    memory = encoder(x, src_key_padding_mask=~keep)
    expected = decoder(y, memory, later, memory_key_padding_mask=~keep)
    assert torch.allclose(ours(x, y, keep), expected, rtol=0, atol=1e-5)


def renamed(name: str, first: bool) -> str:
    return f"mlp.{name}" if first and name.startswith("linear") else name


@torch.inference_mode()
def test_luong() -> None:
    net = nw.load("blocks.recurrent_attention", net="luong", vocab=VOCAB, d=8)
    ours: Any = net.to_torch()
    target, memory, keep = text(2, 4), torch.randn(2, 6, 8), padding([6, 3])
    logits, weights = ours(target=target, memory=memory, keep=keep)
    queries = ours.lstm1(ours.embed1(target))[0]
    block = ours.attentional1
    scores = torch.einsum("ntd,nsd->nts", block.attention.query(queries), memory)
    expected = torch.softmax(scores.masked_fill(~keep[:, None], float("-inf")), -1)
    assert torch.allclose(weights, expected, rtol=0, atol=1e-6)
    both = torch.cat([expected @ memory, queries], -1)
    assert torch.allclose(logits, ours.linear1(torch.tanh(block.linear1(both))), rtol=0, atol=1e-6)


@torch.inference_mode()
def test_gated() -> None:
    ours: Any = nw.loads(
        "from blocks.transformer import gated\nnet g: x[T, 8] { x > gated(12) as mlp }"
    ).to_torch()
    x = torch.randn(2, 3, 8)
    expected = ours.mlp.down(nn.functional.silu(ours.mlp.gate(x)) * ours.mlp.up(x))
    assert torch.equal(ours(x), expected)
