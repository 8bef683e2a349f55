"""A layer over the last axis takes [N, C, ...], the result of a convolution or pool."""

from __future__ import annotations

from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic, Label
from ._layouts import Reading
from ._subjects import Net

CODE = "W504"


def in_net(net: Net) -> Iterator[Diagnostic]:
    for reading in net.layouts.readings.values():
        if reading.wants == "last":
            yield _warning(reading)


def _warning(reading: Reading) -> Diagnostic:
    word, image, layout = reading.word, reading.takes.rank > 3, reading.layout
    message = f"{word} takes axis 1 for time, and here it is the channels"
    if reading.category in ("linear", "norm"):
        axis = "width of this image" if image else "time of this sequence"
        message = f"{word} works on the {axis}"
    return Diagnostic(
        CODE,
        message,
        reading.span,
        severity="warning",
        detail=f"{reading.takes} becomes {reading.gives}",
        labels=(Label(layout.span, "channels on axis 1"),) if layout.span else (),
        help=_help(word, image=image),
    )


def _help(word: str, *, image: bool) -> tuple[str, ...]:
    if word in ("layernorm", "rmsnorm"):
        return (f"`{word}(dim=1)` normalises over the channels",)
    if word == "linear":
        kernel = "1x1" if image else "1"
        thing = "image" if image else "sequence"
        return (
            f"`flatten` or `gap` before it turns the {thing} into a vector",
            f"`conv({kernel}, ...)` works on the channels",
        )
    if image:
        return ('`rearrange("n c h w -> n (h w) c")` before it turns the places into a sequence',)
    return ("`transpose(1, 2)` before it puts time on axis 1",)
