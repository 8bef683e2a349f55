"""Labels and shares: what cannot have one, and two of one name."""

from __future__ import annotations

from collections.abc import Sequence

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Label
from ...grammar.source import Span
from ..builder import Draft
from ..reserved import refusal
from ..values import Data, Shared, describe
from . import error
from .shapes import label_help


def no_name(word: str, span: Span | None) -> Diagnostic:
    return error(
        "E221",
        f"`{word}` has no name without a label",
        span,
        notes=["a checkpoint holds it under its label"],
        help=label_help(word, span),
    )


def no_path(path: str, span: Span) -> Diagnostic:
    return error(
        "E221",
        f'"{path}" is no module path',
        span,
        help="letters, digits and `_`, with dots between",
    )


def no_number(index: Data, span: Span) -> Diagnostic:
    message = f"a label counts with whole numbers from 0 on, not with {describe(index)}"
    return error("E221", message, span)


def not_labelled(value: Data, span: Span) -> Diagnostic:
    return error(
        "E221",
        f"a label on {describe(value)}",
        span,
        help="labels name layers, groups and tensors",
    )


def no_position(span: Span) -> Diagnostic:
    return error(
        "E221",
        "`as _` names a group by where it stands, and here are no positions",
        span,
        help="give it a label, or make it the whole of its block",
    )


def shares_network(value: Data, statement: syntax.Share) -> Diagnostic:
    return error(
        "E217",
        f"`share` names a network, this is {describe(value)}",
        statement.value.span,
        help=f"`{statement.name} = ...` names numbers and tensors",
    )


def shared_twice(name: str, span: Span, first: Span) -> Diagnostic:
    return error(
        "E208",
        f"`share {name}` a second time in this scope",
        span,
        labels=[Label(first, "the first time")] if first != span else [],
        help=["give one of them another name"]
        if first != span
        else [
            f"before the loop it is one instance for all its turns: `share {name} = ...`",
            f"`block {name} = ...` makes new weights at each use",
        ],
    )


def share_differs(network: Shared, first: Draft, draft: Draft, what: str, span: Span) -> Diagnostic:
    """``what`` another call needs."""
    return error(
        "E309",
        f"`{network.name}` is one instance, and this input needs other {what}",
        span,
        detail=f"got {', '.join(map(str, draft.takes))}",
        labels=[Label(first.span, f"made for {', '.join(map(str, first.takes))}")]
        if first.span
        else [],
        help="`block` makes new weights at each use",
    )


def reserved(name: str, span: Span) -> Diagnostic:
    message, help = refusal(name)
    return error("E221", message, span, help=help)


def taken(
    path: str, span: Span | None, other: str, at: Span | None, repeats: Sequence[str | None]
) -> Diagnostic:
    """A module path that is there already, or leads on from one that is. ``repeats`` are those
    around: a loop's counting variable, None for ``*``."""
    message = f"two modules are called `{path}` here"
    if other != path:
        outer, inner = sorted((path, other), key=len)
        message = f"`{outer}` is a module already, and `{inner}` would be inside it"
    return error(
        "E208",
        message,
        span,
        detail="the second one",
        labels=[Label(at, "the first one")] if at is not None and at != span else [],
        help=_another_label(path, repeats),
    )


def _another_label(path: str, repeats: Sequence[str | None]) -> list[str]:
    if not repeats:
        return ["give one of them another label"]
    variable = repeats[-1]
    if variable is None:
        return [
            "label the repeat, and its copies are scopes: `(...) * 3 as layer`",
            f'or number the label: `for i in range(3) {{ ... as "{path}{{i}}" }}`',
        ]
    return [f'in a repeated body number it: `as "{path}{{{variable}}}"`']
