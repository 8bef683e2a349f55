"""Small models in the many ways in which users write them, each with example inputs."""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from .modules import floats, ints

Example = tuple[Tensor, ...] | dict[str, Tensor]
MODELS: dict[str, tuple[Callable[[], nn.Module], Callable[[], Example]]] = {}


def example(
    *inputs: Callable[[], Tensor], **named: Callable[[], Tensor]
) -> Callable[[type[nn.Module]], type[nn.Module]]:
    """Adds a model to the list, with the tensors that it takes, in order or by name."""

    def made() -> Example:
        in_order = tuple(make() for make in inputs)
        return in_order or {name: make() for name, make in named.items()}

    def add(model: type[nn.Module]) -> type[nn.Module]:
        MODELS[model.__name__] = (model, made)
        return model

    return add


@example(floats(6, 8))
class LateBuffers(nn.Module):
    """Buffers that are registered after construction, and when the model first runs."""

    places: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.mask: Tensor | None = None
        self.build(6)
        self(torch.zeros(2, 6, 8))

    def build(self, length: int) -> None:
        self.register_buffer("places", torch.randn(1, length, 8))

    def forward(self, x: Tensor) -> Tensor:
        if self.mask is None:
            del self.mask
            self.register_buffer("mask", torch.rand(x.shape[1], 1))
        return self.fc(x + self.places) * self.mask


@example(floats(3, 16, 16))
class NestedDicts(nn.Module):
    """Dicts of modules inside of dicts, which are called by name."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.ModuleDict(
            {
                "stem": nn.ModuleDict({"conv": nn.Conv2d(3, 8, 3), "act": nn.ReLU()}),
                "heads": nn.ModuleDict({k: nn.Linear(8, n) for k, n in (("age", 1), ("sex", 2))}),
            }
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        stem: Any = self.parts["stem"]
        x = stem["act"](stem["conv"](x)).mean(dim=(2, 3))
        heads: Any = self.parts["heads"]
        return [head(x) for head in heads.values()]


class Join(nn.Module):
    """Any number of tensors, joined and mixed."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.mix = nn.Conv2d(channels, 8, 1)

    def forward(self, *xs: Tensor) -> Tensor:
        return self.mix(torch.cat(xs, dim=1))


@example(floats(3, 16, 16), floats(5, 16, 16))
class StarArgs(nn.Module):
    """Modules that take any number of tensors."""

    def __init__(self) -> None:
        super().__init__()
        self.two = Join(8)
        self.three = Join(16)

    def forward(self, *images: Tensor) -> Tensor:
        return self.three(self.two(*images), *images)


@example(floats(4, 32, 32))
class IndexedLists(nn.Module):
    """A U-Net, whose lists of modules are indexed."""

    def __init__(self, widths: tuple[int, ...] = (8, 16, 32)) -> None:
        super().__init__()
        pairs = list(zip((4, *widths), widths, strict=False))
        self.depth = len(widths)
        self.down = nn.ModuleList(nn.Conv2d(a, b, 3, padding=1) for a, b in pairs)
        self.norms = nn.ModuleList(nn.BatchNorm2d(b) for _, b in pairs)
        self.up = nn.ModuleList(nn.Conv2d(a + b, a, 3, padding=1) for a, b in pairs)

    def forward(self, x: Tensor) -> Tensor:
        skips = []
        for i in range(self.depth):
            skips.append(x)
            x = F.relu(self.norms[i](self.down[i](x)))
            x = F.max_pool2d(x, 2)
        for i in reversed(range(self.depth)):
            x = F.interpolate(x, scale_factor=2)
            x = self.up[i](torch.cat([x, skips.pop()], dim=1))
        return x


class LightningLike(nn.Module):
    """What a framework for training adds to a model."""

    def __init__(self, model: nn.Module, rate: float) -> None:
        super().__init__()
        self.model = model
        self.rate = rate
        self.loss = nn.CrossEntropyLoss()

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x)

    def training_step(self, batch: tuple[Tensor, Tensor], number: int) -> Tensor:
        x, y = batch
        return self.loss(self(x), y)


