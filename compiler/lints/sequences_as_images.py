"""A layer for [N, C, ...] takes a tensor with its features on the last axis."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...grammar.diagnostics import Diagnostic, Edit, Fix, Label
from ...grammar.source import Span
from ._layouts import Reading
from ._subjects import Net

CODE = "W505"


def in_net(net: Net) -> Iterator[Diagnostic]:
    for reading in net.layouts.readings.values():
        if reading.wants == "second" and reading.layout.word != "input":
            yield _warning(reading)


def _warning(reading: Reading) -> Diagnostic:
    word, layout = reading.word, reading.layout
    text = f"features on the last axis: {layout.word}"
    labels = (Label(layout.span, text),) if layout.span else ()
    return Diagnostic(
        CODE,
        f"{word} takes axis 1 for the channels, and here the features are last",
        reading.span,
        severity="warning",
        detail=f"got {reading.takes}",
        labels=labels,
        help=_help(reading),
        fix=_fix(reading),
    )


def _turns(reading: Reading) -> tuple[str, str]:
    """The layers that bring the features to axis 1, and back to the last axis."""
    if reading.takes.rank == 3:
        return "transpose(1, 2)", "transpose(1, 2)"
    axes = range(reading.takes.rank)
    there, back = [0, axes[-1], *axes[1:-1]], [0, *axes[2:], 1]
    return f"permute({', '.join(map(str, there))})", f"permute({', '.join(map(str, back))})"


def _help(reading: Reading) -> tuple[str, ...]:
    there, back = _turns(reading)
    word = reading.word
    if word == "gap":
        axes = range(1, reading.takes.rank - 1)
        dim = "1" if len(axes) == 1 else str(list(axes))
        return (f"`mean(dim={dim})` is the mean over all places",)
    if reading.category == "conv":
        return (f"`{there} > {word}(...)` puts the features on axis 1",)
    turned = f"`{there} > {word} > {back}` works on the features"
    normalises = reading.category == "norm"
    return (turned, "`layernorm` normalises over the last axis") if normalises else (turned,)


def _fix(reading: Reading) -> Fix | None:
    """A fix for a layer that is alone between the arrows of a pipe: nothing else changes."""
    span = reading.span
    if not _stands_alone(span):
        return None
    there, back = _turns(reading)
    if reading.word == "gap":
        text = _help(reading)[0].split("`")[1]
    elif reading.category == "conv":
        text = f"{there} > {span.text}"
    else:
        text = f"{there} > {span.text} > {back}"
    return Fix(f"write `{text}`", (Edit(span, text),))


def _stands_alone(span: Span) -> bool:
    text = span.source.text
    before, after = text[: span.start].rstrip(), text[span.end :]
    return before.endswith(">") and re.match(r"[ \t]*(?:>|\n|\}|#|$)", after) is not None
