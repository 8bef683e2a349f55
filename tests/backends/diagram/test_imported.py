"""Pictures of imported models keep the rules of those of shipped specs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import torch

from netwright.backends.diagram import to_dot
from netwright.backends.importer import CannotImport, import_model
from netwright.compiler.pipeline import load_source
from netwright.grammar.source import Source
from tests.backends.importer.published import Published, models

from .geometry import complaints, points

SMALL: Final = sorted((Path(__file__).parents[2] / "golden" / "importer").glob("*.net"))
QUICK: Final = {
    "torchvision/resnet18",
    "torchvision/mobilenet_v2",
    "transformers/WhisperForConditionalGeneration",
}
"""A table of stages, a column of blocks, an encoder beside its decoder."""
TALL: Final = {"timm/twins_svt_small": 5.0, "timm/coat_tiny": 3.6, "Refined": 4.8}
"""Columns of boxes, none of which can be closed, with the points of their letters: passes of a loop
that carry several tensors are drawn one below another."""
UNDRAWN: Final = {"torchvision/raft_small"}
"""A loop of 12 passes that is written out: the layout takes too long."""


def check_page(text: str, least: float = 6) -> None:
    """A page with letters of six points, and nothing lies on anything."""
    graph = load_source(Source("imported.net", text)).graph
    assert graph is not None
    dot = to_dot(graph)
    # A line that bulges out of its cluster and back is the layout's choice, and no harm.
    assert [c for c in complaints(dot) if " leaves " not in c] == []
    assert points(dot) >= least


@pytest.mark.parametrize("path", SMALL, ids=[path.stem for path in SMALL])
def test_small_models_are_a_page_each(path: Path) -> None:
    check_page(path.read_text(encoding="utf-8"), TALL.get(path.stem, 6))


def published() -> Iterator[Any]:
    for model in models():
        marks = () if model.name in QUICK else pytest.mark.slow
        if model.name not in UNDRAWN:
            yield pytest.param(model, marks=marks, id=model.name)


@pytest.mark.parametrize("model", [*published()])
def test_published_models_are_a_page_each(model: Published) -> None:
    check_page(written(model), TALL.get(model.name, 6))


def written(published: Published) -> str:
    """The spec of a model, which is not compared with it here."""
    torch.manual_seed(0)
    model, inputs = published.make().eval(), published.inputs()
    try:
        return import_model(model, inputs, all_open=True)
    except CannotImport:
        return import_model(model, inputs)