@example(floats(1, 12, 12))
class LitClassifier(LightningLike):
    """A module around a model, as Lightning has it."""

    def __init__(self) -> None:
        layers = [nn.Flatten(), nn.Linear(144, 32), nn.ReLU(), nn.Linear(32, 10)]
        super().__init__(nn.Sequential(*layers), 1e-3)


@example(floats(3, 24, 24))
class TwoHeads(nn.Module):
    """Two heads, whose results are a dict."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = nn.Sequential(nn.Conv2d(3, 16, 3, 2), nn.ReLU(), nn.Conv2d(16, 16, 3, 2))
        self.classes = nn.Linear(16, 5)
        self.boxes = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, 4))

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        features = self.backbone(x).flatten(2).transpose(1, 2)
        return {"logits": self.classes(features), "boxes": self.boxes(features).sigmoid()}


class MaskedMean(nn.Module):
    """The mean over time, of the steps that a mask keeps if there is one."""

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        if mask is None:
            return x.mean(dim=1)
        kept = mask.unsqueeze(-1).to(x.dtype)
        return (x * kept).sum(dim=1) / kept.sum(dim=1).clamp(min=1.0)


@example(floats(6, 8))
class OptionalInput(nn.Module):
    """An optional input, which is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(8, 8)
        self.pool = MaskedMean()

    def forward(self, x: Tensor, mask: Tensor | None = None, scale: float = 2.0) -> Tensor:
        return self.pool(self.fc(x), mask) * scale


@example(floats(6, 8), ints(2, 6))
class GivenInput(OptionalInput):
    """The same with the optional input."""


@example(q=floats(6, 8), memory=floats(4, 8))
class KeywordOnly(nn.Module):
    """Inputs that are given by name alone."""

    def __init__(self) -> None:
        super().__init__()
        self.attention = nn.MultiheadAttention(8, 2, batch_first=True)
        self.norm = nn.LayerNorm(8)

    def forward(
        self, *, memory: Tensor, q: Tensor, mask: Tensor | None = None, need: bool = False
    ) -> Tensor:
        y, _ = self.attention(query=q, key=memory, value=memory, attn_mask=mask, need_weights=need)
        return self.norm(q + y)


class Vocabulary(nn.Module):
    """From words to vectors and back, without a forward of its own."""

    def __init__(self, words: int, d: int) -> None:
        super().__init__()
        self.table = nn.Embedding(words, d)
        self.norm = nn.LayerNorm(d)
        self.out = nn.Linear(d, words)

    def embed(self, ids: Tensor) -> Tensor:
        return self.norm(self.table(ids)) * 4.0

    def logits(self, x: Tensor) -> Tensor:
        return self.out(x)


@example(ints(20, 7))
class OtherMethods(nn.Module):
    """A module of which other methods than forward are called."""

    def __init__(self) -> None:
        super().__init__()
        self.words = Vocabulary(20, 8)
        self.mix = nn.GRU(8, 8, batch_first=True)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.words.embed(ids)
        x = x + self.mix(x)[0]
        return self.words.logits(x)


@example(floats(5, 6))
class Cells(nn.Module):
    """Two recurrent cells in a loop over time."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = 8
        self.first = nn.GRUCell(6, 8)
        self.second = nn.LSTMCell(8, 8)
        self.out = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        h = x.new_zeros(x.size(0), self.hidden)
        state = (h, h)
        outputs = []
        for t in range(x.size(1)):
            h = self.first(x[:, t], h)
            state = self.second(h, state)
            outputs.append(self.out(state[0]))
        return torch.stack(outputs, dim=1)


@example(floats(3, 16, 16), floats(3, 16, 16))
class Siamese(nn.Module):
    """One encoder for two images, and the distance of what it returns."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(3, 8, 3, 2), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        )
        self.score = nn.Linear(8, 1)

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        u, v = self.encoder(a), self.encoder(b)
        return torch.sigmoid(self.score(torch.abs(u - v))).squeeze(-1)


