"""Errors in names: unknown words, and attributes that do not exist."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

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
        help="its sizes depend on what is piped in: use it first",
    )


def not_in_file(
    space: Namespace, name: str, span: Span, close: str | None, names: list[str], other: str | None
) -> Diagnostic:
    """``other`` is a spec that has the name."""
    elsewhere = f"`{other}` has it: `from {other} import {name}`" if other else ""
    return error(
        "E201",
        f"`{space.name}` has no `{name}`",
        span,
        help=(elsewhere, f"did you mean `{close}`?" if close else f"it has {listing(names)}"),
        fix=_other_attribute(close, span),
    )


def nothing_in_tensor(name: str, span: Span, close: str | None, inside: set[str]) -> Diagnostic:
    return error(
        "E201",
        f"there is no `{name}` in `{_holder(span)}`",
        span,
        help=f"did you mean `{close}`?"
        if close
        else f"it has {listing([f'.{_as_attribute(n)}' for n in sorted(inside)])}"
        if inside
        else "a tensor has .shape .dtype .d .c .h .w .t, and what its block labels",
        fix=_other_attribute(close, span),
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
        help="`.d` is the last axis, `.c` is axis 1 from rank 3 on, `.h .w` are for rank 4, "
        "`.t` is for rank 3; `x.shape[i]` always works",
    )


def nothing_at(path: str, span: Span | None) -> Diagnostic:
    return error("E201", f"there is no `{path}` inside", span)


def nothing_at_label(path: str, span: Span, close: str | None) -> Diagnostic:
    help = f"did you mean `{close}`?" if close else ""
    return error("E201", f"there is no label `{path}` here", span, help=help)


def _other_attribute(name: str | None, span: Span) -> Fix | None:
    """The fix that writes another name after the last dot, if there is one."""
    if name is None:
        return None
    text = _as_attribute(name)
    start = span.start + len(span.text) - len(_last_name(span))
    return Fix(f"write `{text}`", (Edit(Span(span.source, start, span.end), text),))


def _as_attribute(name: str) -> str:
    """A name as it is written after a dot: in quotes if it is not an identifier or a number."""
    return name if name.isidentifier() or name.isdecimal() else f'"{name}"'


def _last_name(span: Span) -> str:
    """The text after the last dot: ``fc`` of ``backbone.fc``, ``"a.b"`` of ``backbone."a.b"``."""
    quote = span.text[-1]
    start = span.text.rfind(quote, 0, -1) if quote in "\"'" else span.text.rfind(".") + 1
    return span.text[start:]


def defined_by_itself(name: str, span: Span | None) -> Diagnostic:
    return error(
        "E201",
        f"the definition of `{name}` needs `{name}` itself",
        span,
        help="its value leads back to this name: break the circle",
    )


def transposed_by_attribute(name: str, span: Span) -> Diagnostic:
    """``x.T``"""
    piped = f"{_holder(span)} > transpose(-2, -1)"
    return error(
        "E206",
        f"tensors have no `.{name}` here: `transpose` is a layer",
        span,
        help=f"`{piped}` swaps the last two axes",
        fix=Fix(f"write `({piped})`", (Edit(span, f"({piped})"),)),
    )


def _holder(span: Span) -> str:
    """The text before the last dot."""
    return span.text.removesuffix(_last_name(span)).rstrip().removesuffix(".")


def not_known(name: str, span: Span, close: str | None) -> Diagnostic:
    help = f"did you mean `{close}`?" if close else ""
    return _unknown(name, span, help, _written(close, span))


def label_with_sign(name: str, span: Span) -> Diagnostic | None:
    """The error for the `b` of ``as a-b``, if it is one."""
    text = span.source.text
    before = _SIGNED.search(text, max(0, span.start - MOST_LABEL), span.start)
    after = _AFTER.match(text, span.end)
    if before is None or after is None:
        return None
    place = Span(span.source, before.start(1), after.end())
    quoted = f'"{place.text}"'
    help = f"a label with `{before[1][-1]}` is written in quotes: `as {quoted}`"
    fix = Fix(f"write `{quoted}`", (Edit(place, quoted),))
    return _unknown(name, span, help, fix)


MOST_LABEL: Final = 200
"""So many characters before a name are searched for the start of its label."""
_AFTER: Final = re.compile(r"[\w.]*(?:[-+][\w.]+)*")
_SIGNED: Final = re.compile(r"\bas\s+([^\W\d][\w.]*[-+](?:[\w.]+[-+])*)$")


def not_a_choice(name: str, span: Span, close: str | None, choices: Sequence[str]) -> Diagnostic:
    help = f"did you mean `{close}`?" if close else f"it is one of {listing(choices)}"
    return _unknown(name, span, help, _written(close, span))


def foreign(message: str, help: str, span: Span, replacement: str | None) -> Diagnostic:
    """The error for a word of another framework, with what is known about it."""
    return error("E201", message, span, help=help, fix=_written(replacement, span))


def option_out_of_place(name: str, setting: str, span: Span) -> Diagnostic:
    """``net f(pad=same)``: only a setting of a layer takes its options without quotes."""
    if name in INITS:
        return error(
            "E201",
            f"`{name}` is an initialiser: it can stand only in `init=` and `bias_init=`",
            span,
            help=f"write `conv(3x3, 64, init={name})`, or once for all layers: "
            f"`default conv(init={name})`",
        )
    text = f'"{name}"'
    help = f"elsewhere write it as a text: `{text}`"
    message = f"`{name}` is known only in a setting, as in `{setting}={name}`"
    return error("E201", message, span, help=help, fix=Fix(help, (Edit(span, text),)))


def setting_with(name: str) -> str | None:
    """A setting that takes this option or initialiser: ``pad`` for ``same``."""
    if name in INITS:
        return "init"
    every = ((s, hint) for layer in layers().values() for s, hint in hints(layer).items())
    return next((setting for setting, hint in every if name in options(hint)), None)


def with_translation(
    diagnostic: Diagnostic, text: str, why: str, call: Span, file: FileNames
) -> Diagnostic:
    """The error for a foreign word, with a fix that writes ``text`` for its call. ``why`` says why
    the translation has fewer arguments, or, if ``text`` is empty, why there is none."""
    help = (*diagnostic.help, why) if why not in ("", *diagnostic.help) else diagnostic.help
    edits = (Edit(call, text), *_block_for(text, file))
    title = f"write `{text}`" + (", and its block" if len(edits) > 1 else "")
    return diagnostic.replace(help=help, fix=Fix(title, edits) if text else None)


def _block_for(text: str, file: FileNames) -> tuple[Edit, ...]:
    """The edit that adds the block that a translation calls to the end of the file, if the file
    does not have it."""
    word = text.partition("(")[0]
    if word not in BLOCKS or word in file.names:
        return ()
    end = len(file.source.text)
    return (Edit(Span(file.source, end, end), f"\n{BLOCKS[word]}"),)


def not_imported(name: str, line: str, span: Span, source: Source) -> Diagnostic:
    help = f"begin the file with `{line}`"
    fix = Fix(help, (Edit(Span(source, 0, 0), f"{line}\n"),))
    return _unknown(name, span, help, fix)


def _unknown(name: str, span: Span, help: str, fix: Fix | None) -> Diagnostic:
    message = f"`{name}` is not known here"
    return error("E201", message, span, help=help, fix=fix).replace(unknown=name)


def _written(word: str | None, span: Span) -> Fix | None:
    return Fix(f"write `{word}`", (Edit(span, word),)) if word else None
