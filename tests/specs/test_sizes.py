"""Shipped specs at other sizes than their defaults: those that the originals take."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

import netwright as nw

from ..zoo.model import ZOO
from .reference import torchvision_models

FIRST = {
    model.spec: model
    for model in reversed(ZOO)
    if model.original.startswith("torchvision.models:") and model.image == 64
}
"""The first net of each spec that is one of torchvision's convolutional classifiers."""
SIZES = [*((spec, 64, 96) for spec in FIRST), ("resnet", 64, 64), ("resnet", 640, 640)]
LEAST = {
    "alexnet": 63,
    "vgg": 32,
    "googlenet": 15,
    "resnet": 1,
    "mobilenet_v2": 1,
    "densenet": 29,
    "efficientnet": 1,
    "convnext": 32,
}
"""The smallest image of the first net of each spec."""


def on_meta(spec: str) -> torch.nn.Module:
    module: torch.nn.Module = FIRST[spec].on_meta().eval()
    return module


def image(height: int, width: int) -> torch.Tensor:
    return torch.empty(2, 3, height, width, device="meta")


@pytest.mark.parametrize(("spec", "height", "width"), SIZES)
def test_other_sizes(spec: str, height: int, width: int) -> None:
    net = nw.load(spec, net=FIRST[spec].net, inputs=f"3x{height}x{width}")
    theirs = on_meta(spec)
    with FlopCounterMode(display=False) as counter:
        shape = theirs(image(height, width)).shape
    assert net.macs == counter.get_total_flops() // 4
    assert net.params == sum(p.numel() for p in theirs.parameters())
    assert net.to_torch(device="meta").eval()(image(height, width)).shape == shape


@pytest.mark.parametrize("spec", FIRST)
def test_open_sizes(spec: str) -> None:
    """The spec says all that its layers need of them."""
    net = nw.load(spec, net=FIRST[spec].net, inputs="3xHxW")
    assert net.warnings == ()
    assert [str(kind) for kind in net.outputs.values()] == ["[N, 1000]"]
    module = net.to_torch(device="meta").eval()
    assert module(image(64, 96)).shape == (2, 1000)


@pytest.mark.parametrize("spec", LEAST)
def test_the_smallest_image_is_the_originals(spec: str) -> None:
    theirs, least, name = on_meta(spec), LEAST[spec], FIRST[spec].net
    assert theirs(image(least, least)).shape == (2, 1000)
    net = nw.load(spec, net=name, inputs=f"3x{least}x{least}")
    assert net.to_torch(device="meta").eval()(image(least, least)).shape == (2, 1000)
    if least == 1:
        return
    with pytest.raises(RuntimeError):
        theirs(image(least - 1, least))
    with pytest.raises(nw.CompileError):
        nw.load(spec, net=name, inputs=f"3x{least - 1}x{least}")


# --- weights that depend on the size --------------------------------------------------------------


def test_vit_is_made_for_its_size() -> None:
    """As torchvision's with `image_size`: the embedding of positions has that size."""
    net = nw.load("vit", net="vit_b_16", inputs="3x384x384")
    with torch.device("meta"):
        theirs = torchvision_models().vit_b_16(image_size=384)
    ours = net.to_torch(device="meta")
    shapes = {name: tensor.shape for name, tensor in theirs.state_dict().items()}
    assert {name: tensor.shape for name, tensor in ours.state_dict().items()} == shapes


@pytest.mark.parametrize("size", ["3x384x256", "3x220x220"])
def test_vit_takes_what_the_original_takes(size: str) -> None:
    """Squares of whole patches."""
    with pytest.raises(nw.CompileError):
        nw.load("vit", net="vit_b_16", inputs=size)
    with torch.device("meta"), pytest.raises((AssertionError, ValueError)):
        height, width = map(int, size.split("x")[1:])
        model = torchvision_models().vit_b_16(image_size=height)
        model(torch.empty(1, 3, height, width))