@example(floats(16))
class Generator(nn.Module):
    """A vector becomes an image."""

    def __init__(self) -> None:
        super().__init__()
        self.start = nn.Linear(16, 32 * 4 * 4)
        self.main = nn.Sequential(
            nn.BatchNorm2d(32),
            nn.ConvTranspose2d(32, 16, 4, 2, 1, bias=False),
            nn.BatchNorm2d(16),
            nn.ReLU(True),
            nn.ConvTranspose2d(16, 3, 4, 2, 1),
            nn.Tanh(),
        )

    def forward(self, z: Tensor) -> Tensor:
        x = self.start(z).view(-1, 32, 4, 4)
        return self.main(x)


@example(floats(20, 16))
class Sliced(nn.Module):
    """Positions that are a buffer of the most steps, and a part of a Sequential."""

    pe: Tensor

    def __init__(self) -> None:
        super().__init__()
        angles = torch.arange(64)[:, None] / 100.0 ** (torch.arange(0, 16, 2) / 16)
        table = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)
        self.register_buffer("pe", table[None])
        self.layers = nn.Sequential(*(nn.Linear(16, 16) for _ in range(4)))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = x + self.pe[:, : x.size(1)]
        y = self.layers[:2](x)
        return y, self.layers[2:](y)


@example(floats(6, 12))
class Parameters(nn.Module):
    """Lists and dicts of parameters."""

    def __init__(self) -> None:
        super().__init__()
        self.tables = nn.ParameterList([torch.randn(12, 12) for _ in range(3)])
        self.scales = nn.ParameterDict({"in": torch.randn(12), "out": torch.randn(12)})

    def forward(self, x: Tensor) -> Tensor:
        x = x * self.scales["in"]
        for table in self.tables:
            x = F.gelu(x @ table)
        return x * self.scales["out"]


@example(floats(3, 32, 32))
class Built(nn.Module):
    """Stages that are found by name, and a function that makes layers."""

    def __init__(self) -> None:
        super().__init__()
        width = 3
        for i, (out, count) in enumerate([(8, 1), (16, 2), (32, 2)]):
            setattr(self, f"stage{i}", self._stage(width, out, count))
            width = out
        self.norm = nn.utils.parametrizations.weight_norm(nn.Linear(32, 4))

    @staticmethod
    def _stage(width: int, out: int, count: int) -> nn.Sequential:
        stage = nn.Sequential()
        for i in range(count):
            stage.append(nn.Conv2d(width if i == 0 else out, out, 3, 2 if i == 0 else 1, 1))
            stage.append(nn.GroupNorm(4, out))
            stage.append(nn.SiLU(inplace=True))
        return stage

    def forward(self, x: Tensor) -> Tensor:
        for i in range(3):
            x = getattr(self, f"stage{i}")(x)
        return self.norm(x.mean([-2, -1]))


