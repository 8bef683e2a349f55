"""Small models that hold a module, a part or a weight in several places, with example inputs."""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from .modules import Models, adding_to, floats, ints

MODELS: Models = {}
example = adding_to(MODELS)


class Places(nn.Module):
    """Positions for tokens of an image, from their neighbours."""

    def __init__(self, d: int, side: int) -> None:
        super().__init__()
        self.side = side
        self.proj = nn.Conv2d(d, d, 3, padding=1, groups=d)

    def forward(self, x: Tensor) -> Tensor:
        n, _, d = x.shape
        image = x.transpose(1, 2).reshape(n, d, self.side, self.side)
        image = F.dropout(self.proj(image), 0.25, self.training)
        return x + image.flatten(2).transpose(1, 2)


class Gate(nn.Module):
    """A gate, whose scores come from a module that others have too."""

    def __init__(self, shared_score: nn.Module) -> None:
        super().__init__()
        self.score = shared_score

    def forward(self, x: Tensor) -> Tensor:
        return x * self.score(x).sigmoid()


class Step(nn.Module):
    """A step with positions that are those of other steps."""

    def __init__(self, d: int, places: nn.Module, shared_score: nn.Module) -> None:
        super().__init__()
        self.places = places
        self.gate = Gate(shared_score)
        self.norm = nn.LayerNorm(d)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.gate(self.places(x)))


class Both(nn.Module):
    """Two tensors, each with the gate of its size."""

    def __init__(self, d: int, first: nn.Module, second: nn.Module) -> None:
        super().__init__()
        self.gate1, self.gate2 = Gate(first), Gate(second)
        self.mix = nn.Linear(d, d)

    def forward(self, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        x, y = self.gate1(x), self.gate2(y)
        return x + self.mix(y.mean(1, keepdim=True)), y + self.mix(x.mean(1, keepdim=True))


@example(floats(3, 16, 16))
class SharedParts(nn.Module):
    """Parts that the model makes, and gives to its blocks: each is held under several paths."""

    def __init__(self, d: int = 8) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, d, 2, 2)
        self.down = nn.Conv2d(d, d, 2, 2)
        self.places = nn.ModuleList([Places(d, 8), Places(d, 4)])
        self.score1 = nn.Sequential(nn.Linear(d, d), nn.Tanh(), nn.Linear(d, 1))
        self.score2 = nn.Sequential(nn.Linear(d, d), nn.Tanh(), nn.Linear(d, 1))
        self.large = nn.ModuleList(Step(d, self.places[0], self.score1) for _ in range(2))
        self.small = nn.ModuleList(Step(d, self.places[1], self.score2) for _ in range(2))
        self.both = nn.ModuleList(Both(d, self.score1, self.score2) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        x = self.patches(x)
        y = self.down(x).flatten(2).transpose(1, 2)
        x = x.flatten(2).transpose(1, 2)
        for step in self.large:
            x = step(x)
        for step in self.small:
            y = step(y)
        for both in self.both:
            x, y = self.places[0](x), self.places[1](y)
            x, y = both(x, y)
        return torch.cat([x.mean(1), y.mean(1)], dim=1)


class ScaledWords(nn.Embedding):
    """Words whose vectors are scaled."""

    def forward(self, ids: Tensor) -> Tensor:
        return super().forward(ids) * self.embedding_dim**0.5


class Reading(nn.Module):
    """Words with a norm."""

    def __init__(self, words: int, d: int) -> None:
        super().__init__()
        self.words = ScaledWords(words, d, padding_idx=0)
        self.norm = nn.LayerNorm(d)

    def forward(self, ids: Tensor) -> Tensor:
        return self.norm(self.words(ids))


@example(ints(50, 12), ints(50, 6))
class TiedSubclasses(nn.Module):
    """Two tables of words of a subclass, and the last layer, have one weight."""

    def __init__(self) -> None:
        super().__init__()
        self.shared = nn.Embedding(50, 16)
        self.encoder, self.decoder = Reading(50, 16), Reading(50, 16)
        self.places = ScaledWords(12, 16)
        self.head = nn.Linear(16, 50, bias=False)
        for layer in (self.encoder.words, self.decoder.words, self.head):
            layer.weight = self.shared.weight

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        x = self.encoder(source) + self.places(torch.arange(12))
        return self.head(self.decoder(target) + x.mean(1, keepdim=True))


class HeldTwice(nn.Module):
    """Layers that are attributes, and parts of a Sequential too, which runs."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(channels, out, 3, padding=1)
        self.relu1, self.dropout1 = nn.ReLU(), nn.Dropout(0.1)
        self.conv2 = nn.Conv1d(out, out, 3, padding=1)
        self.net = nn.Sequential(self.conv1, self.relu1, self.dropout1, self.conv2)
        self.down = nn.Conv1d(channels, out, 1)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.net(x) + self.down(x))


@example(floats(4, 9))
class PartsHeldTwice(nn.Module):
    """A temporal convolutional network, whose layers have two paths."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.Sequential(HeldTwice(4, 8), HeldTwice(8, 8))
        self.head = nn.Linear(8, 2)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.blocks(x)[..., -1])


class OwnWeight(nn.Module):
    """A linear layer with a weight of the class's own."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(d, d))

    def forward(self, x: Tensor) -> Tensor:
        return F.linear(x, self.weight)


class Around(nn.Module):
    """A part that others have too, and a layer."""

    def __init__(self, d: int, part: nn.Module) -> None:
        super().__init__()
        self.part, self.norm = part, nn.LayerNorm(d)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.part(x))


class Pair(nn.Module):
    """The same part in two blocks, which hold it under no name here."""

    def __init__(self, d: int) -> None:
        super().__init__()
        part = nn.Sequential(nn.Linear(d, d), nn.Tanh())
        self.one, self.two = Around(d, part), Around(d, part)

    def forward(self, x: Tensor) -> Tensor:
        return self.two(self.one(x))


@example(floats(5, 8))
class SharedInside(nn.Module):
    """Parts that are held under several paths, inside of one that is too; and a class of one layer
    that runs again."""

    def __init__(self, d: int = 8) -> None:
        super().__init__()
        self.mix, self.pair = OwnWeight(d), Pair(d)
        self.first, self.second = Around(d, self.pair), Around(d, self.mix)

    def forward(self, x: Tensor) -> Tensor:
        return self.second(self.pair(self.mix(self.mix(self.first(x)))))
