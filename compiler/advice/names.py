"""Words that are not known, and what a dot does not reach."""

from __future__ import annotations

from collections.abc import Sequence

from ...grammar.diagnostics import Diagnostic, Edit, Fix, Label
from ...grammar.source import Source, Span
from ...grammar.wording import listing
from ..environment import FileNames
from ..inits import INITS
from ..layer import hints, options
from ..layers import layers
from ..types import TensorType
from ..values import Data, Namespace, Shared, describe
from . import error
from .foreign_calls import BLOCKS


def no_attribute(value: Data, name: str, span: Span) -> Diagnostic:
    return error("E201", f"{describe(value)} has no `.{name}`", span)


def nothing_in_share(name: str, share: Shared, span: Span) -> Diagnostic:
    return error("E201", f"there is no `{name}` inside `{share.name}`", span)


def share_not_used(share: Shared, name: str, span: Span) -> Diagnostic:
    return error(
        "E201",
        f"`{share.name}` has no `.{name}` before its first use",
        span,
        labels=[Label(share.span, "declared here")],
        help="sizes follow from what is piped in: use it first",
    )


def not_in_file(
    space: Namespace, name: str, span: Span, close: str | None, known: list[str]
) -> Diagnostic:
    return error(
        "E201",
        f"`{space.name}` has no `{name}`",
        span,
        help=f"did you mean `{close}`?" if close else f"it has {listing(known)}",
        fix=Fix(f"write `{close}`", (Edit(_last_word(span, name), close),)) if close else None,
    )


def nothing_in_tensor(name: str, span: Span, close: str | None, inside: set[str]) -> Diagnostic:
    return error(
        "E201",
        f"there is no `{name}` in `{_holder(span)}`",
        span,
        help=f"did you mean `{close}`?"
        if close
        else f"it has {listing([f'.{n}' for n in sorted(inside)])}"
        if inside
        else "a tensor has .shape .dtype .d .c .h .w .t, and what its block labels",
        fix=Fix(f"write `{close}`", (Edit(_last_word(span, name), close),)) if close else None,
    )


def layer_as_attribute(name: str, span: Span) -> Diagnostic:
    return error(
        "E206",
        f"`.{name}` is a layer: pipe the tensor into it",
        span,
        help=f"`{_holder(span)} > {name}`, with its settings in parentheses",
    )


def no_axis(name: str, kind: TensorType, span: Span) -> Diagnostic:
    return error(
        "E301",
        f"`.{name}` of a tensor {kind} is not defined",
        span,
        help="`.d` is the last axis, `.c` axis 1 from rank 3, `.h .w` of rank 4, `.t` of "
        "rank 3; `x.shape[i]` always works",
    )


def nothing_at(path: str, span: Span | None) -> Diagnostic:
    return error("E201", f"there is no `{path}` inside", span)


def _last_word(span: Span, name: str) -> Span:
    """The place of a name at the end of a text: ``fc`` of ``backbone.fc``."""
    return Span(span.source, span.end - len(name), span.end)


def defined_by_itself(name: str, span: Span | None) -> Diagnostic:
    return error(
        "E201",
        f"`{name}` is defined by itself",
        span,
        help="its value needs this name again: break the circle",
    )


def transposed_by_attribute(name: str, span: Span) -> Diagnostic:
    """``x.T``"""
    piped = f"{_holder(span)} > transpose(-2, -1)"
    return error(
        "E206",
        f"tensors have no `.{name}`: `transpose` is a layer",
        span,
        help=f"`{piped}` swaps the last two axes",
        fix=Fix(f"write `({piped})`", (Edit(span, f"({piped})"),)),
    )


def _holder(span: Span) -> str:
    """What stands before the last dot."""
    return span.text.rpartition(".")[0]


def not_known(name: str, span: Span, close: str | None) -> Diagnostic:
    help = f"did you mean `{close}`?" if close else ""
    return error("E201", _unknown(name), span, help=help, fix=_written(close, span))


def not_a_choice(name: str, span: Span, close: str | None, choices: Sequence[str]) -> Diagnostic:
    help = f"did you mean `{close}`?" if close else f"it is one of {listing(choices)}"
    return error("E201", _unknown(name), span, help=help, fix=_written(close, span))


def foreign(message: str, help: str, span: Span, replacement: str | None) -> Diagnostic:
    """A word of another framework, of which more is known."""
    return error("E201", message, span, help=help, fix=_written(replacement, span))


def option_out_of_place(name: str, setting: str, span: Span) -> Diagnostic:
    """``net f(pad=same)``: a setting alone knows its options without quotes."""
    if name in INITS:
        return error(
            "E201",
            f"`{name}` is an initialiser, and known in `init=` alone",
            span,
            help=f"write it there, `conv(3x3, 64, init={name})`, or once for all: "
            f"`default conv(init={name})`",
        )
    text = f'"{name}"'
    help = f"elsewhere it is a text: `{text}`"
    message = f"`{name}` is known in a setting alone, as in `{setting}={name}`"
    return error("E201", message, span, help=help, fix=Fix(help, (Edit(span, text),)))


def setting_with(name: str) -> str | None:
    """A setting that has this option, or takes this initialiser: ``pad`` of ``same``."""
    if name in INITS:
        return "init"
    every = ((s, hint) for layer in layers().values() for s, hint in hints(layer).items())
    return next((setting for setting, hint in every if name in options(hint)), None)


def with_translation(
    said: Diagnostic, text: str, why: str, call: Span, file: FileNames
) -> Diagnostic:
    """What is said of a foreign word, with the repair of its call, and why that holds less, or
    why there is none (then ``text`` is empty)."""
    help = (*said.help, why) if why not in ("", *said.help) else said.help
    edits = (Edit(call, text), *_block_for(text, file))
    title = f"write `{text}`" + (", and its block" if len(edits) > 1 else "")
    return said.replace(help=help, fix=Fix(title, edits) if text else None)


def _block_for(text: str, file: FileNames) -> tuple[Edit, ...]:
    """The block that a translation calls, at the end of the file, if it is not there."""
    word = text.partition("(")[0]
    if word not in BLOCKS or word in file.names:
        return ()
    end = len(file.source.text)
    return (Edit(Span(file.source, end, end), f"\n{BLOCKS[word]}"),)


def not_imported(name: str, line: str, span: Span, source: Source) -> Diagnostic:
    help = f"begin the file with `{line}`"
    fix = Fix(help, (Edit(Span(source, 0, 0), f"{line}\n"),))
    return error("E201", _unknown(name), span, help=help, fix=fix)


def _unknown(name: str) -> str:
    return f"`{name}` is not known here"


def _written(word: str | None, span: Span) -> Fix | None:
    return Fix(f"write `{word}`", (Edit(span, word),)) if word else None
