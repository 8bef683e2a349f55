"""torchvision's models."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from .model import Model, Small, family

tv = partial(family, package="torchvision.models", image=64)
segmentation = partial(
    family,
    package="torchvision.models.segmentation",
    image=65,
    settings={"weights_backbone": None, "aux_loss": True},
)
video = partial(family, package="torchvision.models.video")


def two_nets(spec: str, settings: Mapping[str, Any], **fields: Any) -> Iterator[Model]:
    """An original that returns more tensors in training: it is two nets."""
    original = f"torchvision.models:{spec}"
    for net, mode in ((spec, "evaluation"), (f"{spec}_training", "training")):
        yield Model(
            spec, net, original, settings, modes=(mode,), initial=mode == "evaluation", **fields
        )


LAYOUT: Final = (
    "the original copies the tensors of a single head into another memory layout before it pools"
    " them (with the same copies in ours, all bits are equal)"
)
AUXILIARY: Final = {"aux_logits": True, "transform_input": False, "init_weights": True}

MODELS: Final[tuple[Model, ...]] = (
    *tv("alexnet", "alexnet"),
    *tv("convnext", "convnext_tiny convnext_small convnext_base convnext_large"),
    *tv("densenet", "densenet121 densenet161 densenet169 densenet201"),
    *tv(
        "efficientnet",
        "efficientnet_b0 efficientnet_b1 efficientnet_b2 efficientnet_b3 efficientnet_b4"
        " efficientnet_b5 efficientnet_b6 efficientnet_b7"
        " efficientnet_v2_s efficientnet_v2_m efficientnet_v2_l",
    ),
    *two_nets("googlenet", AUXILIARY, image=64),
    *two_nets("inception_v3", AUXILIARY),
    *tv("maxvit", "maxvit_t", image=0),
    *tv("mnasnet", "mnasnet0_5 mnasnet0_75 mnasnet1_0 mnasnet1_3"),
    *tv("mobilenet_v2", "mobilenet_v2"),
    *tv("mobilenet_v3", "mobilenet_v3_small mobilenet_v3_large"),
    *tv(
        "resnet",
        "resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d resnext101_32x8d"
        " resnext101_64x4d wide_resnet50_2 wide_resnet101_2",
    ),
    *tv(
        "shufflenet_v2",
        "shufflenet_v2_x0_5 shufflenet_v2_x1_0 shufflenet_v2_x1_5 shufflenet_v2_x2_0",
    ),
    *tv("swin", "swin_t swin_s swin_b swin_v2_t swin_v2_s swin_v2_b", image=112),
    *tv(
        "regnet",
        "regnet_x_400mf regnet_x_800mf regnet_x_1_6gf regnet_x_3_2gf regnet_x_8gf regnet_x_16gf"
        " regnet_x_32gf regnet_y_400mf regnet_y_800mf regnet_y_1_6gf regnet_y_3_2gf regnet_y_8gf"
        " regnet_y_16gf regnet_y_32gf regnet_y_128gf",
    ),
    *tv("squeezenet", "squeezenet1_0 squeezenet1_1"),
    *tv("vgg", "vgg11 vgg13 vgg16 vgg19 vgg11_bn vgg13_bn vgg16_bn vgg19_bn"),
    *tv(
        "vit",
        "vit_b_32 vit_b_16 vit_l_32 vit_l_16",
        image=96,
        small=Small(settings={"image_size": 96}),
    ),
    *tv("vit", "vit_h_14", image=56, small=Small(settings={"image_size": 56}), initial=False),
    *segmentation("fcn", "fcn_resnet50 fcn_resnet101"),
    *segmentation(
        "deeplabv3", "deeplabv3_resnet50 deeplabv3_resnet101 deeplabv3_mobilenet_v3_large"
    ),
    *segmentation("lraspp", "lraspp_mobilenet_v3_large", settings={"weights_backbone": None}),
    *video("mvit", "mvit_v1_b mvit_v2_s", known={"gradients": LAYOUT, "training": LAYOUT}),
    *video("s3d", "s3d"),
    *video("swin3d", "swin3d_t swin3d_s swin3d_b", image=56),
    *video("video_resnet", "r3d_18 mc3_18 r2plus1d_18", image=32),
)
