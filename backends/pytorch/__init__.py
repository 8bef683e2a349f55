"""PyTorch: readable source code, and live modules that run the same source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .generated_file import to_source

if TYPE_CHECKING:
    import torch

    from ...compiler.ir import Graph

__all__ = ["to_class", "to_module", "to_source"]


def to_class(
    graph: Graph, externs: Mapping[str, Any] | None = None, *, import_externs: bool = False
) -> type[torch.nn.Module]:
    """The net's class. PyTorch is imported here, not at start-up. See ``live.to_class``."""
    from .live import to_class

    return to_class(graph, externs or {}, import_externs=import_externs)


def to_module(graph: Graph, device: Any = None) -> torch.nn.Module:
    """The net as a live module. See ``live.instance``."""
    from .live import instance, to_class

    return instance(to_class(graph), device)
