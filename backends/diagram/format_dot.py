"""Graphviz's language."""

from __future__ import annotations

from .dot import dot
from .picture import Picture


def write(picture: Picture) -> bytes:
    return dot(picture).encode()
