"""Sizes that a model leaves open have names in its spec, and the spec is right at other sizes."""

import pytest
import torch
from torch import Tensor, nn

from netwright.backends.importer.other_sizes import evaluation
from netwright.backends.importer.proved import Spec, proved_spec


def spec_of(model: nn.Module, *inputs: Tensor) -> Spec:
    torch.manual_seed(0)
    spec = proved_spec(model, inputs, name="net1")
    assert spec.proof.equal, spec.proof.reasons
    return spec


class Resized(nn.Module):
    """A block that takes sizes from the shapes of its inputs."""

    def forward(self, small: Tensor, large: Tensor) -> Tensor:
        half = nn.functional.interpolate(small, size=(small.shape[2] // 2, small.shape[3] // 2))
        return nn.functional.interpolate(half, size=large.shape[2:]) + large


class Pyramid(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 3, 3, stride=2, padding=1)
        self.merge = Resized()

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.merge(self.conv(x), x)
        return result


def test_a_block_takes_sizes_from_its_inputs() -> None:
    text = spec_of(Pyramid(), torch.randn(2, 3, 32, 48)).text
    assert "size=[small.h // 2, small.w // 2]" in text
    assert "size=[large.h, large.w]" in text
    assert "x[3, H=32, W=48]" in text


class Asks(nn.Module):
    """A model that decides on sizes, and has a table of positions."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 7, stride=4)
        self.positions = nn.Parameter(torch.randn(1, 8, 30, 1))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x)
        assert y.shape[3] >= 3
        if y.shape[2] > 4:
            y = y * 2
        return y + self.positions[:, :, : y.shape[2]]


def test_what_the_model_asks_is_required() -> None:
    text = spec_of(Asks(), torch.randn(2, 3, 64, 48)).text
    assert "require H >= 23\n" in text
    assert "require W >= 15\n" in text
    assert "[:, :, :(H + 1) // 4 - 1]" in text


class Even(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        n, c, h, w = x.shape
        assert h % 2 == 0
        assert w % 2 == 0
        blocks = x.reshape(n, c, h // 2, 2, w // 2, 2)
        return blocks.permute(0, 1, 3, 5, 2, 4).reshape(n, 4 * c, h // 2, w // 2)


def test_remainders_are_required() -> None:
    text = spec_of(nn.Sequential(nn.Conv2d(3, 4, 1), Even()), torch.randn(2, 3, 32, 48)).text
    assert "require H % 2 == 0\n" in text
    assert "require W % 2 == 0\n" in text


class Compares(nn.Module):
    """A model that compares two sizes, for which there is no ``require``."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        wide = x.shape[1] >= y.shape[1]
        return x.sum(1) if wide else y.sum(1)


def test_other_questions_fix_the_sizes() -> None:
    spec = spec_of(Compares(), torch.randn(2, 12), torch.randn(2, 8))
    assert "x[12], y[8]" in spec.text
    (note,) = spec.proof.notes
    assert "all sizes but the batch are those of the example: the model asks if" in note
    assert "test_open_sizes.py" in note


class Positions(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.tokens = nn.Embedding(20, 8)
        self.positions = nn.Embedding(32, 8)

    def forward(self, ids: Tensor) -> Tensor:
        x: Tensor = self.tokens(ids) + self.positions(torch.arange(ids.shape[1]))
        scores = x @ x.transpose(1, 2)
        future = torch.full((ids.shape[1], ids.shape[1]), -100.0).triu(1)
        return (scores + future).softmax(-1) @ x


def test_lengths_are_open() -> None:
    text = spec_of(Positions(), torch.randint(0, 20, (2, 16))).text
    assert "ids[T=16] int" in text
    assert "arange(T)" in text


class Hides(nn.Module):
    """Makes a mask from sizes alone, in more steps than it needs."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind
        self.embed = nn.Embedding(20, 8)

    def forward(self, ids: Tensor) -> Tensor:
        places = torch.arange(ids.shape[1])
        x = self.embed(ids) + places[:, None]
        mask = (places[None, None, :] >= 0).expand(ids.shape[0], ids.shape[1], ids.shape[1])
        if self.kind != "all":
            mask = mask & (places[:, None] >= places[None, :])
        if self.kind == "float":
            mask = torch.zeros(mask.shape).masked_fill(~mask, float("-inf"))
        if self.kind == "window":
            mask = mask & (places[:, None] - places[None, :] < 3)
        if self.kind == "float":
            result: Tensor = (x @ x.transpose(1, 2) + mask).softmax(-1) @ x
            return result
        return nn.functional.scaled_dot_product_attention(x, x, x, attn_mask=mask)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("all", "sdpa\n"),
        ("past", "sdpa(causal=true)"),
        ("float", "(ones([N, T, T]) > tril > log)"),
        ("window", "sdpa(mask="),
    ],
)
def test_masks_of_open_lengths_are_short(kind: str, wanted: str) -> None:
    text = spec_of(Hides(kind), torch.randint(0, 20, (2, 16))).text
    assert wanted in text
    assert "ids[T=16] int" in text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("net a: x[T=16, 4] { x > linear(4) as _ > pad(end=[0, 0]) * 2 }", "T="),
        ("net a: x[T=16, 4] { x > linear(4) as _ }", ""),
    ],
)
def test_another_size_is_compared(text: str, reason: str) -> None:
    model = nn.Sequential(nn.Linear(4, 4))
    found = evaluation(text, "a", model.eval(), (torch.randn(2, 16, 4),))
    assert (not found.reasons) == (not reason)
