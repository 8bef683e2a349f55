"""Networks of papers in plain PyTorch, for specs whose originals are in no package. They know
nothing of netwright, and are as direct as they can be.

If a docstring ends with a repository, keys, outputs and gradients were compared with its code.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import dropout, interpolate, leaky_relu, max_pool2d, one_hot, pad


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
    """YOLOv3 (Redmon and Farhadi, 2018, arXiv:1804.02767), as in ``yolov3.cfg``. With other
    keys: github.com/eriklindernoren/PyTorch-YOLOv3."""

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


# --- U-Nets --------------------------------------------------------------------------------------


class VGGBlock(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1)
        self.bn2 = nn.BatchNorm2d(after)

    def forward(self, x: Tensor) -> Tensor:
        x = self.bn1(self.conv1(x)).relu()
        return torch.relu(self.bn2(self.conv2(x)))


class UNetPlusPlus(nn.Module):
    """U-Net++ (Zhou et al., 2018, arXiv:1807.10165), figure 1 a, with deep supervision:
    github.com/4uiiurz1/pytorch-nested-unet."""

    def __init__(self) -> None:
        super().__init__()
        w0, w1, w2, w3, w4 = 32, 64, 128, 256, 512
        self.conv0_0 = VGGBlock(3, w0)
        self.conv1_0 = VGGBlock(w0, w1)
        self.conv2_0 = VGGBlock(w1, w2)
        self.conv3_0 = VGGBlock(w2, w3)
        self.conv4_0 = VGGBlock(w3, w4)
        self.conv0_1 = VGGBlock(w0 + w1, w0)
        self.conv1_1 = VGGBlock(w1 + w2, w1)
        self.conv2_1 = VGGBlock(w2 + w3, w2)
        self.conv3_1 = VGGBlock(w3 + w4, w3)
        self.conv0_2 = VGGBlock(2 * w0 + w1, w0)
        self.conv1_2 = VGGBlock(2 * w1 + w2, w1)
        self.conv2_2 = VGGBlock(2 * w2 + w3, w2)
        self.conv0_3 = VGGBlock(3 * w0 + w1, w0)
        self.conv1_3 = VGGBlock(3 * w1 + w2, w1)
        self.conv0_4 = VGGBlock(4 * w0 + w1, w0)
        self.final1 = nn.Conv2d(w0, 1, 1)
        self.final2 = nn.Conv2d(w0, 1, 1)
        self.final3 = nn.Conv2d(w0, 1, 1)
        self.final4 = nn.Conv2d(w0, 1, 1)

    def forward(self, x: Tensor) -> list[Tensor]:
        def up(x: Tensor) -> Tensor:
            return interpolate(x, scale_factor=2, mode="bilinear", align_corners=True)

        x00 = self.conv0_0(x)
        x10 = self.conv1_0(max_pool2d(x00, 2))
        x20 = self.conv2_0(max_pool2d(x10, 2))
        x30 = self.conv3_0(max_pool2d(x20, 2))
        x40 = self.conv4_0(max_pool2d(x30, 2))
        x01 = self.conv0_1(torch.cat([x00, up(x10)], 1))
        x11 = self.conv1_1(torch.cat([x10, up(x20)], 1))
        x21 = self.conv2_1(torch.cat([x20, up(x30)], 1))
        x31 = self.conv3_1(torch.cat([x30, up(x40)], 1))
        x02 = self.conv0_2(torch.cat([x00, x01, up(x11)], 1))
        x12 = self.conv1_2(torch.cat([x10, x11, up(x21)], 1))
        x22 = self.conv2_2(torch.cat([x20, x21, up(x31)], 1))
        x03 = self.conv0_3(torch.cat([x00, x01, x02, up(x12)], 1))
        x13 = self.conv1_3(torch.cat([x10, x11, x12, up(x22)], 1))
        x04 = self.conv0_4(torch.cat([x00, x01, x02, x03, up(x13)], 1))
        return [self.final1(x01), self.final2(x02), self.final3(x03), self.final4(x04)]


def convolution(before: int, after: int, kernel: int, *then: nn.Module) -> list[nn.Module]:
    return [nn.Conv2d(before, after, kernel, padding=kernel // 2), nn.BatchNorm2d(after), *then]


class Twice(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(
            *convolution(before, after, 3, nn.ReLU()), *convolution(after, after, 3, nn.ReLU())
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x)
        return y


class Larger(nn.Module):
    def __init__(self, before: int, after: int) -> None:
        super().__init__()
        self.up = nn.Sequential(
            nn.Upsample(scale_factor=2), *convolution(before, after, 3, nn.ReLU())
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.up(x)
        return y


class AttentionGate(nn.Module):
    """Figure 2 of the paper, for maps of one size."""

    def __init__(self, channels: int, mid: int) -> None:
        super().__init__()
        self.W_g = nn.Sequential(*convolution(channels, mid, 1))
        self.W_x = nn.Sequential(*convolution(channels, mid, 1))
        self.psi = nn.Sequential(*convolution(mid, 1, 1, nn.Sigmoid()))

    def forward(self, gate: Tensor, skip: Tensor) -> Tensor:
        product: Tensor = skip * self.psi(torch.relu(self.W_g(gate) + self.W_x(skip)))
        return product


class AttentionUNet(nn.Module):
    """Attention U-Net (Oktay et al., 2018, arXiv:1804.03999), for images:
    github.com/LeeJunHyun/Image_Segmentation."""

    def __init__(self) -> None:
        super().__init__()
        self.Conv1 = Twice(3, 64)
        self.Conv2 = Twice(64, 128)
        self.Conv3 = Twice(128, 256)
        self.Conv4 = Twice(256, 512)
        self.Conv5 = Twice(512, 1024)
        for i, width in ((5, 512), (4, 256), (3, 128), (2, 64)):
            self.add_module(f"Up{i}", Larger(2 * width, width))
            self.add_module(f"Att{i}", AttentionGate(width, width // 2))
            self.add_module(f"Up_conv{i}", Twice(2 * width, width))
        self.Conv_1x1 = nn.Conv2d(64, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        x1 = self.Conv1(x)
        x2 = self.Conv2(max_pool2d(x1, 2))
        x3 = self.Conv3(max_pool2d(x2, 2))
        x4 = self.Conv4(max_pool2d(x3, 2))
        x = self.Conv5(max_pool2d(x4, 2))
        for i, skip in ((5, x4), (4, x3), (3, x2), (2, x1)):
            up, attend, convolve = (
                self.get_submodule(f"{name}{i}") for name in ("Up", "Att", "Up_conv")
            )
            x = up(x)
            x = convolve(torch.cat([attend(x, skip), x], 1))
        y: Tensor = self.Conv_1x1(x)
        return y


# --- radiance fields, points ---------------------------------------------------------------------


class NeRF(nn.Module):
    """NeRF (Mildenhall et al., 2020, arXiv:2003.08934), figure 7:
    github.com/yenchenlin/nerf-pytorch."""

    def __init__(self) -> None:
        super().__init__()
        before = [63] + [256] * 4 + [256 + 63] + [256] * 2
        self.pts_linears = nn.ModuleList(nn.Linear(size, 256) for size in before)
        self.alpha_linear = nn.Linear(256, 1)
        self.feature_linear = nn.Linear(256, 256)
        self.views_linears = nn.ModuleList([nn.Linear(256 + 27, 128)])
        self.rgb_linear = nn.Linear(128, 3)

    @staticmethod
    def encode(x: Tensor, octaves: int) -> Tensor:
        parts = [x]
        for k in range(octaves):
            parts += [torch.sin(2.0**k * x), torch.cos(2.0**k * x)]
        return torch.cat(parts, -1)

    def forward(self, place: Tensor, direction: Tensor) -> tuple[Tensor, Tensor]:
        x = start = self.encode(place, 10)
        for i, layer in enumerate(self.pts_linears):
            x = torch.relu(layer(torch.cat([start, x], -1) if i == 5 else x))
        density = self.alpha_linear(x)
        x = torch.cat([self.feature_linear(x), self.encode(direction, 4)], -1)
        return self.rgb_linear(torch.relu(self.views_linears[0](x))), density


class TNet(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.conv1 = nn.Conv1d(channels, 64, 1)
        self.bn1 = nn.BatchNorm1d(64)
        self.conv2 = nn.Conv1d(64, 128, 1)
        self.bn2 = nn.BatchNorm1d(128)
        self.conv3 = nn.Conv1d(128, 1024, 1)
        self.bn3 = nn.BatchNorm1d(1024)
        self.fc1 = nn.Linear(1024, 512)
        self.bn4 = nn.BatchNorm1d(512)
        self.fc2 = nn.Linear(512, 256)
        self.bn5 = nn.BatchNorm1d(256)
        self.fc3 = nn.Linear(256, channels**2)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.bn1(self.conv1(x)))
        y = torch.relu(self.bn2(self.conv2(y)))
        y = torch.relu(self.bn3(self.conv3(y))).amax(2)
        y = torch.relu(self.bn4(self.fc1(y)))
        y = self.fc3(torch.relu(self.bn5(self.fc2(y))))
        matrix = y.reshape(-1, self.channels, self.channels) + torch.eye(self.channels)
        return torch.bmm(x.transpose(1, 2), matrix).transpose(1, 2)


class PointFeatures(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.stn = TNet(3)
        self.conv1 = nn.Conv1d(3, 64, 1)
        self.bn1 = nn.BatchNorm1d(64)
        self.fstn = TNet(64)
        self.conv2 = nn.Conv1d(64, 128, 1)
        self.bn2 = nn.BatchNorm1d(128)
        self.conv3 = nn.Conv1d(128, 1024, 1)
        self.bn3 = nn.BatchNorm1d(1024)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu(self.bn1(self.conv1(self.stn(x))))
        x = torch.relu(self.bn2(self.conv2(self.fstn(x))))
        y: Tensor = self.bn3(self.conv3(x))
        return y.amax(2)


class PointNet(nn.Module):
    """PointNet (Qi et al., 2016, arXiv:1612.00593), the classifier of figure 2:
    github.com/fxia22/pointnet.pytorch, before its softmax."""

    def __init__(self) -> None:
        super().__init__()
        self.feat = PointFeatures()
        self.fc1 = nn.Linear(1024, 512)
        self.bn1 = nn.BatchNorm1d(512)
        self.fc2 = nn.Linear(512, 256)
        self.bn2 = nn.BatchNorm1d(256)
        self.fc3 = nn.Linear(256, 40)

    def forward(self, points: Tensor) -> Tensor:
        x = torch.relu(self.bn1(self.fc1(self.feat(points.transpose(1, 2)))))
        x = torch.relu(self.bn2(dropout(self.fc2(x), 0.3, self.training)))
        y: Tensor = self.fc3(x)
        return y


# --- sound ---------------------------------------------------------------------------------------


class CausalConv(nn.Module):
    def __init__(self, before: int, after: int, dilation: int = 1, bias: bool = True) -> None:
        super().__init__()
        self.dilation = dilation
        self.conv = nn.Conv1d(before, after, 2, dilation=dilation, bias=bias)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(pad(x, (self.dilation, 0)))
        return y


class WaveNetLayer(nn.Module):
    """One layer of figure 4."""

    def __init__(self, dilation: int) -> None:
        super().__init__()
        self.filter = CausalConv(32, 32, dilation)
        self.gate = CausalConv(32, 32, dilation)
        self.dense = nn.Conv1d(32, 32, 1)
        self.skip = nn.Conv1d(32, 512, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        y = torch.tanh(self.filter(x)) * torch.sigmoid(self.gate(x))
        return x + self.dense(y), self.skip(y)


class WaveNet(nn.Module):
    """WaveNet (van den Oord et al., 2016, arXiv:1609.03499), figure 4, without conditions.

    The paper leaves channels and biases open. They are those of ibab's first implementation.
    """

    def __init__(self) -> None:
        super().__init__()
        self.start = CausalConv(256, 32, bias=False)
        self.layers = nn.ModuleList(WaveNetLayer(2 ** (i % 10)) for i in range(50))
        self.post1 = nn.Conv1d(512, 512, 1)
        self.post2 = nn.Conv1d(512, 256, 1)

    def forward(self, samples: Tensor) -> Tensor:
        x = self.start(one_hot(samples, 256).float().transpose(1, 2))
        total = torch.zeros(())
        for layer in self.layers:
            x, skip = layer(x)
            total = total + skip
        y: Tensor = self.post2(torch.relu(self.post1(torch.relu(total))))
        return y.transpose(1, 2)


# --- generators ----------------------------------------------------------------------------------


class VAE(nn.Module):
    """VAE (Kingma and Welling, 2013, arXiv:1312.6114), for MNIST."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1 = nn.Linear(784, 400)
        self.fc21 = nn.Linear(400, 20)
        self.fc22 = nn.Linear(400, 20)
        self.fc3 = nn.Linear(20, 400)
        self.fc4 = nn.Linear(400, 784)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        x = torch.relu(self.fc1(image))
        mean, logvar = self.fc21(x), self.fc22(x)
        deviation = torch.exp(0.5 * logvar)
        z = mean + torch.randn_like(deviation) * deviation
        return torch.sigmoid(self.fc4(torch.relu(self.fc3(z)))), mean, logvar


