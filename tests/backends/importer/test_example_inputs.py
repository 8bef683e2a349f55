"""Example inputs: from shapes, from a file, and guessed."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor, nn

from netwright.backends.importer.example_inputs import (
    Example,
    ExampleError,
    example_from_file,
    example_inputs,
)
from netwright.backends.importer.factories import FactoryError, FactoryFailed
from tests.specs.reference import torchvision_models


class Masked(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(5, 8)

    def forward(self, ids: Tensor, mask: Tensor, scale: float = 1.0, extra: Any = None) -> Tensor:
        out: Tensor = self.embed(ids) * mask[..., None] * scale + (0 if extra is None else extra)
        return out


class Anything(nn.Module):
    def forward(self, *parts: Tensor) -> Tensor:
        return sum(parts[1:], parts[0])


def tensors(example: Example) -> list[Any]:
    return list(example.inputs.values() if isinstance(example.inputs, dict) else example.inputs)


def shapes(example: Example) -> Any:
    inputs = example.inputs
    if isinstance(inputs, dict):
        return {name: tuple(t.shape) for name, t in inputs.items()}
    return [tuple(t.shape) for t in inputs]


def test_one_shape() -> None:
    example = example_inputs(nn.ReLU(), "3x8,10")
    assert (shapes(example), example.notes) == ([(2, 3, 8, 10)], ())
    again = example_inputs(nn.ReLU(), "3x8x10")
    assert torch.equal(*tensors(example), *tensors(again))


def test_named_shapes_are_in_the_order_of_forward() -> None:
    example = example_inputs(Masked(), {"mask": "T", "ids": "T int"})
    assert shapes(example) == [(2, 16), (2, 16)]
    ids, mask = tensors(example)
    assert (ids.dtype, mask.dtype) == (torch.int64, torch.float32)
    assert 0 <= int(ids.min()) < int(ids.max()) <= 4
    assert example.notes == ("T is 16 in the example",)
    Masked()(ids, mask)


def test_inputs_that_are_not_the_first_ones_have_names() -> None:
    example = example_inputs(Masked(), {"ids": "T int", "mask": "T bool", "extra": "Tx8"})
    assert shapes(example) == {"ids": (2, 16), "mask": (2, 16), "extra": (2, 16, 8)}


def test_sizes_of_names_differ() -> None:
    example = example_inputs(Anything(), {"a": "3xHxW", "b": "SxT complex"})
    assert shapes(example) == [(2, 3, 64, 96), (2, 16, 12)]


def test_integers_fit_all_embeddings() -> None:
    model = nn.ModuleList([nn.Embedding(1000, 4), nn.Embedding(2, 4)])
    model.forward = lambda x: x
    example = example_inputs(model, "50 int")
    assert tensors(example)[0].unique().tolist() == [0, 1]


def test_double_models_take_doubles() -> None:
    assert tensors(example_inputs(nn.Linear(3, 4).double(), "3"))[0].dtype == torch.double


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        ("3x0", "`3x0` is not a shape", "3x32x32 or 128 int"),
        ({"ids": "3", "maks": "3"}, "forward has no parameter maks", "did you mean mask?"),
        ({"q": "3"}, "forward has no parameter q", "it takes `ids`, `mask`, `scale`"),
        ("3 int", "forward needs `mask` too", "--input ids=SHAPE --input mask=SHAPE"),
        (None, "the shape of `ids` is not known", "--input ids=SHAPE --input mask=SHAPE"),
    ],
)
def test_what_is_refused(given: Any, message: str, hint: str) -> None:
    with pytest.raises(ExampleError) as caught:
        example_inputs(Masked(), given)
    assert message in caught.value.message
    assert hint in caught.value.hint


# --- guesses ---------------------------------------------------------------------------------


def test_images_for_the_first_convolution() -> None:
    example = example_inputs(nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3)), nn.ReLU()))
    assert shapes(example) == [(2, 3, 224, 224)]
    assert example.notes == (
        "the input is taken to be 3x224x224, "
        "since the first layer is a convolution of three channels",
    )


@pytest.mark.parametrize(
    "model", [nn.Conv2d(1, 4, 3), nn.Linear(3, 4), nn.Conv3d(3, 4, 3), nn.ReLU()]
)
def test_nothing_is_guessed_where_it_is_not_sure(model: nn.Module) -> None:
    with pytest.raises(ExampleError, match="the shape of `input` is not known"):
        example_inputs(model)


def test_what_models_say_themselves() -> None:
    class Says(nn.Identity):
        pretrained_cfg: ClassVar = {"input_size": (3, 96, 96)}

    assert example_inputs(Says()).notes[0].endswith("3x96x96, as the model's default_cfg says")
    models = torchvision_models()
    small = models.efficientnet_b1
    with torch.device("meta"):
        model = small()
    assert example_inputs(model, name="efficientnet_b1").notes == (
        "the input is taken to be 3x240x240, as torchvision's weights need it",
    )


# --- from a file -----------------------------------------------------------------------------

FILE = """\
import torch
print("made")
one = torch.ones(2, 3)
both = (one, one)
named = {"ids": torch.ones(3, 4)}
late = {"mask": torch.ones(3, 4)}
single = torch.ones(1, 3)
mixed = [torch.ones(2, 3), torch.ones(3, 3)]
text = "abc"
def build():
    return both
def fails():
    raise ValueError("no")
"""


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "inputs.py"
    path.write_text(FILE)
    return str(path)


def test_a_file(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert shapes(example_from_file(f"{file}:one", Masked())) == [(2, 3)]
    assert shapes(example_from_file(f"{file}:named", Masked())) == [(3, 4)]
    assert shapes(example_from_file(f"{file}:late", Masked())) == {"mask": (3, 4)}
    first, second = tensors(example_from_file(f"{file}:build", Masked()))
    assert first is not second
    assert capsys.readouterr() == ("", "made\n" * 4)


def test_files_that_hold_no_inputs(file: str) -> None:
    messages = {
        f"{file}:single": "need one batch, of at least two examples",
        f"{file}:mixed": "need one batch, of at least two examples",
        f"{file}:text": "does not hold tensors",
        f"{file}:onne": "has no onne",
        f"{file}x:one": "is not FILE.py:NAME",
        "nowhere.py:one": "there is no file nowhere.py",
    }
    for target, message in messages.items():
        with pytest.raises(FactoryError) as caught:
            example_from_file(target, Masked())
        assert message in caught.value.message
    with pytest.raises(FactoryFailed, match="raised ValueError: no"):
        example_from_file(f"{file}:fails", Masked())
