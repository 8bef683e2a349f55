"""Small models as users write them, each with example inputs."""

# mypy: disable-error-code="no-any-return"

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

Example = tuple[Tensor, ...]
Models = dict[str, tuple[Callable[[], nn.Module], Callable[[], Example]]]
Add = Callable[[type[nn.Module]], type[nn.Module]]
MODELS: Models = {}


def adding_to(models: Models) -> Callable[..., Add]:
    """A decorator that adds a model to a list, with the tensors that it takes."""

    def example(*inputs: Callable[[], Tensor]) -> Add:
        def add(model: type[nn.Module]) -> type[nn.Module]:
            models[model.__name__] = (model, lambda: tuple(make() for make in inputs))
            return model

        return add

    return example


example = adding_to(MODELS)


def floats(*shape: int) -> Callable[[], Tensor]:
    return lambda: torch.randn(2, *shape)


def ints(most: int, *shape: int) -> Callable[[], Tensor]:
    return lambda: torch.randint(0, most, (2, *shape))


@example(floats(784))
class Perceptron(nn.Module):
    """Two layers, with the activation as a function."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden = nn.Linear(784, 128)
        self.out = nn.Linear(128, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.hidden(x))
        return F.log_softmax(self.out(x), dim=1)


@example(floats(1, 28, 28))
class LeNet(nn.Module):
    """Convolutions, and a view with the size of the batch."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, 5, padding=2)
        self.conv2 = nn.Conv2d(6, 16, 5)
        self.fc1 = nn.Linear(400, 120)
        self.fc2 = nn.Linear(120, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = F.max_pool2d(torch.tanh(self.conv1(x)), 2)
        x = F.max_pool2d(torch.tanh(self.conv2(x)), 2)
        x = x.view(x.size(0), -1)
        return self.fc2(torch.tanh(self.fc1(x)))


class Residual(nn.Module):
    """Two convolutions, and a way around them."""

    def __init__(self, channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.shortcut = nn.Conv2d(channels, width, 1, stride) if channels != width else None

    def forward(self, x: Tensor) -> Tensor:
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        around = x if self.shortcut is None else self.shortcut(x)
        return F.relu(out + around)


@example(floats(3, 32, 32))
class Stages(nn.Module):
    """Stages of equal blocks in lists of modules, with a module that some blocks lack."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 16, 3, padding=1)
        self.layer1 = nn.Sequential(Residual(16, 16), Residual(16, 16), Residual(16, 16))
        self.layer2 = nn.Sequential(Residual(16, 32, 2), Residual(32, 32))
        self.head = nn.ModuleDict({"pool": nn.AdaptiveAvgPool2d(1), "fc": nn.Linear(32, 10)})

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer2(self.layer1(self.stem(x)))
        return self.head["fc"](self.head["pool"](x).flatten(1))


class Layer(nn.Module):
    """Attention written out, and a perceptron."""

    def __init__(self, d: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1 = nn.LayerNorm(d)
        self.qkv = nn.Linear(d, 3 * d)
        self.proj = nn.Linear(d, d)
        self.norm2 = nn.LayerNorm(d)
        self.mlp = nn.Sequential(
            nn.Linear(d, 4 * d), nn.GELU(), nn.Dropout(0.1), nn.Linear(4 * d, d)
        )

    def attend(self, x: Tensor) -> Tensor:
        n, t, d = x.shape
        qkv = self.qkv(x).reshape(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        q, k, v = qkv.unbind(0)
        y = F.scaled_dot_product_attention(q, k, v)
        return self.proj(y.transpose(1, 2).reshape(n, t, d))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attend(self.norm1(x))
        return x + self.mlp(self.norm2(x))


@example(floats(3, 32, 32))
class Patches(nn.Module):
    """A vision transformer, with a token and positions that are parameters."""

    def __init__(self, d: int = 48, depth: int = 3) -> None:
        super().__init__()
        self.embed = nn.Conv2d(3, d, 8, 8)
        self.token = nn.Parameter(torch.randn(1, 1, d))
        self.places = nn.Parameter(torch.randn(1, 17, d))
        self.layers = nn.ModuleList(Layer(d, 4) for _ in range(depth))
        self.norm = nn.LayerNorm(d)
        self.head = nn.Linear(d, 10)

    def forward(self, x: Tensor) -> Tensor:
        x = self.embed(x).flatten(2).transpose(1, 2)
        token = self.token.expand(x.shape[0], -1, -1)
        x = torch.cat([token, x], dim=1) + self.places
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x)[:, 0])


@example(floats(3, 16, 16), floats(3, 16, 16))
class Two(nn.Module):
    """Two inputs through one module, and two results."""

    def __init__(self) -> None:
        super().__init__()
        self.left = nn.Conv2d(3, 8, 3, padding=1)
        self.right = nn.Conv2d(3, 8, 3, padding=1)
        self.gate = nn.Conv2d(16, 8, 1)

    def forward(self, a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
        left, right = self.left(a), self.right(b)
        both = torch.cat([left, right], dim=1)
        gate = torch.sigmoid(self.gate(both))
        return gate * left + (1 - gate) * right, gate


@example(ints(100, 12))
class Words(nn.Module):
    """Embeddings and a recurrent layer."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(100, 16)
        self.lstm = nn.LSTM(16, 24, batch_first=True)
        self.out = nn.Linear(24, 5)

    def forward(self, ids: Tensor) -> Tensor:
        y, _ = self.lstm(self.embed(ids))
        return self.out(y[:, -1])


@example(floats(3, 16, 16))
class Unused(nn.Module):
    """A head that nothing uses."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.aux = nn.Sequential(nn.Conv2d(8, 4, 1), nn.BatchNorm2d(4))
        self.fc = nn.Linear(8, 10)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.conv(x).amax(dim=(2, 3)))


@example(floats(12, 8))
class Masked(nn.Module):
    """A mask that is made step by step and in place, from sizes alone."""

    def __init__(self) -> None:
        super().__init__()
        self.qk = nn.Linear(8, 16)

    def forward(self, x: Tensor) -> Tensor:
        q, k = self.qk(x).chunk(2, dim=-1)
        mask = torch.zeros(12, 12)
        mask[:6, 6:] = -100.0
        mask[6:, :6] = -100.0
        return (q @ k.transpose(-2, -1) + mask).softmax(dim=-1) @ x


class ScaleNorm(nn.LayerNorm):
    """A layer of torch.nn with a forward of its own."""

    def forward(self, x: Tensor) -> Tensor:
        x = x.permute(0, 2, 3, 1)
        x = F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)
        return x.permute(0, 3, 1, 2)


class OwnNorm(nn.LayerNorm):
    """The same as its base."""

    def forward(self, x: Tensor) -> Tensor:
        return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)


@example(floats(3, 16, 16))
class Norms(nn.Module):
    """Modules that are layers with weights of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3)
        self.norm = ScaleNorm(8, eps=1e-6)
        self.last = OwnNorm(14)

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.norm(self.conv(x)))


