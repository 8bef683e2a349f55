"""Errors in labels and shares: what cannot have one, and two with one name."""

from __future__ import annotations

from collections.abc import Sequence

from ...grammar import syntax
from ...grammar.diagnostics import Diagnostic, Label
from ...grammar.source import Span
from ...grammar.wording import listing
from ..builder import Draft
from ..reserved import refusal
from ..values import Data, Family, Shared, describe
from . import error
from .shapes import label_help


def no_name(word: str, span: Span | None) -> Diagnostic:
    return error(
        "E221",
        f"`{word}` needs a label: it has no other name",
        span,
        notes=["a checkpoint stores it under its label"],
        help=label_help(word, span),
    )


def no_path(path: str, span: Span) -> Diagnostic:
    shown = path.replace("\n", "\\n").replace("\t", "\\t")
    return error(
        "E221",
        f'"{shown}" is not a module path',
        span,
        help="a path has names with dots between them; a name is not empty, and its characters "
        "can be printed",
    )


def no_number(index: Data, span: Span) -> Diagnostic:
    message = f"the number in a label is a whole number from 0 on, and this is {describe(index)}"
    return error("E221", message, span)


def not_labelled(value: Data, span: Span) -> Diagnostic:
    return error(
        "E221",
        f"{describe(value)} cannot have a label",
        span,
        help="labels name layers, groups and tensors",
    )


def no_position(span: Span) -> Diagnostic:
    return error(
        "E221",
        "`as _` names a group by its position, and nothing here has a position",
        span,
        help="give it a label, or make it the only thing in its block",
    )


def shares_network(value: Data, statement: syntax.Share) -> Diagnostic:
    return error(
        "E217",
        f"`share` names a network, and this is {describe(value)}",
        statement.value.span,
        help=f"`{statement.name} = ...` names numbers and tensors",
    )


def shared_twice(name: str, span: Span, first: Span) -> Diagnostic:
    return error(
        "E208",
        f"`share {name}` is declared twice in this scope",
        span,
        labels=[Label(first, "the first time")] if first != span else [],
        help=["give one of them another name"] if first != span else _in_a_loop(name),
    )


def _in_a_loop(name: str) -> list[str]:
    """The help for a share that a loop declares in each turn."""
    base = name.partition("[")[0]
    each = f"`share {base}[i] = ...` makes one for each turn of a loop over `i`"
    if base != name:
        return [each]
    once = f"before the loop, `share {base} = ...` makes one instance for all its turns"
    return [once, each, f"`block {base} = ...` makes new weights at each use"]


def family_alone(family: Family, span: Span) -> Diagnostic:
    name = family.name
    return error(
        "E217",
        f"`{name}` is a family of shares, and each use takes one of them",
        span,
        help=f"`{name}[{next(iter(family.members), 0)}]` is a member",
    )


def no_member(family: Family, index: Data, span: Span) -> Diagnostic:
    name, members = family.name, sorted(family.members)
    if not isinstance(index, int) or isinstance(index, bool):
        message = f"a member of `{name}` is named by one whole number"
    else:
        message = f"`{name}` has no member {index}"
    return error("E217", message, span, help=f"it has {listing([f'{name}[{i}]' for i in members])}")


def share_in_file(statement: syntax.Share) -> Diagnostic:
    name = statement.name
    return error(
        "E217",
        f"`share {name}[...]` is outside of a block or net",
        statement.name_span,
        help=f"declare the family in a body; in the file, `share {name}0 = ...` names one share",
    )


def share_differs(network: Shared, first: Draft, draft: Draft, what: str, span: Span) -> Diagnostic:
    """``what``: the weights or the operations that differ between the calls."""
    return error(
        "E309",
        f"`{network.name}` is one instance, and this input needs different {what}",
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
    """Two modules with one path, or one inside the path of another. ``repeats`` are the repeats
    around the module: the counting variable of a loop, None for ``*``."""
    message = f"two modules are called `{path}` here"
    if other != path:
        outer, inner = sorted((path, other), key=len)
        message = f"`{outer}` is already a module, and `{inner}` would be inside it"
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
            "label the repeat, so that each copy has a name of its own: `(...) * 3 as layer`",
            f'or number the label: `for i in range(3) {{ ... as "{path}{{i}}" }}`',
        ]
    return [f'number the label in a repeated body: `as "{path}{{{variable}}}"`']
