"""Networks as their authors published them, written from the published names: for layouts whose
original needs another framework, or is not a package."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

# --- Meta's LLaMA ----------------------------------------------------------------------------


class MetaAttention(nn.Module):
    def __init__(self, d: int, heads: int, groups: int) -> None:
        super().__init__()
        self.heads, self.groups, self.width = heads, groups, d // heads
        self.wq = nn.Linear(d, heads * self.width, bias=False)
        self.wk = nn.Linear(d, groups * self.width, bias=False)
        self.wv = nn.Linear(d, groups * self.width, bias=False)
        self.wo = nn.Linear(heads * self.width, d, bias=False)

    def forward(self, x: Tensor, turns: Tensor) -> Tensor:
        n, t, _ = x.shape
        q = turned(self.wq(x).view(n, t, self.heads, self.width), turns)
        k = turned(self.wk(x).view(n, t, self.groups, self.width), turns)
        v = self.wv(x).view(n, t, self.groups, self.width)
        k, v = (y.repeat_interleave(self.heads // self.groups, dim=2) for y in (k, v))
        q, k, v = (y.transpose(1, 2) for y in (q, k, v))
        scores = q @ k.transpose(2, 3) / math.sqrt(self.width)
        scores = scores + torch.full((t, t), float("-inf")).triu(1)
        y = scores.softmax(-1) @ v
        out: Tensor = self.wo(y.transpose(1, 2).reshape(n, t, -1))
        return out


def turned(x: Tensor, turns: Tensor) -> Tensor:
    """Meta's rotary positions: neighbouring features are the parts of a complex number."""
    pairs = torch.view_as_complex(x.float().reshape(*x.shape[:-1], -1, 2))
    return torch.view_as_real(pairs * turns[None, : x.shape[1], None]).flatten(3)


