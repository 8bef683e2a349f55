"""The tensors in a value, and how values are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ..values import (
    BlockNetwork,
    Builtin,
    Container,
    Data,
    LabelPrefix,
    LayerNetwork,
    LayerWord,
    Namespace,
    NetworkValue,
    Renamed,
    Shared,
    Template,
    Tensor,
)


def all_tensors(value: Data) -> list[Tensor]:
    """The tensors of a result in order: side results follow their tensor."""
    if isinstance(value, list):
        return [t for item in value for t in all_tensors(item)]
    assert isinstance(value, Tensor)
    return [value, *value.side]


def rebuilt(value: Data, tensors: Iterator[Tensor]) -> Data:
    """A value with the same structure and other tensors."""
    if isinstance(value, list):
        return [rebuilt(item, tensors) for item in value]
    assert isinstance(value, Tensor)
    first = next(tensors)
    side = tuple(next(tensors) for _ in value.side)
    return Tensor(first.draft, first.index, first.type, side=side)


def main_tensors(value: Data) -> Iterator[Tensor]:
    """The tensors of a result without their side results."""
    if isinstance(value, list):
        for item in value:
            yield from main_tensors(item)
    elif isinstance(value, Tensor):
        yield value


def shown_arguments(arguments: Mapping[str, Data]) -> tuple[tuple[str, object], ...]:
    """Arguments for titles and tables: numbers as they are, networks by their names, and the
    arguments of a block that is an argument as if they were the caller's own."""
    shown: dict[str, object] = {}
    for name, value in arguments.items():
        shown[name] = shown_value(value)
        block = value.network if isinstance(value, Renamed) else value
        if isinstance(block, BlockNetwork):
            inner = shown_arguments(block.arguments)
            shown |= {n: v for n, v in inner if n not in arguments and n not in shown}
    return tuple(shown.items())


def shown_value(value: Data) -> object:
    match value:
        case int() | None:
            return value
        case list():
            return [shown_value(v) for v in value]
        case Template() | Shared() | Builtin() | Namespace():
            return value.name
        case LayerNetwork() | LayerWord() | BlockNetwork():
            return value.word
        case Renamed():
            return shown_value(value.network)
        case NetworkValue():
            return "network"
        case Tensor() | Container() | LabelPrefix():
            return "tensor"
        case _:
            return value
