"""Values of an image at places that are no pixels: grid_sample, affine_grid, roi_align."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from ..checks import need, times
from ..dims import Dim
from ..layer import Example, Foreign, Layer, Range, Refused, Target, Tensor, expand, same, short
from ..lifting import Lift, OpCall
from ..lowering import Helper, Input, Lowering, call, given
from ..types import TensorType
from .operands import listed

Samples: TypeAlias = Annotated[int, Range(-1, 1000, "every place takes that many samples")]
Listed: TypeAlias = Annotated[tuple[Dim, ...], Range(1)]
Scale: TypeAlias = Annotated[float, Range(1e-6, 1e6)]


def _sampling(call: OpCall) -> dict[str, object]:
    """The modes, which the op counts."""
    mode = ("bilinear", "nearest", "bicubic")[call["interpolation_mode"]]
    padding_mode = ("zeros", "border", "reflection")[call["padding_mode"]]
    return {"mode": mode, "padding_mode": padding_mode}


class GridSample(Layer):
    """The image at the places of a grid: [N, C, H, W] and a grid [N, h, w, 2] to [N, C, h, w].

    The grid holds x and y from -1 (left, top) to 1 (right, bottom); a volume [N, C, D, H, W] takes
    a grid [N, d, h, w, 3]. ``padding_mode`` says what is outside: ``zeros``, ``border`` or
    ``reflection``. ``align_corners=true``: -1 and 1 are the middles of the outermost pixels.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.grid_sample.html
    """

    word = "grid_sample"
    foreign = (Foreign("grid_sample", "grid mode padding_mode align_corners"),)
    category = "shape"
    channel_axis = "second"
    positional = 1
    assumed = ("N", "C", "H", "W")
    lifts = (Lift("grid_sampler", _sampling),)
    examples = (
        Example("grid_sample(a)", "3x8x8", a="5x6x2"),
        Example("grid_sample(a, mode=bicubic, padding_mode=border)", "3x8x8", a="5x6x2"),
        Example("grid_sample(a, align_corners=true)", "2x4x5x6", a="3x3x3x3"),
    )

    grid: Tensor
    mode: Literal["bilinear", "nearest", "bicubic"] = "bilinear"
    padding_mode: Literal["zeros", "border", "reflection"] = "zeros"
    align_corners: bool = False

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        if x.rank not in (4, 5):
            raise Refused(f"grid_sample needs [N, C, H, W] or [N, C, D, H, W], got {x}", input=0)
        self.check_grid(x)
        if self.mode == "bicubic" and x.rank == 5:
            raise Refused("mode=bicubic is for [N, C, H, W]", setting="mode", detail=f"got {x}")
        return x.with_shape(x.shape[0], x.shape[1], *self.grid.shape[1:-1])

    def check_grid(self, x: TensorType) -> None:
        grid, axes = self.grid, x.rank - 2
        if grid.dtype != "float":
            raise Refused(f"a grid needs floats, got {grid}", code="E303", setting="grid")
        if grid.rank != x.rank or not same(grid.shape[-1], axes):
            form = "[N, h, w, 2]" if axes == 2 else "[N, d, h, w, 3]"
            raise Refused(f"a grid for {x} is {form}, got {grid}", setting="grid")
        if not same(grid.shape[0], x.shape[0]):
            raise Refused(
                "grid_sample needs a grid for each example",
                code="E302",
                setting="grid",
                detail=f"got {listed([x.shape, grid.shape])}",
            )

    def lower(self, _: TensorType) -> Lowering:
        settings = given(mode=(self.mode, "bilinear"), padding_mode=(self.padding_mode, "zeros"))
        align = {"align_corners": self.align_corners}  # PyTorch warns if it is not given
        return Lowering(forward=call("F.grid_sample", Input(0), Input(1), **settings, **align))

    def caption(self) -> tuple[str, str]:
        return "grid_sample", self.mode


class AffineGrid(Layer):
    """The grid of affine maps, for ``grid_sample``: [N, 2, 3] to [N, h, w, 2], and [N, 3, 4] to
    [N, d, h, w, 3]. ``size`` is ``[h, w]`` or ``[d, h, w]``.

    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.affine_grid.html
    """

    word = "affine_grid"
    foreign = (Foreign("affine_grid", "size align_corners"),)
    category = "shape"
    positional = 1
    assumed = ("N", "C", "D")
    lifts = (Lift("affine_grid_generator", lambda call: {"size": tuple(call["size"])[2:]}),)
    examples = (
        Example("affine_grid([5, 6])", "2x3"),
        Example("affine_grid([3, 4, 5], align_corners=true)", "3x4"),
    )

    size: Listed
    align_corners: bool = False

    def infer(self, theta: TensorType) -> TensorType:
        need(self, theta)
        axes = len(self.size)
        if axes not in (2, 3):
            raise Refused(
                f"size is [h, w] or [d, h, w], got {list(self.size)}",
                setting="size",
                help="the batch and the channels are not part of it",
            )
        fits = theta.rank == 3 and same(theta.shape[1], axes) and same(theta.shape[2], axes + 1)
        if not fits:
            wanted = f"maps [N, {axes}, {axes + 1}] for {axes} sizes"
            raise Refused(f"affine_grid needs {wanted}, got {theta}", input=0)
        if self.align_corners and any(short(size, 2) for size in self.size):
            raise Refused(
                f"an axis with one place has no corners to align, got size {times(self.size)}",
                setting="align_corners",
                help="`align_corners=false` takes the middle of such an axis",
            )
        return theta.with_shape(theta.shape[0], *self.size, axes)

    def lower(self, theta: TensorType) -> Lowering:
        align = {"align_corners": self.align_corners}
        size = (theta.shape[0], 1, *self.size)
        return Lowering(forward=call("F.affine_grid", Input(0), size, **align))


ROI_ALIGN = Helper(
    "roi_align",
    '''
def roi_align(
    x: Tensor,
    boxes: Tensor,
    size: tuple[int, int],
    spatial_scale: float = 1.0,
    sampling_ratio: int = -1,
    aligned: bool = False,
) -> Tensor:
    """The parts of images in boxes [N, R, 4], resized: means of samples in bins (Mask R-CNN).

    Without a ``sampling_ratio`` a bin has a sample for each pixel that it covers.
    """

    def along(start: Tensor, end: Tensor, bins: int, pixels: int) -> tuple[Tensor, Tensor, Tensor]:
        """For each sample on an axis the pixels before and after it, and their weights."""
        length = end - start if aligned else (end - start).clamp(min=1)
        step = (length / bins)[..., None, None]
        counts = torch.full_like(step, sampling_ratio) if sampling_ratio > 0 else step.ceil()
        most = sampling_ratio
        if most < 1:  # the meta device has no numbers; boxes that are turned around have no sample
            most = 1 if counts.is_meta else max(int(counts.max()), 0)
        index = torch.arange(most, device=x.device)
        inside = (index + 0.5) / counts.clamp(min=1)
        places = step * (torch.arange(bins, device=x.device)[:, None] + inside)
        places = start[..., None, None] + places
        used = (index < counts) & (places >= -1) & (places <= pixels)
        weights = used / counts.clamp(min=1)
        places = places.clamp(0, pixels - 1)
        before = places.floor()
        after = (before + 1).clamp(max=pixels - 1)
        share = places - before
        pair = torch.stack([before, after]).long()
        return pair.flatten(-2), (weights * (1 - share)).flatten(-2), (weights * share).flatten(-2)

    shift = 0.5 if aligned else 0.0
    left, top, right, bottom = (boxes * spatial_scale - shift).unbind(-1)
    rows, *row_weights = along(top, bottom, size[0], x.shape[2])
    columns, *column_weights = along(left, right, size[1], x.shape[3])
    image = torch.arange(len(x), device=x.device)[:, None, None, None]
    sampled = torch.zeros((), device=x.device)
    for row, row_weight in zip(rows, row_weights, strict=True):
        for column, column_weight in zip(columns, column_weights, strict=True):
            weight = row_weight[..., :, None] * column_weight[..., None, :]
            values = x[image, :, row[..., :, None], column[..., None, :]]
            sampled = sampled + values * weight[..., None]
    bins = sampled.unflatten(2, (size[0], -1)).unflatten(4, (size[1], -1)).sum((3, 5))
    return bins.permute(0, 1, 4, 2, 3)
''',
)


class RoiAlign(Layer):
    """The parts of images inside of boxes, resized: [N, C, H, W] and boxes [N, R, 4] to
    [N, R, C, h, w] (Mask R-CNN, He et al., 2017). ``flatten(0, 1)`` after it makes one batch of
    all boxes, as ``torchvision.ops.roi_align`` returns them.

    A box is left, top, right and bottom, in pixels of the image before it was made smaller by
    ``spatial_scale``. ``sampling_ratio`` is the number of samples for each bin and axis; -1: one
    for each pixel that the bin covers. ``aligned=true`` moves boxes by half a pixel, which is more
    precise.

    https://docs.pytorch.org/vision/stable/generated/torchvision.ops.roi_align.html
    """

    word = "roi_align"
    foreign = (
        Foreign(
            "roi_align RoIAlign",
            "boxes size spatial_scale sampling_ratio aligned",
            renamed={"output_size": "size"},
        ),
    )
    category = "pool"
    channel_axis = "second"
    positional = 2
    assumed = ("N", "C", "H", "W")
    examples = (
        Example("roi_align(a, 7)", "3x16x16", a="5x4"),
        Example("roi_align(a, 3x4, sampling_ratio=2, aligned=true)", "3x16x16", a="5x4"),
        Example("roi_align(a, 2, spatial_scale=0.25)", "3x16x16", a="5x4"),
    )

    boxes: Tensor
    size: Target
    spatial_scale: Scale = 1.0
    sampling_ratio: Samples = -1
    aligned: bool = False

    def infer(self, x: TensorType) -> TensorType:
        need(self, x)
        if x.rank != 4:
            raise Refused(f"roi_align needs [N, C, H, W], got {x}", input=0)
        boxes = self.boxes
        if boxes.dtype != "float":
            raise Refused(f"boxes need floats, got {boxes}", code="E303", setting="boxes")
        if boxes.rank != 3 or not same(boxes.shape[2], 4) or not same(boxes.shape[0], x.shape[0]):
            raise Refused(
                f"boxes for {x} are [{x.shape[0]}, R, 4], got {boxes}",
                setting="boxes",
                notes=("each image has the same number of boxes",),
            )
        if self.sampling_ratio == 0:
            raise Refused("sampling_ratio must be at least 1, or -1", setting="sampling_ratio")
        height, width = expand(self.size, 2, "size")
        return x.with_shape(x.shape[0], boxes.shape[1], x.shape[1], height, width)

    def lower(self, _: TensorType) -> Lowering:
        options = given(
            spatial_scale=(self.spatial_scale, 1.0),
            sampling_ratio=(self.sampling_ratio, -1),
            aligned=(self.aligned, False),
        )
        size = expand(self.size, 2, "size")
        forward = call("roi_align", Input(0), Input(1), size, **options)
        return Lowering(forward=forward, helpers=(ROI_ALIGN,))

    def caption(self) -> tuple[str, str]:
        return f"roi_align {times(expand(self.size, 2, 'size'))}", ""