class DCGAN(nn.Module):
    """DCGAN (Radford et al., 2015, arXiv:1511.06434), one of its two networks."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.main = nn.Sequential(*layers)
        for layer in layers:
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                nn.init.normal_(layer.weight, 0.0, 0.02)
            elif isinstance(layer, nn.BatchNorm2d):
                nn.init.normal_(layer.weight, 1.0, 0.02)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.main(x)
        return y


def generator() -> nn.Module:
    """Figure 1 of the paper, with half its channels."""
    layers: list[nn.Module] = [nn.ConvTranspose2d(100, 512, 4, bias=False)]
    for width in (512, 256, 128):
        layers += [nn.BatchNorm2d(width), nn.ReLU()]
        layers.append(nn.ConvTranspose2d(width, width // 2, 4, 2, 1, bias=False))
    layers += [nn.BatchNorm2d(64), nn.ReLU(), nn.ConvTranspose2d(64, 3, 4, 2, 1, bias=False)]
    return DCGAN(*layers, nn.Tanh())


def discriminator() -> nn.Module:
    """The reverse, with strides in place of pooling."""
    layers: list[nn.Module] = [nn.Conv2d(3, 64, 4, 2, 1, bias=False), nn.LeakyReLU(0.2)]
    for width in (128, 256, 512):
        layers += [nn.Conv2d(width // 2, width, 4, 2, 1, bias=False), nn.BatchNorm2d(width)]
        layers.append(nn.LeakyReLU(0.2))
    return DCGAN(*layers, nn.Conv2d(512, 1, 4, bias=False), nn.Sigmoid())