@example(ints(50, 12))
class Tied(nn.Module):
    """The table of the words is the last layer's weight too, which is set after construction."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(50, 16)
        self.hidden = nn.Linear(16, 16)
        self.head = nn.Linear(16, 50, bias=False)
        self.head.weight = self.words.weight

    def forward(self, ids: Tensor) -> Tensor:
        return self.head(torch.tanh(self.hidden(self.words(ids))))


@example(floats(5, 8))
class Unrolled(nn.Module):
    """A loop over time with one cell, and one norm for all its results."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.Linear(16, 8)
        self.norm = nn.LayerNorm(8)

    def forward(self, x: Tensor) -> Tensor:
        h = torch.zeros_like(x[:, 0])
        for t in range(3):
            h = torch.tanh(self.cell(torch.cat([x[:, t], h], dim=1)))
            h = self.norm(h)
        return h


class MaskedLayer(nn.Module):
    """A layer that takes a mask as its second input."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.q = nn.Linear(d, d)
        self.v = nn.Linear(d, d)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        scores = self.q(x) @ x.transpose(1, 2)
        return x + scores.masked_fill(mask, -1e4).softmax(dim=-1) @ self.v(x)


@example(floats(6, 8), ints(2, 6))
class Padded(nn.Module):
    """Layers in a row that all take one mask."""

    def __init__(self) -> None:
        super().__init__()
        self.h = nn.ModuleList(MaskedLayer(8) for _ in range(4))
        self.out = nn.Linear(8, 2)

    def forward(self, x: Tensor, keep: Tensor) -> Tensor:
        mask = (keep == 0)[:, None, :]
        for layer in self.h:
            x = layer(x, mask)
        return self.out(x)


class Functional(nn.Module):
    """Attention by functions, which drop in training alone."""

    def __init__(self, d: int, heads: int, drop: float) -> None:
        super().__init__()
        self.heads, self.drop = heads, drop
        self.q = nn.Linear(d, d)
        self.kv = nn.Linear(d, 2 * d)
        self.out = nn.Linear(d, d)

    def forward(self, x: Tensor) -> Tensor:
        q, k, v = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.q(x), *self.kv(x).chunk(2, dim=-1))
        )
        p = self.drop if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=p)
        y = self.out(y.transpose(1, 2).flatten(2))
        return F.dropout(F.dropout(y, p), 0.0)


@example(floats(6, 16))
class Dropping(nn.Module):
    """Two blocks that drop with other probabilities, and one that never does."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Functional(16, 4, p) for p in (0.1, 0.4, 0.0))

    def forward(self, x: Tensor) -> Tensor:
        for block in self.blocks:
            x = x + block(x)
        return x


