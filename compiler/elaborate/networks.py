"""Networks out of values: words, functions and lists that mean one."""

from __future__ import annotations

from typing import Any

from ..layer import Layer
from ..layers import layers
from ..values import (
    Builtin,
    Data,
    Fan,
    LayerNetwork,
    LayerWord,
    Network,
    Renamed,
    Tensor,
    is_number,
)
from .elaborator import Elaborator
from .settings import bare_layer


def as_network(el: Elaborator, value: Data) -> Network | None:
    """None for what is no network, and for a layer's word that lacks settings: reported."""
    if isinstance(value, Builtin) and value.name in layers():
        value = LayerWord(layers()[value.name], value.name, value.environment, value.span)
    if isinstance(value, LayerWord):
        return bare_layer(el, value)
    if isinstance(value, Network):
        return value
    if isinstance(value, list) and means_network(value):
        members = tuple(member_of(el, v) for v in value)
        return Fan(members)
    return None


def means_network(value: Data) -> bool:
    if isinstance(value, list):
        return any(means_network(v) for v in value)
    if isinstance(value, Builtin):
        return value.name in layers()
    return isinstance(value, Network)


def member_of(el: Elaborator, value: Data) -> Data:
    return value if isinstance(value, Tensor) or is_number(value) else network_or_value(el, value)


def network_or_value(el: Elaborator, value: Data) -> Any:
    return as_network(el, value) or value


def plain_layer(network: Network) -> LayerNetwork | None:
    """The layer network, if the network is one layer that never has weights."""
    while isinstance(network, Renamed):
        network = network.network
    if isinstance(network, LayerNetwork):
        return network if type(network.layer).weights is Layer.weights else None
    return None