def test_weights_of_a_flat_image_depend_on_its_size() -> None:
    assert nw.load("lenet").params == 61_706
    assert nw.load("lenet", inputs="1x32x32").params == 61_706 + 16 * (36 - 25) * 120
    assert nw.load("mlp", inputs="1x8x8", widths=[5]).params == (64 + 1) * 5 + (5 + 1) * 10
    (finding,) = errors("lenet", "1xHxW")
    assert finding.code == "E312"


def errors(spec: str, inputs: str) -> Any:
    with pytest.raises(nw.CompileError) as caught:
        nw.load(spec, inputs=inputs)
    return caught.value.diagnostics


def test_unet_gives_back_the_size() -> None:
    assert str(nw.load("unet", inputs="3x64x96").outputs["output"]) == "[N, 2, 64, 96]"
    net = nw.load("unet", width=4, inputs="3xHxW")
    assert net.warnings == ()
    module = net.to_torch()
    assert module(torch.randn(1, 3, 48, 32)).shape == (1, 2, 48, 32)
    (finding,) = errors("unet", "3x64x72")
    assert finding.code == "E213"
    assert not nw.load("unet", depth=3, inputs="3x64x72").warnings


# --- as a part of another net ---------------------------------------------------------------------

DETECTOR = """
import resnet

## A pyramid of features on the last three stages of a ResNet (Lin et al., 2017)
net detector(width=32): image[3, H=640, W=640] {
  _ = image > resnet.resnet18 as backbone
  stages = [backbone.layer2, backbone.layer3, backbone.layer4]
  inner = [stage > conv(1x1, width) as inner_blocks[i] for i, stage in enumerate(stages)]
  top = inner[2]
  levels = [top > conv(3x3, width, pad=1) as layer_blocks[2]]
  for i in [1, 0] {
    top = inner[i] + (top > upsample(size=inner[i].shape[2:]))
    levels = [top > conv(3x3, width, pad=1) as layer_blocks[i]] + levels
  }
  levels
}
"""


class Detector(torch.nn.Module):
    """The same of torchvision's parts."""

    def __init__(self) -> None:
        super().__init__()
        self.backbone = torchvision_models().resnet18()
        ops = pytest.importorskip("torchvision.ops")
        self.pyramid = ops.FeaturePyramidNetwork([128, 256, 512], 32)

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        body: Any = self.backbone
        x = body.layer1(body.maxpool(body.relu(body.bn1(body.conv1(x)))))
        stages = {}
        for i in (2, 3, 4):
            stages[str(i)] = x = getattr(body, f"layer{i}")(x)
        return list(self.pyramid(stages).values())


def weights_of(module: Detector) -> dict[str, torch.Tensor]:
    weights = {}
    for name, tensor in module.state_dict().items():
        if name.startswith("pyramid."):
            name = re.sub(r"^pyramid\.(\w+\.\d)\.0", r"\1", name)
        weights[name] = tensor
    return weights


def test_a_resnet_is_the_backbone_of_a_detector() -> None:
    """It takes what is piped in: one module with open sizes runs at all of them."""
    torch.manual_seed(0)
    theirs = Detector().eval()
    open_sizes = nw.loads(DETECTOR, inputs="3xHxW")
    assert open_sizes.warnings == ()
    ours = open_sizes.to_torch().eval()
    ours.load_state_dict(weights_of(theirs), strict=True)
    for height, width in ((64, 64), (96, 160), (100, 75)):
        picture = torch.randn(2, 3, height, width)
        with torch.no_grad():
            assert all(map(torch.equal, ours(picture), theirs(picture)))


def test_the_detector_has_its_own_default() -> None:
    types = [str(kind) for kind in nw.loads(DETECTOR).outputs.values()]
    assert types == ["[N, 32, 80, 80]", "[N, 32, 40, 40]", "[N, 32, 20, 20]"]
    types = [str(kind) for kind in nw.loads(DETECTOR, inputs="3x64x96").outputs.values()]
    assert types == ["[N, 32, 8, 12]", "[N, 32, 4, 6]", "[N, 32, 2, 3]"]