class Rotary(nn.Module):
    """Angles of positions, which are computed without gradients from sizes alone."""

    frequencies: Tensor

    def __init__(self, d: int) -> None:
        super().__init__()
        table = 10.0 ** -(torch.arange(0, d, 2) / d)
        self.register_buffer("frequencies", table, persistent=False)

    @torch.no_grad()
    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        angles = torch.arange(x.shape[1])[:, None] * self.frequencies
        return angles.cos(), angles.sin()


@example(floats(6, 8))
class Apart(nn.Module):
    """Parts without gradients: a frozen encoder, a mean, and constants."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(8, 8), nn.Tanh())
        self.head = nn.Linear(8, 8)
        self.rotary = Rotary(8)

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            y = self.encoder(x)
            mean, scale = y.mean(-1, keepdim=True), torch.tensor(0.5)
        with torch.autocast("cpu", enabled=False):
            z = self.head(y) - mean * scale
        cos, sin = self.rotary(z)
        a, b = (z + z.detach()).chunk(2, dim=-1)
        return torch.cat([a * cos - b * sin, a * sin + b * cos], dim=-1)


class Encoder(nn.Module):
    """Three layers, of which the first are frozen."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Linear(8, 16)
        self.mix = nn.Linear(16, 16)
        for parameter in self.embed.parameters():
            parameter.requires_grad = False

    def forward(self, x: Tensor) -> Tensor:
        with torch.no_grad():
            x = F.relu(self.embed(x))
        return self.mix(x)


