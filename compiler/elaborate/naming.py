"""How modules are called: by a label, or by a word that their scope numbers."""

from __future__ import annotations

from typing import Final

from ...grammar.record import Record
from ...grammar.source import Span
from ..layer import Layer
from ..values import Chain, Combined, Fan, Labelled, Loop, Network, Renamed, Repeat, Shared, Sliced


class Naming(Record):
    """How the next module is called: by a label, or by a word that its scope numbers. ``number`` is
    that in which the label ends, where it counts copies or branches."""

    label: str | None = None
    word: str | None = None
    span: Span | None = None
    share: Shared | None = None
    number: int | None = None

    @property
    def given(self) -> bool:
        """Whether the text names the module, or its place does: no number is looked for."""
        return self.label is not None or self.share is not None

    def member(self, number: int) -> Naming:
        """For a copy or branch of what is named so."""
        return self if self.label is None else self.inside(str(number)).replace(number=number)

    def inside(self, name: str) -> Naming:
        """For a labelled branch of what is named so; ``""`` is the scope itself."""
        return Naming(f"{self.label}.{name}" if self.label else name, span=self.span)


UNNAMED: Final = Naming()

MEMBERS: Final = Naming("")
"""For what is the whole of a scope: its copies or branches are ``0``, ``1``..."""


def is_scope(network: Network) -> bool:
    """Whether a label on the network is a scope around several modules."""
    while isinstance(network, Renamed | Sliced):
        network = network.network
    if isinstance(network, Labelled):
        return not network.label.here
    return isinstance(network, Chain | Combined | Loop)


def is_many(network: Network) -> bool:
    """Whether a label on the network is one to each copy or branch."""
    while isinstance(network, Renamed | Sliced):
        network = network.network
    return isinstance(network, Repeat | Fan)


def is_fan(network: Network) -> bool:
    while isinstance(network, Renamed | Sliced):
        network = network.network
    return isinstance(network, Fan)


def is_named_by_label(layer: Layer) -> bool:
    """Whether the layer is a parameter or buffer itself, so that its name is its label."""
    return layer.arity == (0, 0) and "" in layer.weights()
