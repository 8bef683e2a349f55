"""Importing a model against torch.export alone, which follows it; and the memory that an import
takes beside the model, against the model's weights.

Memory is measured in processes of their own: the most that was resident during the import, less
what was before it. That includes what the model's own steps keep for gradients.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import torch
from torch import Tensor, nn

from netwright.backends.importer import import_model
from netwright.backends.importer.proved import proved_spec
from tests.memory import peak
from tests.torchvision_library import torchvision_models

from .timing import Job, Result, rivals

LARGE: Final = {"VGG-16": ("vgg16", 224), "Wide ResNet-101-2": ("wide_resnet101_2", 64)}
"""Models with much of weights, and the sizes of their images."""
MODEL: Final = """
import torch
from tests.torchvision_library import torchvision_models
from netwright.backends.importer import import_model
from netwright.backends.importer.proved import proved_spec
warm = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU())
proved_spec(warm, (torch.randn(2, 3, 8, 8),))
model = torchvision_models().{name}().eval()
x = (torch.randn(2, 3, {size}, {size}),)
"""
BY_HAND: Final = "one step of training alone"
STEP: Final = "model.train()(*x).sum().backward()"


def run(rounds: int) -> Iterator[Result | str]:
    model, x = torchvision_models().resnet50().eval(), torch.randn(2, 3, 224, 224)
    for what, all_open in (("batch open", False), ("all sizes open", True)):
        jobs = importing(model, x, all_open=all_open), exporting(model, x, all_open=all_open)
        name = f"import ResNet-50, {what}, against torch.export"
        yield rivals(name, *jobs, rounds=rounds)
    yield rivals("  the same with the proof", proof(model, x), jobs[1], rounds=1)
    yield from memory()


def importing(model: nn.Module, x: Tensor, *, all_open: bool) -> Job:
    return lambda: import_model(model, (x,), all_open=all_open)


def exporting(model: nn.Module, x: Tensor, *, all_open: bool) -> Job:
    from torch.export import Dim, export

    others: dict[int, Any] = dict.fromkeys(range(1, x.dim()), Dim.AUTO) if all_open else {}
    shapes = ({0: Dim("N"), **others},)
    return lambda: export(model, (x,), dynamic_shapes=shapes, strict=False)


def proof(model: nn.Module, x: Tensor) -> Job:
    return lambda: proved_spec(model, (x,))


def memory() -> Iterator[Result | str]:
    for name, (factory, size) in LARGE.items():
        setting = MODEL.format(name=factory, size=size)
        weights = sum(t.nbytes for t in meta(factory).state_dict().values()) / 1e6
        for what, job in (
            ("import", "import_model(model, x, all_open=True)"),
            ("import with proof", "proved_spec(model, x)"),
            (BY_HAND, STEP),
        ):
            beside = peak(setting, job)
            if beside is None:
                yield f"memory of {name}: left out, this system does not tell it"
                return
            aim = None if what == BY_HAND else 1
            yield memory_row(f"memory of {name}, {what}", beside / 1e6, weights, aim)


def meta(factory: str) -> nn.Module:
    with torch.device("meta"):
        model: nn.Module = getattr(torchvision_models(), factory)()
    return model


def memory_row(name: str, ours: float, weights: float, aim: float | None) -> Result:
    return Result(name, ours, weights, weights / max(ours, 1.0), aim, unit="MB")