@example(floats(5, 8))
class Frozen(nn.Module):
    """A part of a block without gradients."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = Encoder()
        self.head = nn.Linear(16, 4)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.encoder(x))


@example(floats(3, 16, 16))
class Interrupted(nn.Module):
    """A list of modules, with something between two of them."""

    def __init__(self) -> None:
        super().__init__()
        self.stages = nn.ModuleList(nn.Conv2d(3 if i == 0 else 8, 8, 3, 2, 1) for i in range(4))
        self.places = nn.Parameter(torch.randn(1, 8, 4, 4))

    def forward(self, x: Tensor) -> Tensor:
        for i, stage in enumerate(self.stages):
            if i == 2:
                x = x + self.places
            x = stage(x)
        return x


class Reader(nn.Module):
    """Words, and a sum of them."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(50, 16)
        self.norm = nn.LayerNorm(16)

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        x = self.norm(self.words(ids))
        return x, x.sum(1)


@example(ints(50, 12))
class TiedInside(nn.Module):
    """A weight of a module that returns several tensors is that of a layer after it."""

    def __init__(self) -> None:
        super().__init__()
        self.model = Reader()
        self.head = nn.Linear(16, 50, bias=False)
        self.head.weight = self.model.words.weight

    def forward(self, ids: Tensor) -> tuple[Tensor, Tensor]:
        x, total = self.model(ids)
        return self.head(x), total


class Sinusoids(nn.Module):
    """Positions of a grid, which no tensor goes into."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.mix = nn.Linear(2 * width, 8)

    def forward(self, shape: tuple[int, int, int]) -> Tensor:
        ones = torch.ones(shape)
        y, x = ones.cumsum(1), ones.cumsum(2)
        scale = 10.0 ** -(torch.arange(self.width) / self.width)
        y, x = (y[..., None] * scale).sin(), (x[..., None] * scale).cos()
        return self.mix(torch.cat([y, x], dim=-1)).permute(0, 3, 1, 2)


class Offset(nn.Module):
    """A parameter, which no tensor goes into."""

    def __init__(self) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(8, 1, 1))
        self.gain = nn.Parameter(torch.ones(8, 1, 1))

    def forward(self) -> tuple[Tensor, Tensor]:
        return self.gain * 2, self.bias + 1


@example(floats(3, 8, 12))
class Sources(nn.Module):
    """Modules without inputs, and norms with a setting in common."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 3, padding=1)
        self.places = nn.ModuleList([Sinusoids(4), Sinusoids(6)])
        self.offset = Offset()
        self.norms = nn.ModuleList(nn.BatchNorm2d(8, eps=1e-3) for _ in range(4))

    def forward(self, x: Tensor) -> Tensor:
        n, _, h, w = x.shape
        x = self.conv(x)
        for places in self.places:
            x = x + places((n, h, w))
        for norm, f in zip(self.norms, (torch.relu, torch.sin, torch.exp, torch.abs), strict=True):
            x = f(norm(x))
        gain, bias = self.offset()
        return x * gain + bias


class Head(nn.Module):
    """A head for words, whose bias has two names."""

    def __init__(self, d: int, words: int) -> None:
        super().__init__()
        self.dense = nn.Linear(d, d)
        self.decoder = nn.Linear(d, words)
        self.bias = nn.Parameter(torch.zeros(words))
        self.decoder.bias = self.bias

    def forward(self, x: Tensor) -> Tensor:
        return self.decoder(F.gelu(self.dense(x)))


@example(ints(50, 12))
class TiedFar(nn.Module):
    """A weight of one module is that of a layer in another, and one has a name that is not used."""

    def __init__(self) -> None:
        super().__init__()
        self.shared = nn.Embedding(50, 16)
        self.reader = Reader()
        self.head = Head(16, 50)
        self.reader.words.weight = self.shared.weight
        self.head.decoder.weight = self.shared.weight

    def forward(self, ids: Tensor) -> Tensor:
        return self.head(self.reader(ids)[0])


