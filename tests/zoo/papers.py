"""Networks of papers in plain PyTorch, written from the papers, for specs whose originals are in no
package. They know nothing of netwright, and are as direct as they can be."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, leaky_relu


class DarkConv(nn.Module):
    """Convolution, batch norm, leaky ReLU: ``[convolutional]`` of Darknet."""

    def __init__(self, before: int, after: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=False)
        self.bn = nn.BatchNorm2d(after)

    def forward(self, x: Tensor) -> Tensor:
        return leaky_relu(self.bn(self.conv(x)), 0.1)


class DarkUnit(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = DarkConv(channels, channels // 2, 1)
        self.conv2 = DarkConv(channels // 2, channels, 3)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv2(self.conv1(x))
        return y + x


class DarkStage(nn.Module):
    def __init__(self, channels: int, depth: int) -> None:
        super().__init__()
        self.conv_down = DarkConv(channels, 2 * channels, 3, 2)
        self.blocks = nn.Sequential(*(DarkUnit(2 * channels) for _ in range(depth)))

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.blocks(self.conv_down(x))
        return y


class Darknet53(nn.Module):
    """Table 1 of the paper, without the classifier."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.ModuleDict({"conv1": DarkConv(3, 32, 3)})
        channels, depths = (32, 64, 128, 256, 512), (1, 2, 8, 8, 4)
        self.stages = nn.ModuleList(map(DarkStage, channels, depths))

    def forward(self, x: Tensor) -> list[Tensor]:
        x = self.stem["conv1"](x)
        results = []
        for stage in self.stages:
            x = stage(x)
            results.append(x)
        return results


class Up(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = DarkConv(channels, channels // 2, 1)

    def forward(self, x: Tensor, earlier: Tensor) -> Tensor:
        return torch.cat([interpolate(self.conv(x), scale_factor=2), earlier], 1)


class YOLOv3(nn.Module):
    """YOLOv3 (Redmon and Farhadi, 2018, arXiv:1804.02767), as in ``yolov3.cfg``."""

    def __init__(self, classes: int = 80) -> None:
        super().__init__()
        self.backbone = Darknet53()
        self.neck = nn.ModuleList(
            self.five(before, width) for before, width in ((1024, 512), (768, 256), (384, 128))
        )
        self.up = nn.ModuleList(map(Up, (512, 256)))
        self.heads = nn.ModuleList(
            nn.Sequential(DarkConv(width, 2 * width, 3), nn.Conv2d(2 * width, 3 * (5 + classes), 1))
            for width in (512, 256, 128)
        )

    @staticmethod
    def five(before: int, width: int) -> nn.Module:
        return nn.Sequential(
            DarkConv(before, width, 1),
            DarkConv(width, 2 * width, 3),
            DarkConv(2 * width, width, 1),
            DarkConv(width, 2 * width, 3),
            DarkConv(2 * width, width, 1),
        )

    def forward(self, x: Tensor) -> list[Tensor]:
        _, _, small, medium, large = self.backbone(x)
        large = self.neck[0](large)
        medium = self.neck[1](self.up[0](large, medium))
        small = self.neck[2](self.up[1](medium, small))
        return [head(x) for head, x in zip(self.heads, (large, medium, small), strict=True)]
