"""Sampling of images, and searching, against PyTorch and torchvision."""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import Tensor

import netwright as nw

from ..specs.reference import torchvision_models
from .layers import TABLE

BOXES = torch.tensor(
    [
        [[1.0, 2.0, 9.0, 7.5], [0.0, 0.0, 15.0, 11.0], [-3.0, -2.0, 4.0, 4.0]],
        [[3.3, 1.2, 3.4, 8.0], [12.0, 9.0, 30.0, 20.0], [5.0, 5.0, 5.0, 5.0]],
    ]
)
ROIS: list[dict[str, Any]] = [
    {},
    {"sampling_ratio": 2},
    {"aligned": True},
    {"aligned": True, "sampling_ratio": 3, "spatial_scale": 0.5},
    {"spatial_scale": 0.25},
]


def module_of(text: str) -> Any:
    return nw.loads(text).to_torch()


def roi_module(settings: dict[str, Any]) -> Any:
    written = "".join(f", {k}={str(v).lower()}" for k, v in settings.items())
    head = "net n: x[3, 12, 16], boxes[R, 4]"
    return module_of(f"{head} {{ x > roi_align(boxes, 2x3{written}) > flatten(0, 1) }}")


def torchvision_roi_align(
    x: Tensor, spatial_scale: float = 1.0, sampling_ratio: int = -1, aligned: bool = False
) -> Tensor:
    """torchvision's compiled operator. (What it has in Python differs outside of the image.)"""
    torchvision_models()
    boxes = torch.cat([torch.cat([torch.full((3, 1), i), b], 1) for i, b in enumerate(BOXES)])
    operator: Any = torch.ops.torchvision
    try:
        made: Tensor = operator.roi_align(x, boxes, spatial_scale, 2, 3, sampling_ratio, aligned)
    except (AttributeError, RuntimeError, NotImplementedError):
        pytest.skip("torchvision's operators do not load")
    return made


@pytest.mark.parametrize("settings", ROIS, ids=str)
def test_roi_align_is_that_of_torchvision(settings: dict[str, Any]) -> None:
    x = torch.randn(2, 3, 12, 16, requires_grad=True)
    expected = torchvision_roi_align(x, **settings)
    made = roi_module(settings)(x, BOXES)
    torch.testing.assert_close(made, expected)
    gradients = [torch.autograd.grad(y.square().sum(), x)[0] for y in (made, expected)]
    torch.testing.assert_close(*gradients)


@pytest.mark.parametrize("settings", ROIS, ids=str)
def test_roi_align_sample_by_sample(settings: dict[str, Any]) -> None:
    x = torch.randn(2, 3, 12, 16)
    reference: Any = TABLE["roi_align"].run
    expected = reference(None, [x], {"boxes": BOXES, "size": (2, 3)} | settings)
    torch.testing.assert_close(roi_module(settings)(x, BOXES), expected.flatten(0, 1))


@pytest.mark.parametrize("settings", ROIS, ids=str)
def test_boxes_that_are_turned_around_have_no_samples(settings: dict[str, Any]) -> None:
    x, boxes = torch.randn(2, 3, 12, 16), BOXES[..., [2, 3, 0, 1]] - 1
    reference: Any = TABLE["roi_align"].run
    expected = reference(None, [x], {"boxes": boxes, "size": (2, 3)} | settings)
    torch.testing.assert_close(roi_module(settings)(x, boxes), expected.flatten(0, 1))


def test_shapes_of_boxes_on_the_meta_device() -> None:
    module = roi_module({}).to("meta")
    assert module(torch.empty(2, 3, 12, 16).to("meta"), BOXES.to("meta")).shape == (6, 3, 2, 3)


def test_an_axis_with_one_place_has_no_corners() -> None:
    with pytest.raises(nw.CompileError, match="no corners to align"):
        module_of("net n: x[2, 3] { x > affine_grid([1, 4], align_corners=true) }")


def test_searching_in_tensors_that_are_not_contiguous() -> None:
    module = module_of("""net n: x[5, 3], rows[4, 3] {
      [x > permute(0, 2, 1) > searchsorted(rows > permute(0, 2, 1)),
       x > permute(0, 2, 1) > bucketize(constant([0.0, 0.5, 1.0])[::2])] }""")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        module(torch.randn(2, 5, 3), torch.randn(2, 4, 3).sort(1).values)


def test_a_spatial_transformer() -> None:
    module = module_of("""
        net n: x[3, 8, 9], theta[2, 3] {
          x > grid_sample(theta > affine_grid([5, 6]), padding_mode=border)
        }""")
    x, theta = torch.randn(2, 3, 8, 9), torch.randn(2, 2, 3)
    grid = F.affine_grid(theta, [2, 3, 5, 6], align_corners=False)
    expected = F.grid_sample(x, grid, padding_mode="border", align_corners=False)
    assert torch.equal(module(x, theta), expected)


def test_window_offsets_are_those_of_swin() -> None:
    models = torchvision_models()
    block = models.swin_transformer.ShiftedWindowAttention(8, [4, 6], [0, 0], 2)
    made = module_of("net n: x[1] { x * (window_offsets(4, 6, flat=true) > cast(float) > sum(0)) }")
    text = "net n: x[1] { i = window_offsets(4, 6, flat=true, persistent=true) as index\n [x, i] }"
    module = module_of(text)
    (key,) = module.state_dict()
    assert key == "index"
    assert torch.equal(module.state_dict()[key], block.relative_position_index)
    assert made(torch.ones(1, 1)).item() == block.relative_position_index.sum()


def test_window_offsets_of_volumes_are_those_of_swin3d() -> None:
    models = torchvision_models()
    block = models.video.swin_transformer.ShiftedWindowAttention3d(8, [2, 4, 3], [0, 0, 0], 2)
    text = "net n: x[1] { i = window_offsets(2, 4, 3, persistent=true) as i\n [x, i] }"
    (made,) = module_of(text).state_dict().values()
    assert torch.equal(made, block.relative_position_index)


@pytest.mark.parametrize("right", [False, True])
def test_searching(right: bool) -> None:
    option = ", right=true" if right else ""
    module = module_of(f"""
        net n: x[3, 5], rows[3, 4] {{
          edges = constant([-1, 0, 0, 1.5])
          [x > searchsorted(rows{option}), x > bucketize(edges{option})]
        }}""")
    rows = torch.randn(2, 3, 4).sort().values
    x = torch.cat([torch.randn(2, 3, 3), rows[..., 1:2], torch.zeros(2, 3, 1)], -1)
    found, buckets = module(x, rows)
    assert torch.equal(found, torch.searchsorted(rows, x, right=right))
    edges = torch.tensor([-1, 0, 0, 1.5])
    assert torch.equal(buckets, torch.bucketize(x, edges, right=right))


def test_adding_and_reducing_by_index() -> None:
    module = module_of("""
        net n: x[6, 2], y[3, 2], index[3, 2] int {
          row = constant([5, 0, 5])
          [x > index_add(row, 1, src=y, alpha=2.0),
           x > scatter_reduce(index, 1, src=y, reduce=amax, include_self=false)]
        }""")
    x, y, index = torch.randn(2, 6, 2), torch.randn(2, 3, 2), torch.randint(0, 6, (2, 3, 2))
    added, reduced = module(x, y, index)
    assert torch.equal(added, x.index_add(1, torch.tensor([5, 0, 5]), y, alpha=2.0))
    assert torch.equal(reduced, x.scatter_reduce(1, index, y, "amax", include_self=False))