@example(ints(50, 12))
class TiedInPlace(nn.Module):
    """A weight of a layer is used by a function too."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(50, 16)
        self.norm = nn.LayerNorm(16)

    def forward(self, ids: Tensor) -> Tensor:
        return F.linear(self.norm(self.words(ids)), self.words.weight)


class Biased(nn.Module):
    """Attention that makes the biases of its scores, or takes them, and returns them."""

    def __init__(self, d: int, first: bool) -> None:
        super().__init__()
        self.qk = nn.Linear(d, 2 * d)
        self.places = nn.Embedding(6, 6) if first else None

    def forward(self, x: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor]:
        q, k = self.qk(x).chunk(2, dim=-1)
        if bias is None:
            assert self.places is not None
            bias = self.places(torch.arange(6))[None]
        return x + (q @ k.transpose(1, 2) + bias).softmax(-1) @ x, bias


@example(floats(6, 8))
class Handed(nn.Module):
    """A value that the first layer makes, and all others take and return."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Biased(8, i == 0) for i in range(3))

    def forward(self, x: Tensor) -> Tensor:
        bias = None
        for layer in self.layers:
            x, bias = layer(x, bias)
        return x


class Placed(nn.Module):
    """Adds what it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.proj = nn.Conv2d(3, 8, 4, 4)

    def forward(self, x: Tensor, places: Tensor) -> Tensor:
        return self.proj(x) + places


@example(floats(3, 16, 16))
class Given(nn.Module):
    """A module that takes a parameter of the one around it, which uses it again."""

    def __init__(self) -> None:
        super().__init__()
        self.places = nn.Parameter(torch.randn(1, 8, 4, 4))
        self.patches = Placed()

    def forward(self, x: Tensor) -> Tensor:
        return self.patches(x, self.places) * self.places


class DenseLayer(nn.Module):
    """Takes a list of images, and gives the next one."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(channels)
        self.conv = nn.Conv2d(channels, 4, 3, padding=1)

    def forward(self, images: list[Tensor]) -> Tensor:
        return self.conv(F.relu(self.norm(torch.cat(images, 1))))


class DenseBlock(nn.Module):
    """Layers, each of which takes what all before it gave."""

    def __init__(self, channels: int, depth: int) -> None:
        super().__init__()
        for i in range(depth):
            self.add_module(f"layer{i + 1}", DenseLayer(channels + 4 * i))

    def forward(self, x: Tensor) -> Tensor:
        images = [x]
        for layer in self.children():
            images.append(layer(images))
        return torch.cat(images, 1)


