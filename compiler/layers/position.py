"""The positions of tokens: encodings, and biases of attention by distance."""

from __future__ import annotations

from math import prod
from typing import Annotated, Final, Literal, TypeAlias

from ..layer import (
    Example,
    Few,
    Layer,
    Made,
    Positive,
    Range,
    Reach,
    Refused,
    Weight,
    divides,
    short,
)
from ..lowering import Device, Helper, Input, Lowering, Self, call, given, method
from ..types import TensorType
from .sources import SourceLayer

Rows: TypeAlias = Annotated[int, Range(1, 2**24, "a table with that many rows is made")]

SINUSOIDAL = Helper(
    "SinusoidalPositions",
    '''class SinusoidalPositions(nn.Module):
    """Adds sines and cosines of the position, of geometrically growing wavelengths."""

    table: Tensor

    def __init__(self, width: int, length: int = 5000) -> None:
        super().__init__()
        position = torch.arange(length).unsqueeze(1)
        rate = torch.exp(torch.arange(0, width, 2) * (-math.log(10000.0) / width))
        table = torch.zeros(length, width)
        table[:, 0::2] = torch.sin(position * rate)
        table[:, 1::2] = torch.cos(position * rate)[:, : width // 2]
        self.register_buffer("table", table, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.table[: x.shape[1]]
''',
)

LEARNED = Helper(
    "LearnedPositions",
    '''class LearnedPositions(nn.Module):
    """Adds a learned vector for each position."""

    def __init__(self, width: int, length: int = 5000) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(length, width))
        nn.init.normal_(self.weight, std=0.02)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.weight[: x.shape[1]]
''',
)

ROTARY = Helper(
    "rotate",
    '''def rotate(x: Tensor, base: float = 10000.0, interleaved: bool = False) -> Tensor:
    """Rotary positions: turns pairs of features by angles that grow with the position."""
    steps, width = x.shape[-2:]
    rate = base ** (torch.arange(0, width, 2, dtype=torch.int64, device=x.device).float() / width)
    angle = torch.arange(steps, device=x.device).float()[:, None] * (1.0 / rate)
    if interleaved:
        angle = angle.repeat_interleave(2, dim=-1)
        turned = torch.stack([-x[..., 1::2], x[..., ::2]], dim=-1).flatten(-2)
    else:
        angle = torch.cat([angle, angle], dim=-1)
        half = width // 2
        turned = torch.cat([-x[..., half:], x[..., :half]], dim=-1)
    return x * angle.cos().to(x.dtype) + turned * angle.sin().to(x.dtype)
''',
)

ALIBI = Helper(
    "alibi",
    '''def alibi(
    heads: int, steps: int, causal: bool = True, device: torch.device | None = None
) -> Tensor:
    """Attention with linear biases: minus the distance, times a slope for each head."""
    whole = 2 ** math.floor(math.log2(heads))
    slopes = [2 ** (-8 * (i + 1) / whole) for i in range(whole)]
    slopes += [2 ** (-4 * (2 * i + 1) / whole) for i in range(heads - whole)]
    place = torch.arange(steps, device=device)
    distance = (place[:, None] - place[None, :]).abs()
    bias = -torch.tensor(slopes, device=device)[:, None, None] * distance
    if causal:
        bias = bias.masked_fill(place[:, None] < place[None, :], float("-inf"))
    return bias
''',
)

BUCKETS = Helper(
    "relative_buckets",
    '''def relative_buckets(
    queries: int,
    keys: int,
    buckets: int = 32,
    distance: int = 128,
    bidirectional: bool = True,
    device: torch.device | None = None,
) -> Tensor:
    """Distances between queries and keys in buckets, finer for near ones (T5)."""
    query = torch.arange(queries, dtype=torch.long, device=device)[:, None]
    key = torch.arange(keys, dtype=torch.long, device=device)[None, :]
    offset = key - query
    start: Tensor | int = 0
    if bidirectional:
        buckets //= 2
        start = (offset > 0).to(torch.long) * buckets
        offset = offset.abs()
    else:
        offset = -torch.min(offset, torch.zeros_like(offset))
    exact = buckets // 2
    far = exact + (
        torch.log(offset.float() / exact) / math.log(distance / exact) * (buckets - exact)
    ).to(torch.long)
    far = torch.min(far, torch.full_like(far, buckets - 1))
    return start + torch.where(offset < exact, offset, far)
''',
)


