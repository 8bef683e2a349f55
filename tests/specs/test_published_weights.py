"""Published weights do what they were trained for."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import netwright as nw

from .reference import cat, published_weights, torchvision_models


def test_the_cat() -> None:
    """MobileNetV2 with its ImageNet weights sees the Egyptian cat that torchvision's sees."""
    weights = torch.load(published_weights(), weights_only=True)
    image = prepared()
    ours = nw.load("mobilenet_v2").to_torch()
    ours.load_state_dict(weights, strict=True)
    theirs = torchvision_models().mobilenet_v2()
    theirs.load_state_dict(weights, strict=True)
    with torch.inference_mode():
        mine, yours = (m.eval()(image).softmax(dim=1)[0] for m in (ours, theirs))
    assert torch.equal(mine, yours)
    best = int(mine.argmax())
    assert published().meta["categories"][best] == "Egyptian cat"
    assert float(mine[best]) == pytest.approx(0.717, abs=0.01)


def published() -> Any:
    return torchvision_models().MobileNet_V2_Weights.IMAGENET1K_V1


def prepared() -> torch.Tensor:
    """The picture, as ImageNet's models expect it."""
    image = pytest.importorskip("PIL.Image")
    with image.open(cat()) as opened:
        tensor: torch.Tensor = published().transforms()(opened.convert("RGB"))
    return tensor.unsqueeze(0)
