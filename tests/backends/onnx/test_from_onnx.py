"""Files of ONNX become specs that compute what onnxruntime computes for them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
import torch

import netwright as nw
from netwright.onnx_models import import_onnx

from ...conftest import Golden
from ...torchvision_library import torchvision_models
from ..importer.modules import MODELS
from .exports import export, with_random_weights

OLDER = """
    Perceptron LeNet Stages Patches Two Unused Norms Tied Unrolled Padded Growing Numbered Settings
    Windows Plain
""".split()  # noqa: SIM905
NEWER = ["Stages", "Patches", "Masked", "Plain"]
OPSETS = {False: (13, 17, 18, 20), True: (18, 20, 21, 23)}
"""The opsets that each exporter writes; ``True`` is the newer one."""


def imported(name: str, folder: Path, opset: int, *, dynamo: bool) -> str:
    """The spec of a small model, whose file the exporter writes. It is proved."""
    make, inputs = MODELS[name]
    model = with_random_weights(make())
    path = export(model, inputs(), folder / f"{name}.onnx", opset, dynamo=dynamo)
    return import_onnx(path).text


@pytest.mark.parametrize("name", OLDER)
def test_the_older_exporter(name: str, tmp_path: Path, golden: Golden) -> None:
    text = imported(name, tmp_path, 17, dynamo=False)
    golden(f"onnx/{name}-names.net", text)


@pytest.mark.parametrize("name", NEWER)
def test_the_newer_exporter(name: str, tmp_path: Path, golden: Golden) -> None:
    text = imported(name, tmp_path, 18, dynamo=True)
    golden(f"onnx/{name}-classes.net", text)


UNWRITTEN = {"Patches", "Dropping", "vit_b_32"}
"""Models with attention, which the older exporter does not write in opset 13."""
REFUSED = {
    "Words": "LSTM",
    "Masked": "ScatterND",
    "Dropping": "Dropout",
}
"""Models that do not become specs, with the op in the way. Except for the LSTM, that is so for the
older exporter alone: it writes assignments in place as ScatterND, and dropout as if in training."""
PUBLISHED = ["resnet18", "mobilenet_v3_small", "vit_b_32"]


def written(names: Iterable[str]) -> list[tuple[str, bool, int]]:
    """The models with the exporters and opsets that write them."""
    every = [(d, o) for d, opsets in OPSETS.items() for o in opsets]
    return [(n, d, o) for n in names for d, o in every if d or o > 13 or n not in UNWRITTEN]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "dynamo", "opset"),
    written(MODELS),
)
def test_all_opsets(name: str, opset: int, dynamo: bool, tmp_path: Path) -> None:
    if name in REFUSED and (not dynamo or name == "Words"):
        with pytest.raises(nw.ImportFailed, match=REFUSED[name]):
            imported(name, tmp_path, opset, dynamo=dynamo)
    else:
        assert imported(name, tmp_path, opset, dynamo=dynamo)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "dynamo", "opset"), written(PUBLISHED))
def test_models_of_torchvision(name: str, opset: int, dynamo: bool, tmp_path: Path) -> None:
    model = with_random_weights(getattr(torchvision_models(), name)())
    image = torch.randn(2, 3, 224, 224)
    path = export(model, (image,), tmp_path / f"{name}.onnx", opset, dynamo=dynamo)
    made = import_onnx(path)
    assert made.proof.difference == 0
    assert len(made.text.splitlines()) < 90
    assert "attention" in made.text or name != "vit_b_32"


def test_from_python(tmp_path: Path) -> None:
    make, inputs = MODELS["LeNet"]
    model, (x,) = with_random_weights(make()), inputs()
    path = export(model, (x,), tmp_path / "le_net.onnx", 17, dynamo=False)
    weights = tmp_path / "le_net.safetensors"
    net = nw.from_onnx(path, weights=weights)
    assert "net le_net: x0[1, 28, 28]" in net.to_spec()
    made = net.to_torch(weights=weights).eval()
    with torch.no_grad():
        torch.testing.assert_close(made(x), model(x))
    assert set(made.state_dict()) == set(model.state_dict())