OFFSETS = Helper(
    "window_offsets",
    '''def window_offsets(*sizes: int, device: torch.device | None = None) -> Tensor:
    """A number for the offset between each two places of a window (Swin)."""
    axes = [torch.arange(size, device=device) for size in sizes]
    places = torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1).reshape(-1, len(sizes))
    offsets = places[:, None] - places[None, :]
    numbers = torch.zeros_like(offsets[..., 0])
    for axis, size in enumerate(sizes):
        numbers = numbers * (2 * size - 1) + offsets[..., axis] + size - 1
    return numbers
''',
)


class Positions(Layer):
    """Adds the position of each step to [N, T, D]: sines and cosines (Vaswani et al., 2017), or
    learned vectors (``mode=learned``). ``length`` is the longest sequence.
    """

    word = "positions"
    category = "embedding"
    channel_axis = "last"
    assumed = ("N", "T", "D")
    positional = 1
    examples = (Example("positions", "20x64"), Example("positions(32, mode=learned)", "20x64"))

    length: Rows = 5000
    mode: Literal["sinusoidal", "learned"] = "sinusoidal"

    def infer(self, x: TensorType) -> TensorType:
        if x.dtype != "float":
            raise Refused(
                f"positions are added to floats, got {x.dtype}s",
                code="E303",
                input=0,
                help="after the embedding: `embed(vocab, d) > positions`",
            )
        if x.rank != 3:
            raise Refused(f"positions reads [N, T, D], got {x}", input=0)
        if short(self.length, x.shape[1]):
            raise Refused(
                f"the sequence has {x.shape[1]} steps, and positions are made for {self.length}",
                setting="length",
                help=f"`length={x.shape[1]}`",
            )
        return x

    def weights(self, x: TensorType) -> dict[str, Weight]:
        if self.mode == "learned":
            return {"weight": Weight((self.length, x.shape[2]))}
        return {}

    def lower(self, x: TensorType) -> Lowering:
        helper = LEARNED if self.mode == "learned" else SINUSOIDAL
        if not isinstance(x.shape[2], int):
            raise Refused("positions needs to know its width", code="E401", input=0)
        length = given(length=(self.length, 5000))
        return Lowering(call(helper.name, x.shape[2], **length), helpers=(helper,))

    def caption(self) -> tuple[str, str]:
        return "+ positions", self.mode


class Rotary(Layer):
    """Rotary position embedding (Su et al., 2021) of queries or keys [N, heads, T, d]: pairs of
    features are turned by angles that grow with the position. The first half of the features
    pairs with the second, as in LLaMA; ``interleaved=true`` pairs neighbours, as in the paper.
    """

    word = "rotary"
    role = "rotary"
    category = "attention"
    positional = 1
    examples = (
        Example("rotary", "4x20x16"),
        Example("rotary(500000.0, interleaved=true)", "4x20x16"),
    )

    base: float = 10000.0
    interleaved: bool = False

    def infer(self, x: TensorType) -> TensorType:
        if x.dtype != "float":
            raise Refused(f"rotary needs floats, got {x.dtype}s", code="E303", input=0)
        if x.rank < 3:
            raise Refused(f"rotary reads [..., T, d], got {x}", input=0)
        width = x.shape[-1]
        if not divides(2, width):
            raise Refused(f"rotary turns pairs of features, and {width} is odd", input=0)
        if self.base <= 0:
            raise Refused("base must be positive", setting="base")
        return x

    def lower(self, x: TensorType) -> Lowering:
        options = given(base=(float(self.base), 10000.0), interleaved=(self.interleaved, False))
        return Lowering(forward=call("rotate", Input(0), **options), helpers=(ROTARY,))