@example(floats(8, 8, 8))
class Dense(nn.Module):
    """Lists that grow."""

    def __init__(self) -> None:
        super().__init__()
        self.one = DenseBlock(8, 3)
        self.two = DenseBlock(20, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.two(self.one(x))


class Chooser(nn.Module):
    """Takes a list, and uses its items one by one and together."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Conv2d(16, 8, 1)

    def forward(self, x: Tensor, others: list[Tensor]) -> Tensor:
        return self.mix(torch.cat(others, 1)) * torch.sigmoid(others[1]) + x


@example(floats(8, 8, 8), floats(8, 8, 8))
class Chosen(nn.Module):
    """A module with a list behind another input."""

    def __init__(self) -> None:
        super().__init__()
        self.choose = Chooser()

    def forward(self, a: Tensor, b: Tensor) -> Tensor:
        return self.choose(a, [b, a * 2])


class Inverted(nn.Module):
    """A convolution, which is added to its input if it can be."""

    def __init__(self, channels: int, width: int, act: type[nn.Module]) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1), act(), nn.BatchNorm2d(width)
        )
        self.is_residual = channels == width

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self.is_residual else self.conv(x)


class Attention(nn.Module):
    """A class that has the name of a layer."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gate = nn.Conv2d(channels, channels, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.gate(x))


@example(floats(3, 8, 8))
class Mixed(nn.Module):
    """Blocks with and without a residual, with several activations."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            Inverted(3, 8, nn.ReLU),
            Inverted(8, 8, nn.ReLU),
            Inverted(8, 12, nn.Hardswish),
            Attention(12),
            Inverted(12, 12, nn.Hardswish),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


@example(floats(1, 6))
class Predicted(nn.Module):
    """A model that returns None beside its tensors, and squeezes what has no axis of size 1."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = Cell()
        self.head = nn.Linear(6, 4)

    def forward(self, x: Tensor, target: Tensor | None = None) -> tuple[Tensor, Tensor | None]:
        y, _ = self.cell(x)
        logits = self.head(y).squeeze(1).squeeze()
        loss = None if target is None else F.mse_loss(logits, target)
        return logits, loss


class Cell(nn.Module):
    """A module that returns None too."""

    def forward(self, x: Tensor) -> tuple[Tensor, None]:
        return torch.tanh(x), None


@example(floats(3, 16, 16))
class Plain(nn.Sequential):
    """A Sequential and nothing else."""

    def __init__(self) -> None:
        super().__init__(
            nn.Conv2d(3, 8, 3, padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Identity(),
            nn.Sequential(nn.Conv2d(8, 8, 1), nn.ReLU()),
            nn.Flatten(),
            nn.Linear(2048, 10),
        )


@example(floats(8, 16))
class Constants(nn.Module):
    """Buffers: of the checkpoint, and computed ones."""

    mask: Tensor
    scale: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("scale", torch.rand(16))
        self.register_buffer("mask", torch.arange(8), persistent=False)
        self.table = nn.Embedding(8, 16)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.scale + self.table(self.mask)


class Scaled(nn.Module):
    """A convolution whose result is scaled by a number of its own."""

    def __init__(self, channels: int, scale: float) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)
        self.drop = nn.Dropout(scale)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.drop(self.conv(x))


@example(floats(3, 32, 32))
class Growing(nn.Module):
    """Rates that grow over all blocks, and stages that differ in widths."""

    def __init__(self) -> None:
        super().__init__()
        widths, depths, at = [8, 16, 24, 32], [3, 3, 6, 3], 0
        stages: list[nn.Module] = []
        for width, depth in zip(widths, depths, strict=True):
            stages.append(nn.LazyConv2d(width, 2, 2))
            stages.append(
                nn.Sequential(*(Scaled(width, 0.2 * (at + i + 1) / 15) for i in range(depth)))
            )
            at += depth
        self.stages = nn.Sequential(*stages)
        self.eval()
        self(torch.zeros(1, 3, 32, 32))

    def forward(self, x: Tensor) -> Tensor:
        return self.stages(x).mean((2, 3))


@example(floats(3, 32, 32))
class Tables(nn.Module):
    """Members of pipes that differ in numbers for which there is no formula."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for width, count in [(8, 2), (16, 2), (24, 3), (24, 3)]:
            for _ in range(count):
                layers += [nn.Conv2d(channels, width, 3, padding=1), nn.ReLU()]
                channels = width
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.rates = nn.ModuleList(
            Scaled(24, rate) for rate in (0.1, 0.15, 0.3, 0.35, 0.4, 0.55, 0.6, 0.7)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = self.features(x)
        for block in self.rates:
            x = block(x)
        return x


@example(floats(3, 32, 32))
class Numbered(nn.Module):
    """Stages and layers that are attributes with a number in their names."""

    def __init__(self) -> None:
        super().__init__()
        self.layer1 = nn.Sequential(Residual(3, 8), Residual(8, 8))
        self.layer2 = nn.Sequential(Residual(8, 16, 2), *(Residual(16, 16) for _ in range(3)))
        self.layer3 = nn.Sequential(Residual(16, 32, 2), *(Residual(32, 32) for _ in range(5)))
        self.layer4 = nn.Sequential(Residual(32, 64, 2), Residual(64, 64))
        self.blocks = nn.Sequential()
        for i in range(4):
            self.blocks.add_module(f"block-{i}a", Scaled(64, 0.5))

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(self.layer4(self.layer3(self.layer2(self.layer1(x)))))


@example(floats(3, 16, 16))
class Settings(nn.Module):
    """Settings that nearly all layers of a kind have."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, bias=False)
        self.norm = nn.BatchNorm2d(8, eps=1e-3, momentum=0.01)
        self.second = nn.Conv2d(8, 8, 3, bias=False)
        self.norm2 = nn.BatchNorm2d(8, eps=1e-3, momentum=0.01)
        self.third = nn.Conv2d(8, 8, 3, bias=False)
        self.norm3 = nn.BatchNorm2d(8, eps=1e-3)
        self.fourth = nn.Conv2d(8, 8, 3, bias=False)
        self.last = nn.Conv2d(8, 4, 1)

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.norm(self.first(x)))
        x = F.relu(self.norm2(self.second(x)))
        x = F.relu(self.norm3(self.third(x)))
        return self.last(self.fourth(x))


