"""The names of modules: a label, or a word with a number that the scope gives."""

from __future__ import annotations

from typing import Final
from unicodedata import normalize

from ...grammar.printable import SIGNS
from ...grammar.record import Record
from ...grammar.source import Span
from ..layer import Layer
from ..values import (
    Chain,
    Combined,
    Fan,
    LabelledNetwork,
    LoopNetwork,
    NetworkValue,
    Renamed,
    RepeatNetwork,
    Shared,
    Sliced,
)


class Naming(Record):
    """The name of the next module: a label, or a word that gets a number from its scope. ``number``
    is the number at the end of the label, if that counts copies or branches."""

    label: str | None = None
    word: str | None = None
    span: Span | None = None
    share: Shared | None = None
    number: int | None = None

    @property
    def given(self) -> bool:
        """Whether the text or the place names the module, so that it needs no number."""
        return self.label is not None or self.share is not None

    def member(self, number: int) -> Naming:
        """The name of a copy or branch of the module."""
        return self if self.label is None else self.inside(str(number)).replace(number=number)

    def inside(self, name: str) -> Naming:
        """The name of a labelled branch of the module; ``""`` is the scope itself."""
        return Naming(f"{self.label}.{name}" if self.label else name, span=self.span)


UNNAMED: Final = Naming()

MEMBERS: Final = Naming("")
"""For a network that is the whole of a scope: its copies or branches are ``0``, ``1``..."""


def is_module_name(part: str) -> bool:
    """Whether PyTorch takes a text as the name of a module, and a page can show it."""
    return part != "" and part.isprintable() and SIGNS.isdisjoint(part)


def module_name(part: str) -> str:
    """A part of a module path as Python writes an attribute; other texts stay as they are."""
    return normalize("NFKC", part) if f"_{part}".isidentifier() else part


def is_scope(network: NetworkValue) -> bool:
    """Whether a label on the network is a scope around several modules."""
    while isinstance(network, Renamed | Sliced):
        network = network.network
    if isinstance(network, LabelledNetwork):
        return not network.label.here
    return isinstance(network, Chain | Combined | LoopNetwork)


def is_many(network: NetworkValue) -> bool:
    """Whether a label on the network gives a name to each copy or branch."""
    while isinstance(network, Renamed | Sliced):
        network = network.network
    return isinstance(network, RepeatNetwork | Fan)


def is_fan(network: NetworkValue) -> bool:
    while isinstance(network, Renamed | Sliced):
        network = network.network
    return isinstance(network, Fan)


def is_named_by_label(layer: Layer) -> bool:
    """Whether the layer is a parameter or buffer itself, so that its name is its label."""
    return layer.arity == (0, 0) and "" in layer.weights()