@example(floats(8, 16))
class Encoders(nn.Module):
    """PyTorch's own transformer, and a class token."""

    def __init__(self) -> None:
        super().__init__()
        self.token = nn.Parameter(torch.zeros(1, 1, 16))
        layer = nn.TransformerEncoderLayer(16, 4, 32, activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        self.head = nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.cat([self.token.expand(x.size(0), -1, -1), x], dim=1)
        return self.head(self.encoder(x)[:, 0])


@example(floats(4, 8, 8))
class Branches(nn.Module):
    """Branches of a list, a gate, and a choice."""

    def __init__(self) -> None:
        super().__init__()
        self.branches = nn.ModuleList(nn.Conv2d(4, 4, k, padding=k // 2) for k in (1, 3, 5))
        self.gate = nn.Conv2d(4, 8, 1)
        self.scale = nn.Parameter(torch.tensor(0.5))

    def forward(self, x: Tensor) -> Tensor:
        y = sum(branch(x) for branch in self.branches)
        a, b = self.gate(y).chunk(2, dim=1)
        c, d = self.gate(x).chunk(2, dim=1)
        return x + self.scale * (a * b.sigmoid() + torch.where(c > 0, d, c))


@example(ints(20, 7), floats(5, 8), ints(2, 5))
class Decoder(nn.Module):
    """PyTorch's own decoder, with the masks of both of its sequences, and weights of attention."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(20, 8)
        layer = nn.TransformerDecoderLayer(8, 2, 16, batch_first=True, norm_first=True)
        self.decoder = nn.TransformerDecoder(layer, 2)
        self.pointer = nn.MultiheadAttention(8, 1, batch_first=True)

    def forward(self, ids: Tensor, memory: Tensor, keep: Tensor) -> tuple[Tensor, Tensor]:
        padding = keep == 0
        causal = torch.ones(7, 7, dtype=torch.bool).triu(1)
        masks = {"tgt_mask": causal, "memory_key_padding_mask": padding}
        x = self.decoder(self.embed(ids), memory, tgt_is_causal=True, **masks)
        y, weights = self.pointer(x, memory, memory, key_padding_mask=padding)
        return x + y, weights


class DropPath(nn.Module):
    """Drops paths for whole examples, as many models have it."""

    def __init__(self, drop_prob: float = 0.0) -> None:
        super().__init__()
        self.drop_prob = drop_prob

    def forward(self, x: Tensor) -> Tensor:
        if self.drop_prob == 0.0 or not self.training:
            return x
        keep_prob = 1 - self.drop_prob
        shape = (x.shape[0],) + (1,) * (x.ndim - 1)
        mask = keep_prob + torch.rand(shape, dtype=x.dtype, device=x.device)
        mask.floor_()
        return x.div(keep_prob) * mask


class Survival(nn.Module):
    """The same with the probability of keeping."""

    def __init__(self, keep: float) -> None:
        super().__init__()
        self.keep = keep

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return x
        mask = x.new_empty(len(x), *[1] * (x.ndim - 1)).bernoulli_(self.keep)
        return x * mask / self.keep


class Mixing(nn.Module):
    """A residual block that is left out for some examples."""

    def __init__(self, d: int, drop: float) -> None:
        super().__init__()
        self.mix = nn.Linear(d, d)
        self.drop_path = DropPath(drop)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.drop_path(self.mix(x).relu())


@example(floats(6, 8))
class OwnDepth(nn.Module):
    """Blocks that are left out more often the deeper they are, and a branch by itself."""

    def __init__(self) -> None:
        super().__init__()
        rates = [0.1 * i for i in range(4)]
        self.blocks = nn.ModuleList(Mixing(8, rate) for rate in rates)
        self.branch = nn.Sequential(nn.Linear(8, 8), nn.Tanh(), Survival(0.75))

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = block(x)
        return x + self.branch(x)


@example(floats(4, 6, 6))
class PaddedChannels(nn.Module):
    """Padding over the channels too, which takes tensors without a batch else; and a slice that is
    empty for these settings."""

    def __init__(self, prefix: int = 0) -> None:
        super().__init__()
        self.prefix = prefix
        self.around, self.flat = nn.ZeroPad3d(1), nn.ZeroPad2d(1)
        self.conv = nn.Conv2d(6, 4, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = self.flat(self.conv(self.around(x)))
        x = torch.cat([x[:, : self.prefix], x[:, self.prefix :].relu()], dim=1)
        return torch.cat([x, self.flat(x.mean(1))[:, None, 1:-1, 1:-1]], dim=1)


class Typed(nn.Module):
    """A weighted mean, of which the weights get the type of the tensor."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.fc = nn.Linear(d, d)

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        weights = weights.type_as(x)
        return self.fc(x) * weights[..., None]


@example(floats(6, 8), floats(6))
class TypedTwice(nn.Module):
    """A tensor that two modules convert to the type that it has."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = Typed(8), Typed(8)

    def forward(self, x: Tensor, weights: Tensor) -> Tensor:
        weights = weights.sigmoid()
        return self.second(self.first(x, weights).tanh(), weights)
