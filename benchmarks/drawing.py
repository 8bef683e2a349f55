"""Diagrams against those of torchview and torchlens: how long until there is an SVG, how many pages
of A4 it takes with type of 6 points, how many nodes a reader has to look at.

Each draws as its documentation says, to the last level. They get models that are built already, on
the meta device, where tracing costs least; netwright starts from the spec's text.

    pip install torchview torchlens     (and Graphviz's `dot`)
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any, Final

import torch
from torch import nn

import netwright as nw
from tests.torchvision_library import torchvision_models

from .timing import Result, rivals

Drawn = Callable[[], bytes]
"""Makes an SVG."""

READABLE: Final = 6.0
"""Points of the smallest type."""
A4: Final = (595 - 2 * 36, 842 - 2 * 36)
"""Points inside margins of half an inch."""

ENCODER = """
from blocks.transformer import encoder_layer
net encoder: x[128, 768] { x > encoder_layer(12, 3072) * 12 }
"""


def run(rounds: int) -> Iterator[Result | str]:
    for peer, draw, aim in (("torchview", torchview, 1.0), ("torchlens", torchlens, 10.0)):
        lacks = next((tool for tool in (peer, "dot") if not there(tool)), "")
        if lacks:
            yield f"drawing against {peer}: left out, {lacks} is not installed"
            continue
        for name, ours, theirs in pairs(draw):
            yield rivals(f"draw {name} against {peer}", ours, theirs, rounds=rounds, aim=aim)
            mine, yours = ours(), theirs()
            yield counted("  pages of A4", pages(mine), pages(yours), aim=1)
            yield counted("  nodes", nodes(mine), nodes(yours))


def there(tool: str) -> bool:
    return bool(which(tool) or find_spec(tool))


def pairs(draw: Callable[[nn.Module, torch.Tensor], Drawn]) -> Iterator[tuple[str, Drawn, Drawn]]:
    models = torchvision_models()
    with torch.device("meta"):
        image, words = torch.empty(1, 3, 224, 224), torch.empty(1, 128, 768)
        resnet = models.resnet50().eval()
        layer = nn.TransformerEncoderLayer(768, 12, 3072, batch_first=True)
        encoder = nn.TransformerEncoder(layer, 12, enable_nested_tensor=False)
    yield "ResNet-50", lambda: svg(nw.load("resnet", net="resnet50")), draw(resnet, image)
    yield "an encoder of 12 layers", lambda: svg(nw.loads(ENCODER)), draw(encoder, words)


def svg(net: nw.Network) -> bytes:
    from netwright.backends.diagram import render
    from netwright.backends.diagram.layout import engine

    engine.remembered.cache_clear()
    return render(net.ir, "svg")


# --- the others ----------------------------------------------------------------------------------


def torchview(model: nn.Module, x: torch.Tensor) -> Drawn:
    from torchview import draw_graph

    def draw() -> bytes:
        graph = draw_graph(model, x, device="meta", depth=math.inf, expand_nested=True)
        drawn: bytes = graph.visual_graph.pipe("svg")
        return drawn

    return draw


def torchlens(model: nn.Module, x: torch.Tensor) -> Drawn:
    import torchlens
    from torchlens.options import CaptureOptions

    options: Any = CaptureOptions(structure_only=True)

    def draw() -> bytes:
        with TemporaryDirectory() as folder:
            path = Path(folder) / "model"
            trace = torchlens.trace(model, x, capture=options)
            trace.draw(vis_fileformat="svg", vis_save_only=True, vis_outpath=str(path))
            return path.with_suffix(".svg").read_bytes()

    return draw


# --- what a reader gets --------------------------------------------------------------------------


def counted(name: str, ours: float, theirs: float, aim: float | None = None) -> Result:
    return Result(name, ours, theirs, theirs / ours, aim, unit="")


def pages(drawn: bytes) -> int:
    """Pages of A4, upright or not, that hold the picture with its smallest type readable."""
    found = re.search(rb'<svg[^>]* width="([\d.]+)pt" height="([\d.]+)pt"', drawn)
    assert found is not None
    scale = READABLE / min(float(size) for size in re.findall(rb'font-size="([\d.]+)"', drawn))
    sides = [float(side) * scale for side in found.groups()]
    papers = (A4, A4[::-1])
    return min(math.prod(map(_sheets, sides, paper)) for paper in papers)


def _sheets(length: float, side: float) -> int:
    return math.ceil(length / side)


def nodes(drawn: bytes) -> int:
    return len(re.findall(rb'<g id="[^"]*" class="node', drawn))