@example(floats(8, 16, 24))
class Windows(nn.Module):
    """Windows of an image, and channels in groups, by reshaping and permuting."""

    def __init__(self) -> None:
        super().__init__()
        self.mix = nn.Linear(24, 24)
        self.conv = nn.Conv2d(24, 12, 1)
        self.norm = nn.LayerNorm(12)

    def forward(self, x: Tensor) -> Tensor:
        n, h, w, c = x.shape
        x = x.view(n, h // 4, 4, w // 4, 4, c).permute(0, 1, 3, 2, 4, 5).reshape(-1, 16, c)
        x = self.mix(x)
        x = x.view(-1, h // 4, w // 4, 4, 4, c).permute(0, 1, 3, 2, 4, 5).reshape(n, h, w, c)
        x = self.conv(x.permute(0, 3, 1, 2).contiguous())
        x = x.view(n, 3, 4, h, w).transpose(1, 2).reshape(n, 12, h, w)
        y = self.norm(x.reshape(n, 12, h * w).permute(0, 2, 1))
        return y.transpose(1, 2).reshape(n, 12, h, w) + x


@example(floats(3, 8, 8))
class Nested(nn.Module):
    """A list with one module, which is a Sequential."""

    def __init__(self) -> None:
        super().__init__()
        inner = nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.Conv2d(8, 8, 3))
        self.blocks = nn.Sequential(inner)

    def forward(self, x: Tensor) -> Tensor:
        return self.blocks(x)


class Tokens(nn.Module):
    """An image whose name is that of its tokens later: `x.c` is another size there."""

    def __init__(self, channels: int, side: int) -> None:
        super().__init__()
        self.side = side
        self.up = nn.Linear(channels, 2 * channels)
        self.down = nn.Linear(2 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        n, c = x.shape[:2]
        x = x.flatten(2).transpose(1, 2)
        x = x + self.down(F.gelu(self.up(x)))
        return x.transpose(1, 2).reshape(n, c, self.side, self.side)


@example(floats(3, 16, 16))
class Renamed(nn.Module):
    """Blocks that assign to the name of their input, for images of several sizes."""

    def __init__(self) -> None:
        super().__init__()
        self.one = nn.Sequential(nn.Conv2d(3, 8, 2, 2), Tokens(8, 8))
        self.two = nn.Sequential(nn.Conv2d(8, 12, 2, 2), Tokens(12, 4))
        self.three = nn.Sequential(nn.Conv2d(12, 20, 2, 2), Tokens(20, 2))

    def forward(self, x: Tensor) -> Tensor:
        return self.three(self.two(self.one(x)))


@example(floats(2, 6, 6))
class Grids(nn.Module):
    """Places on a grid, which is made as two: there is a formula for each, none for both."""

    def forward(self, x: Tensor) -> Tensor:
        rows, columns = torch.meshgrid(torch.arange(6), torch.arange(6), indexing="ij")
        return x * torch.stack([columns, rows]).float()


class Stage(nn.Sequential):
    """Blocks of one width, the first with a stride; names have the number of the stage."""

    def __init__(self, channels: int, width: int, depth: int, number: int) -> None:
        super().__init__()
        for i in range(depth):
            block = Residual(width if i else channels, width, 1 if i else 2)
            self.add_module(f"block{number}-{i}", block)


@example(floats(3, 32, 32))
class Staged(nn.Module):
    """Stages with one, two and four blocks."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(Stage(3, 8, 1, 1), Stage(8, 12, 2, 2), Stage(12, 20, 4, 3))

    def forward(self, x: Tensor) -> Tensor:
        return self.body(x)


class Step(nn.Module):
    """A residual that drops its path, if it has a rate; its input has two names."""

    def __init__(self, width: int, rate: float) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mix = nn.Linear(width, width, bias=False)
        self.mlp = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.drop = nn.Dropout(rate) if rate else nn.Identity()

    def forward(self, x: Tensor, shortcut: Tensor | None = None) -> Tensor:
        start = x if shortcut is None else shortcut
        start = start + self.drop(self.mix(self.norm1(start)))
        return start + self.drop(self.mlp(self.norm2(start)))


@example(floats(6, 8))
class Stepped(nn.Module):
    """Blocks of which the first drops nothing, and one takes its input by another name."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.three = (Step(8, rate) for rate in (0.0, 0.1, 0.2))

    def forward(self, x: Tensor) -> Tensor:
        x = self.two(self.one(x))
        return self.three(x, shortcut=x)


class Config:
    """What a model is made of, as libraries have it."""

    def __init__(self, hidden_size: int = 24, layers: int = 3) -> None:
        self.hidden_size, self.layers = hidden_size, layers


class WideLayer(nn.Module):
    """A layer of a transformer without attention."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(config.hidden_size)
        self.up = nn.Linear(config.hidden_size, 4 * config.hidden_size)
        self.down = nn.Linear(4 * config.hidden_size, config.hidden_size)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.down(F.gelu(self.up(self.norm(x))))


@example(ints(50, 7))
class Wide(nn.Module):
    """One width, which the configuration names; the table of places has as many rows by chance."""

    def __init__(self, config: Config | None = None) -> None:
        super().__init__()
        self.config = config or Config()
        size = self.config.hidden_size
        self.words, self.places = nn.Embedding(50, size), nn.Embedding(24, size)
        self.first = nn.Parameter(torch.randn(1, 1, size))
        self.layers = nn.ModuleList(WideLayer(self.config) for _ in range(self.config.layers))
        self.head = nn.Linear(size, 50, bias=False)

    def forward(self, ids: Tensor) -> Tensor:
        x = self.words(ids) + self.places(torch.arange(ids.shape[1])) + self.first
        for layer in self.layers:
            x = layer(x)
        return self.head(x)


class ChannelNorm(nn.LayerNorm):
    """A norm of channels, for images."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


@example(floats(3, 8, 8))
class NormInside(nn.Module):
    """A Sequential with a member that is several layers, one of which has its weights."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Conv2d(3, 6, 1)
        self.head = nn.Sequential(ChannelNorm(6), nn.Flatten(1), nn.Linear(384, 5))

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.body(x))


class Refine(nn.Module):
    """A better guess."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 2, 3, padding=1)

    def forward(self, x: Tensor, guess: Tensor) -> Tensor:
        return self.conv(torch.cat([x, guess], dim=1)).tanh()


@example(floats(2, 6, 6))
class Refined(nn.Module):
    """A loop whose passes have one module, and give a result each."""

    def __init__(self) -> None:
        super().__init__()
        self.refine = Refine()

    def forward(self, x: Tensor) -> list[Tensor]:
        guess, guesses = x * 0.5, []
        for _ in range(5):
            change = self.refine(x - guess, guess)
            guess = guess + change
            larger = F.interpolate(guess * change, scale_factor=2)
            guesses.append(larger * 2 + larger.mean())
            guess = guess.detach()
        return guesses
