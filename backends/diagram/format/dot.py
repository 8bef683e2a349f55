"""Graphviz's language."""

from __future__ import annotations

from typing import Final

from ..drawing import Drawing
from ..layout.digraph import dot
from ..picture import Picture

DRAWINGS: Final = True


def write(picture: Picture | Drawing) -> bytes:
    return dot(picture).encode()
