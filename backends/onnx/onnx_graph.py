"""A graph of ONNX as plain values: nodes, constants, inputs and outputs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ...compiler.reserved import reserved

if TYPE_CHECKING:
    from torch import Tensor


def clean(path: str) -> str:
    """A path whose parts can be names of modules."""
    if not path:
        return ""
    parts = [re.sub(r"\W", "_", part) or "_" for part in path.split(".")]
    return ".".join(f"{part}_" if reserved(part) else part for part in parts)


class OnnxError(Exception):
    """A file that cannot be read as ONNX. ``hint`` says what may help."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class ExportError(Exception):
    """A net that does not become a file of ONNX; ``reasons`` say why."""

    def __init__(self, message: str, reasons: Sequence[str] = ()) -> None:
        super().__init__("\n".join((message, *reasons)))
        self.message = message
        self.reasons = tuple(reasons)


_PATH: Final = re.compile(r"[A-Za-z_]\w*(\.\w+)*")
_MADE_UP: Final = re.compile(r"val_\d+|_val_\d+|tmp_\d+|\w+_output_\d+|_to_copy(_\d+)?")
"""Names that exporters make up."""


def owner(name: str, *endings: str) -> str | None:
    """``layer1.0.conv1`` for ``layer1.0.conv1.weight``; None if a name is no path of a weight."""
    path, _, last = name.rpartition(".")
    good = last in endings and path and _PATH.fullmatch(name) is not None
    return path if good else None


def is_path(name: str) -> bool:
    """Whether a name is that of a parameter in a model, and not one that an exporter makes up."""
    return bool(_PATH.fullmatch(name)) and not _MADE_UP.fullmatch(name)


@dataclass(eq=False)
class Node:
    """A node. ``scope`` is the path of the module that made it, and empty for the model itself."""

    op: str
    name: str
    inputs: list[str]
    """The names of values; an input that is left out is empty."""
    outputs: list[str]
    attributes: dict[str, Any] = field(default_factory=dict)
    scope: str = ""

    @property
    def title(self) -> str:
        """The node in words, for messages."""
        return f"{self.op} ({self.name})" if self.name else f"{self.op} of {self.outputs[0]}"


@dataclass(eq=False)
class Input:
    """An input of the graph. A size without a number has a name, which may be empty."""

    name: str
    dtype: str
    shape: list[int | str]


@dataclass(eq=False)
class Graph:
    """A graph. ``classes`` are the classes of modules by their paths, as far as the file has
    them."""

    nodes: list[Node]
    inputs: list[Input]
    outputs: list[str]
    constants: dict[str, Tensor]
    opset: int
    name: str = ""
    classes: dict[str, str] = field(default_factory=dict)
    scopes: set[str] = field(default_factory=set)
    literals: set[str] = field(default_factory=set)
    """The constants that are no weights: those of nodes, and those that were computed."""

    transposed: dict[str, str] = field(default_factory=dict)
    """Constants that are the transposed form of others."""

    def is_named(self, name: str) -> bool:
        """Whether a constant has the name of a parameter in a model."""
        return name not in self.literals and is_path(name)

    def uses(self) -> Counter[str]:
        """How often each value is read."""
        counts = Counter(name for node in self.nodes for name in node.inputs)
        counts.update(self.outputs)
        return counts

    def makers(self) -> dict[str, Node]:
        """The node that makes each value."""
        return {name: node for node in self.nodes for name in node.outputs if name}

    def readers(self) -> dict[str, list[Node]]:
        """The nodes that read each value."""
        readers: dict[str, list[Node]] = {}
        for node in self.nodes:
            for name in node.inputs:
                readers.setdefault(name, []).append(node)
        return readers

    def prune(self) -> None:
        """Removes the nodes that no output needs."""
        needed, kept = set(self.outputs), list[Node]()
        for node in reversed(self.nodes):
            if needed & set(node.outputs):
                needed |= set(node.inputs)
                kept.append(node)
        self.nodes = kept[::-1]
