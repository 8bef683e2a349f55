"""torchvision's models, also where its compiled part belongs to another build of PyTorch."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch


@cache
def torchvision_models() -> Any:
    """``torchvision.models``. If the compiled part does not load, two operators, which no
    classifier uses, are declared in its stead."""
    fragment = None if _compiled_part_loads() else _declared_operators()
    from torchvision import models

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
