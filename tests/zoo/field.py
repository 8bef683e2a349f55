"""Models that the field knows by name, from several packages. Where no package has the network of a
paper, ``papers.py`` has it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import torch
from torch import nn

from .model import Model

# --- torchvision's detectors ---------------------------------------------------------------------

DETECTION: Final = "torchvision.models.detection"
NO_WEIGHTS: Final = {"weights": None, "weights_backbone": None}


def raw_heads(model: Any, image: torch.Tensor) -> Any:
    """Without the changes of the image before, and the selection of boxes after."""
    return model.head(list(model.backbone(image).values()))


def detectors() -> Iterator[Model]:
    for net in ("retinanet_resnet50_fpn", "retinanet_resnet50_fpn_v2", "ssd300_vgg16"):
        yield Model(
            "ssd" if net.startswith("ssd") else "retinanet",
            net,
            f"{DETECTION}:{net}",
            NO_WEIGHTS,
            call=raw_heads,
            image=0 if net.startswith("ssd") else 128,
            initial=True,
        )
    for resnet in ("resnet50", "resnet101"):
        yield Model(
            "fpn",
            f"{resnet}_fpn",
            f"{DETECTION}.backbone_utils:resnet_fpn_backbone",
            {"backbone_name": resnet, "weights": None, "norm_layer": nn.BatchNorm2d}
            | {"trainable_layers": 5},
            image=64,
            initial=resnet == "resnet50",
        )


def paper(name: str) -> str:
    return f"{__package__}.papers:{name}"


# --- YOLOv8 --------------------------------------------------------------------------------------


def yolov8() -> Iterator[Model]:
    for size in "nsmlx":
        yield Model(
            "yolov8",
            f"yolov8{size}",
            "ultralytics.nn.tasks:DetectionModel",
            {"cfg": f"yolov8{size}.yaml", "verbose": False},
            call=boxes_and_maps,
            image=64,
            initial=size == "n",
        )


def boxes_and_maps(model: Any, image: torch.Tensor) -> Any:
    """In training the original returns the maps only."""
    head = model.model[-1]
    head.stride = torch.tensor([8.0, 16.0, 32.0], device="cpu")  # it needs the values, on meta too
    result = model(image)
    return (head._inference(result), result) if model.training else result


# --- Diffusers -----------------------------------------------------------------------------------


SHORTCUTS: Final = (
    "in training the original copies the inputs of its shortcuts into another memory layout (with "
    "the same copies in ours, all bits are equal)"
)


def ddpm(net: str, size: int, widths: tuple[int, ...], attends: int, **fields: Any) -> Model:
    """``google/ddpm-...`` with its published configuration."""
    rows = range(len(widths))
    down = tuple("AttnDownBlock2D" if i == attends else "DownBlock2D" for i in rows)
    up = tuple("AttnUpBlock2D" if i == attends else "UpBlock2D" for i in reversed(rows))
    settings = {
        "sample_size": size,
        "block_out_channels": widths,
        "down_block_types": down,
        "up_block_types": up,
        "attention_head_dim": None,
        "norm_eps": 1e-6,
        "flip_sin_to_cos": False,
        "freq_shift": 1,
        "downsample_padding": 0,
    }
    return Model(
        "ddpm",
        net,
        "diffusers:UNet2DModel",
        settings,
        call=noise,
        known={"training": SHORTCUTS},
        **fields,
    )


def noise(model: Any, image: torch.Tensor, step: torch.Tensor) -> Any:
    return model(image, step).sample


# --- graphs, papers ------------------------------------------------------------------------------


def graphs(model: Any, nodes: torch.Tensor, edges: torch.Tensor) -> Any:
    """The original takes lists of edges, and a batch as one large graph."""
    count = nodes.shape[1]
    graph, to, source = edges.nonzero().T
    index = torch.stack([graph * count + source, graph * count + to])
    return model(nodes.flatten(0, 1), index).unflatten(0, (-1, count))


def papers() -> Iterator[Model]:
    """Those that are initialised as PyTorch does."""
    yield Model("unetpp", "unetpp", paper("UNetPlusPlus"), image=64, initial=True)
    yield Model("attention_unet", "attention_unet", paper("AttentionUNet"), image=64, initial=True)
    yield Model("nerf", "nerf", paper("NeRF"), initial=True)
    yield Model("pointnet", "pointnet", paper("PointNet"), sizes={"P": 32}, initial=True)
    unused = {"macs": "the original runs a convolution of the last layer that no result needs"}
    yield Model("wavenet", "wavenet", paper("WaveNet"), sizes={"T": 40}, initial=True, known=unused)
    yield Model("vae", "vae", paper("VAE"), initial=True)
    for net in ("generator", "discriminator"):
        yield Model("dcgan", net, paper(net), initial=True)


MODELS: Final[tuple[Model, ...]] = (
    *detectors(),
    *yolov8(),
    Model("darknet", "darknet53", "timm.models:darknet53", image=64),
    Model(
        "yolov3",
        "yolov3",
        paper("YOLOv3"),
        image=64,
        initial=True,
    ),
    ddpm("ddpm_cifar10", 32, (128, 256, 256, 256), 1, initial=True),
    ddpm(
        "ddpm_church",
        256,
        (128, 128, 256, 256, 512, 512),
        4,
        image=64,
    ),
    *papers(),
    Model(
        "gcn",
        "gcn",
        "torch_geometric.nn:GCN",
        {"in_channels": 1433, "hidden_channels": 16, "num_layers": 2, "out_channels": 7}
        | {"dropout": 0.5},
        sizes={"V": 6},
        call=graphs,
        initial=True,
        known={
            "macs": "the original adds along edges, which PyTorch does not count",
            **dict.fromkeys(
                ("outputs", "gradients", "training"), "the original adds along edges, one by one"
            ),
        },
    ),
)
