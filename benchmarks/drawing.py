"""Diagrams against those of torchview, torchlens and torchvista: how long until there is an SVG,
how many pages of A4 it takes with type of 6 points, how many nodes a reader has to look at.

Each draws as its documentation says, to the last level. They get models that are built already, on
the meta device, where tracing costs least; netwright starts from the spec's text, or imports the
same model with its weights, which includes the proof. torchvista writes a page that draws itself in
a browser: its time is that of writing the page, and its pages of A4 are not counted.

    pip install torchview torchlens torchvista ipython     (and Graphviz's `dot`)
"""

from __future__ import annotations

import io
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import redirect_stdout
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any, Final
from warnings import catch_warnings, simplefilter

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

IMPORTED: Final = "import and draw ResNet-50"
"""Their part is drawing alone."""

ENCODER = """
from blocks.transformer import encoder_layer
net encoder: x[128, 768] { x > encoder_layer(12, 3072) * 12 }
"""


def run(rounds: int) -> Iterator[Result | str]:
    for peer, (draw, aim, *tools) in PEERS.items():
        lacks = next((tool for tool in (peer, *tools) if not there(tool)), "")
        if lacks:
            yield f"drawing against {peer}: left out, {lacks} is not installed"
            continue
        for name, ours, theirs in pairs(draw):
            goal = None if name == IMPORTED else aim
            yield rivals(f"{name} against {peer}", ours, theirs, rounds=rounds, aim=goal)
            yield from counts(ours(), theirs(), peer)


def counts(ours: bytes, theirs: bytes, peer: str) -> Iterator[Result | str]:
    if theirs.lstrip().startswith(b"<?xml"):
        yield counted("  pages of A4", pages(ours), pages(theirs), aim=1)
    else:
        yield f"  pages of A4: {pages(ours)}, and {peer} draws in a browser"
    yield counted("  nodes", nodes(ours), nodes(theirs))


def there(tool: str) -> bool:
    return bool(which(tool) or find_spec(tool))


def pairs(draw: Callable[[nn.Module, torch.Tensor], Drawn]) -> Iterator[tuple[str, Drawn, Drawn]]:
    models = torchvision_models()
    with torch.device("meta"):
        image, words = torch.empty(1, 3, 224, 224), torch.empty(1, 128, 768)
        resnet = models.resnet50().eval()
        layer = nn.TransformerEncoderLayer(768, 12, 3072, batch_first=True)
        encoder = nn.TransformerEncoder(layer, 12, enable_nested_tensor=False)
    yield "draw ResNet-50", lambda: svg(nw.load("resnet", net="resnet50")), draw(resnet, image)
    weighed, examples = models.resnet50().eval(), torch.randn(2, 3, 224, 224)
    yield IMPORTED, lambda: svg(nw.from_torch(weighed, examples)), draw(resnet, image)
    yield "draw an encoder of 12 layers", lambda: svg(nw.loads(ENCODER)), draw(encoder, words)


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


def torchvista(model: nn.Module, x: torch.Tensor) -> Drawn:
    from torchvista import trace_model

    levels = dict.fromkeys(("collapse_modules_after_depth", "forced_module_tracing_depth"), DEEPEST)

    def draw() -> bytes:
        with TemporaryDirectory() as folder, redirect_stdout(io.StringIO()), catch_warnings():
            simplefilter("ignore")  # the encoder is in training, as for the others
            path = Path(folder) / "model.html"
            trace_model(model, x, export_path=str(path), **levels)
            return path.read_bytes()

    return draw


DEEPEST: Final = 100
"""More levels than any model has."""
PEERS: Final[Mapping[str, Any]] = {
    "torchview": (torchview, 1.0, "dot"),
    "torchlens": (torchlens, 10.0, "dot"),
    "torchvista": (torchvista, 1.0),
}
"""How each draws, how often faster this should be, and what else it needs."""


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
    """The boxes, in a page of torchvista without those of single weights and numbers."""
    listed = re.search(rb"const adj_list = (\{.*\});", drawn)
    if listed:
        kinds = [node["node_type"] for node in json.loads(listed[1]).values()]
        return sum(kind not in ("Constant", "Parameter") for kind in kinds)
    return len(re.findall(rb'<g id="[^"]*" class="node', drawn))