class MetaFeedForward(nn.Module):
    def __init__(self, d: int, hidden: int) -> None:
        super().__init__()
        self.w1 = nn.Linear(d, hidden, bias=False)
        self.w2 = nn.Linear(hidden, d, bias=False)
        self.w3 = nn.Linear(d, hidden, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.w2(functional.silu(self.w1(x)) * self.w3(x))
        return y


class MetaBlock(nn.Module):
    def __init__(self, d: int, heads: int, groups: int, hidden: int) -> None:
        super().__init__()
        self.attention = MetaAttention(d, heads, groups)
        self.feed_forward = MetaFeedForward(d, hidden)
        self.attention_norm = nn.RMSNorm(d, eps=1e-6)
        self.ffn_norm = nn.RMSNorm(d, eps=1e-6)

    def forward(self, x: Tensor, turns: Tensor) -> Tensor:
        x = x + self.attention(self.attention_norm(x), turns)
        y: Tensor = x + self.feed_forward(self.ffn_norm(x))
        return y


class MetaLlama(nn.Module):
    """LLaMA with the names of Meta's checkpoints."""

    def __init__(
        self, depth: int, d: int, heads: int, hidden: int, groups: int, vocab: int
    ) -> None:
        super().__init__()
        self.width = d // heads
        self.tok_embeddings = nn.Embedding(vocab, d)
        self.layers = nn.ModuleList(MetaBlock(d, heads, groups, hidden) for _ in range(depth))
        self.norm = nn.RMSNorm(d, eps=1e-6)
        self.output = nn.Linear(d, vocab, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        rates = 1.0 / 10000 ** (torch.arange(0, self.width, 2).float() / self.width)
        angles = torch.outer(torch.arange(tokens.shape[1]).float(), rates)
        turns = torch.polar(torch.ones_like(angles), angles)
        x = self.tok_embeddings(tokens)
        for layer in self.layers:
            x = layer(x, turns)
        y: Tensor = self.output(self.norm(x))
        return y


# --- nanoGPT ---------------------------------------------------------------------------------


class NanoAttention(nn.Module):
    def __init__(self, d: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.c_attn = nn.Linear(d, 3 * d)
        self.c_proj = nn.Linear(d, d)

    def forward(self, x: Tensor) -> Tensor:
        n, t, d = x.shape
        q, k, v = (y.view(n, t, self.heads, -1).transpose(1, 2) for y in self.c_attn(x).split(d, 2))
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        out: Tensor = self.c_proj(y.transpose(1, 2).reshape(n, t, d))
        return out


class NanoPerceptron(nn.Module):
    def __init__(self, d: int) -> None:
        super().__init__()
        self.c_fc = nn.Linear(d, 4 * d)
        self.c_proj = nn.Linear(4 * d, d)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.c_proj(functional.gelu(self.c_fc(x), approximate="tanh"))
        return y


class NanoBlock(nn.Module):
    def __init__(self, d: int, heads: int) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(d)
        self.attn = NanoAttention(d, heads)
        self.ln_2 = nn.LayerNorm(d)
        self.mlp = NanoPerceptron(d)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln_1(x))
        y: Tensor = x + self.mlp(self.ln_2(x))
        return y


class NanoGPT(nn.Module):
    """GPT-2 with the names of nanoGPT, whose layers are linear and not Conv1D."""

    def __init__(self, depth: int, d: int, heads: int, vocab: int, context: int) -> None:
        super().__init__()
        words = nn.Embedding(vocab, d)
        self.transformer = nn.ModuleDict(
            {
                "wte": words,
                "wpe": nn.Embedding(context, d),
                "h": nn.ModuleList(NanoBlock(d, heads) for _ in range(depth)),
                "ln_f": nn.LayerNorm(d),
            }
        )
        self.lm_head = nn.Linear(d, vocab, bias=False)
        self.lm_head.weight = words.weight

    def forward(self, tokens: Tensor) -> Tensor:
        parts: Any = self.transformer
        x = parts["wte"](tokens) + parts["wpe"](torch.arange(tokens.shape[1]))
        for block in parts["h"]:
            x = block(x)
        y: Tensor = self.lm_head(parts["ln_f"](x))
        return y


# --- OpenAI's CLIP ---------------------------------------------------------------------------


class QuickGELU(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(1.702 * x)


class ClipBlock(nn.Module):
    def __init__(self, d: int, heads: int) -> None:
        super().__init__()
        self.attn = nn.MultiheadAttention(d, heads)
        self.ln_1 = nn.LayerNorm(d)
        self.mlp = nn.Sequential()
        self.mlp.add_module("c_fc", nn.Linear(d, 4 * d))
        self.mlp.add_module("gelu", QuickGELU())
        self.mlp.add_module("c_proj", nn.Linear(4 * d, d))
        self.ln_2 = nn.LayerNorm(d)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        y = self.ln_1(x)
        x = x + self.attn(y, y, y, need_weights=False, attn_mask=mask)[0]
        z: Tensor = x + self.mlp(self.ln_2(x))
        return z


class ClipTransformer(nn.Module):
    def __init__(self, d: int, depth: int, heads: int) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList(ClipBlock(d, heads) for _ in range(depth))

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        x = x.transpose(0, 1)
        for block in self.resblocks:
            x = block(x, mask)
        return x.transpose(0, 1)


class ClipVision(nn.Module):
    def __init__(self, size: int, patch: int, d: int, depth: int, heads: int, out: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, d, patch, patch, bias=False)
        self.class_embedding = nn.Parameter(torch.randn(d))
        self.positional_embedding = nn.Parameter(torch.randn((size // patch) ** 2 + 1, d))
        self.ln_pre = nn.LayerNorm(d)
        self.transformer = ClipTransformer(d, depth, heads)
        self.ln_post = nn.LayerNorm(d)
        self.proj = nn.Parameter(torch.randn(d, out))

    def forward(self, image: Tensor) -> Tensor:
        x = self.conv1(image).flatten(2).transpose(1, 2)
        first = self.class_embedding.expand(len(x), 1, -1)
        x = self.ln_pre(torch.cat([first, x], dim=1) + self.positional_embedding)
        y: Tensor = self.ln_post(self.transformer(x)[:, 0]) @ self.proj
        return y


class OpenAIClip(nn.Module):
    """CLIP with the names of OpenAI's checkpoints."""

    def __init__(
        self, size: int, patch: int, d: int, depth: int, heads: int, out: int, text: int, vocab: int
    ) -> None:
        super().__init__()
        self.visual = ClipVision(size, patch, d, depth, heads, out)
        self.transformer = ClipTransformer(text, depth, text // 64 if text >= 64 else 2)
        self.token_embedding = nn.Embedding(vocab, text)
        self.positional_embedding = nn.Parameter(torch.randn(77, text))
        self.ln_final = nn.LayerNorm(text)
        self.text_projection = nn.Parameter(torch.randn(text, out))
        self.logit_scale = nn.Parameter(torch.ones([]))

    def forward(self, image: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
        mask = torch.full((tokens.shape[1],) * 2, float("-inf")).triu(1)
        x = self.token_embedding(tokens) + self.positional_embedding[: tokens.shape[1]]
        x = self.ln_final(self.transformer(x, mask))
        return self.visual(image), x[torch.arange(len(x)), tokens.argmax(-1)] @ self.text_projection


# --- Google's BERT ---------------------------------------------------------------------------


def google_bert(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors of Hugging Face's BertModel under the names of Google's checkpoints of
    TensorFlow, with kernels [in, out], in the order of the alphabet, as TensorFlow lists them."""
    renamed = {}
    for name, tensor in state.items():
        path, _, last = name.rpartition(".")
        norm, table = path.endswith("LayerNorm"), path.endswith("_embeddings")
        kernel = last == "weight" and not norm and not table
        word = "kernel" if kernel else {"weight": "gamma", "bias": "beta"}[last] if norm else last
        place = path.replace("layer.", "layer_").replace(".", "/")
        new = f"bert/{place}" if table else f"bert/{place}/{word}"
        renamed[new] = tensor.t().contiguous() if kernel else tensor
    return dict(sorted(renamed.items()))


class TorchBert(nn.Module):
    """BERT's stack as PyTorch's own layers."""

    def __init__(self, depth: int, d: int, heads: int) -> None:
        super().__init__()
        layer = nn.TransformerEncoderLayer(
            d, heads, 4 * d, 0.0, "gelu", layer_norm_eps=1e-12, batch_first=True
        )
        self.encoder = nn.TransformerEncoder(layer, depth, enable_nested_tensor=False)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.encoder(x)
        return y