class Alibi(SourceLayer):
    """A mask for attention with linear biases (Press et al., 2022), [heads, T, T]: minus the
    distance times a slope for each head. ``causal`` hides later positions:
    ``sdpa(mask=alibi(heads, T))``.
    """

    word = "alibi"
    examples = (Example("alibi(8, 20)"), Example("alibi(6, 20, causal=false)"))

    heads: Few
    steps: Positive
    causal: bool = True

    def infer(self) -> TensorType:
        return TensorType((self.heads, self.steps, self.steps))

    def lower(self) -> Lowering:
        options = {} if self.causal else {"causal": False}
        forward = call("alibi", self.heads, self.steps, **options, device=Device())
        return Lowering(forward=forward, helpers=(ALIBI,))


class RelativeBuckets(SourceLayer):
    """Distances between ``queries`` and ``keys`` positions as bucket numbers [queries, keys], ints
    for an embedding (T5, Raffel et al., 2020): near distances have a bucket each, far ones share.

    ``relative_buckets(T, T) > embed(32, heads) > permute(2, 0, 1)`` is T5's attention bias.
    """

    word = "relative_buckets"
    examples = (
        Example("relative_buckets(20, 20)"),
        Example("relative_buckets(12, 20, buckets=16, distance=64, bidirectional=false)"),
    )

    queries: Positive
    keys: Positive
    buckets: int = 32
    distance: int = 128
    bidirectional: bool = True

    def infer(self) -> TensorType:
        if self.buckets < 4 or self.distance <= self.buckets // 2:
            raise Refused(
                "buckets must be at least 4, and distance more than half of them", setting="buckets"
            )
        return TensorType((self.queries, self.keys), "int")

    def reach(self, made: TensorType, how: Made) -> Reach | None:
        return 0, self.buckets - 1

    def lower(self) -> Lowering:
        options = {
            k: getattr(self, k)
            for k in ("buckets", "distance", "bidirectional")
            if k in self.given()
        }
        forward = call("relative_buckets", self.queries, self.keys, **options, device=Device())
        return Lowering(forward=forward, helpers=(BUCKETS,))


_MOST_PLACES: Final = 1 << 14
"""A window's offsets are that many times that many numbers."""


class WindowOffsets(SourceLayer):
    """The offset between each two places of a window as a number, [h*w, h*w] ints for an embedding
    of (2*h - 1) * (2*w - 1) rows (Swin, Liu et al., 2021): equal offsets have equal numbers. A
    window may have other axes: ``window_offsets(8, 7, 7)``.

    ``window_offsets(7, 7) > embed(169, heads) > permute(2, 0, 1)`` is Swin's attention bias.
    ``persistent=true`` saves the numbers in checkpoints, under the label; ``flat=true`` makes them
    one row, as torchvision keeps them.
    """

    word = "window_offsets"
    variadic = True
    examples = (
        Example("window_offsets(7, 7)"),
        Example("window_offsets(4, 6, flat=true, persistent=true)"),
        Example("window_offsets(2, 3, 4)"),
    )

    sizes: tuple[int, ...]
    flat: bool = False
    persistent: bool = False

    def infer(self) -> TensorType:
        if not self.sizes or not all(1 <= size <= _MOST_PLACES for size in self.sizes):
            raise Refused("a window needs axes of 1 place or more", setting="sizes")
        places = prod(self.sizes)
        if places > _MOST_PLACES:
            raise Refused(f"a window has at most {_MOST_PLACES} places", setting="sizes")
        return TensorType((places * places,) if self.flat else (places, places), "int")

    def reach(self, made: TensorType, how: Made) -> Reach | None:
        return 0, prod(2 * size - 1 for size in self.sizes) - 1

    def weights(self) -> dict[str, Weight]:
        if not self.persistent:
            return {}
        return {"": Weight(self.infer().shape, buffer=True, dtype="int")}

    def lower(self) -> Lowering:
        device = {} if self.persistent else {"device": Device()}
        made = call("window_offsets", *self.sizes, **device)
        made = method(made, "flatten") if self.flat else made
        if self.persistent:
            return Lowering(call("nn.Buffer", made), Self(), helpers=(OFFSETS,))
        return Lowering(forward=made, helpers=(OFFSETS,))
