"""torchvision's models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from .model import Model, family

tv = partial(family, package="torchvision.models")


def two_nets(spec: str, settings: Mapping[str, Any], **fields: Any) -> Iterator[Model]:
    """An original that returns more tensors in training: it is two nets."""
    original = f"torchvision.models:{spec}"
    last = {"order": "the auxiliary classifiers are the last modules of the original"}
    for net, mode in ((spec, "evaluation"), (f"{spec}_training", "training")):
        first = mode == "evaluation"
        yield Model(
            spec, net, original, settings, modes=(mode,), initial=first, known=last, **fields
        )


MODELS: Final[tuple[Model, ...]] = (
    *tv("alexnet", "alexnet", image=64),
    *tv("vgg", "vgg11 vgg11_bn vgg13", image=64),
    *two_nets(
        "googlenet", {"aux_logits": True, "transform_input": False, "init_weights": True}, image=64
    ),
    *tv(
        "resnet",
        "resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d resnext101_32x8d"
        " resnext101_64x4d wide_resnet50_2 wide_resnet101_2",
        image=64,
    ),
    *tv("mobilenet_v2", "mobilenet_v2", image=64),
    *tv("densenet", "densenet121 densenet161 densenet169 densenet201", image=64),
    *tv("efficientnet", "efficientnet_b0 efficientnet_b1", image=64),
    *tv("convnext", "convnext_tiny convnext_small", image=64),
    *tv("vit", "vit_b_32"),
)
