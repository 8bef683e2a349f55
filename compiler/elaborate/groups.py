"""Labelled groups, and calls of graphs: scopes are opened and closed here."""

from __future__ import annotations

from ...grammar.source import Span
from .. import advice
from ..builder import Builder, Draft, Waiting
from ..values import Data, NetworkValue, Tensor, unknown_in
from .elaborator import Elaborator
from .failures import fail_inside
from .naming import MEMBERS, UNNAMED, Naming, is_many, is_named_by_label
from .results import all_tensors, main_tensors, rebuilt
from .scopes import add_draft, brought, is_numbered, name_module, outside, pass_outers, release


def apply_group(
    el: Elaborator,
    network: NetworkValue,
    inputs: list[Tensor],
    span: Span,
    naming: Naming,
    held: Builder | None = None,
) -> Data:
    group = open_group(el, naming, span) if held is None else _adopt(el, held)
    members = MEMBERS if is_many(network) else UNNAMED
    apart = bool(el.repeats) and el.repeats[-1] is None  # copies take one another's results
    with el.building(group):
        inner = [group.pipe(outside(el, t, group), apart=apart) for t in inputs]
        value = el.rules.apply[type(network)](el, network, inner, span, members)
    release(el, group)
    return close_group(el, group, value, naming, span)


def open_group(el: Elaborator, naming: Naming, span: Span) -> Builder:
    share = naming.share.name if naming.share is not None else ""
    path = naming.label or naming.word or share or "group"
    name = path.rsplit(".", 1)[-1]
    return Builder("group", name, el.builder, path=path, numbered=True, span=span)


def close_group(el: Elaborator, group: Builder, value: Data, naming: Naming, span: Span) -> Data:
    if unknown_in(value):
        return fail_inside(el, group, naming, group.name, span)
    return call_graph(el, group, value, naming, group.name, span)


def _adopt(el: Elaborator, group: Builder) -> Builder:
    """Moves a waiting group into the current scope; its nodes wait for their numbers."""
    el.held.remove(group)
    outers = [(key, draft, brought(el, outer)) for key, (draft, outer) in group.captured.items()]
    group.parent = el.builder
    group.captured = {
        (outer.identity if key[1] >= 0 else key): (draft, outer) for key, draft, outer in outers
    }
    group.forget(path for d in group.drafts if is_numbered(d) for path in d.labels())
    group.position, group.waiting = 0, Waiting(list(group.drafts))
    return group


def call_graph(
    el: Elaborator, child: Builder, value: Data, naming: Naming, word: str, span: Span
) -> Data:
    """Closes a scope whose result is ``value`` (of its tensors), and calls it here."""
    with el.building(child):
        inner = [brought(el, t) for t in all_tensors(value)]
    check_labels(el, child)
    child.close()
    outer = {id(draft): tensor for draft, tensor in child.captured.values()}
    call = add_draft(
        el,
        [outer[id(i)] for i in child.inputs],
        [t.type for t in inner],
        span,
        child=child,
        results=inner,
    )
    child.site = child.site or call
    pass_outers(el, child)
    name_module(el, call, naming, word)
    return called(call, value)


def called(call: Draft, value: Data) -> Data:
    """The results of a call, with the structure of its graph's ``value``."""
    made = rebuilt(value, iter(call.tensors()))
    call.main = tuple(t.index for t in main_tensors(made))
    return made


def check_labels(el: Elaborator, scope: Builder) -> None:
    """Reports parameters without a label: they have no other name."""
    for draft in scope.drafts:
        if draft.layer is not None and not draft.label and is_named_by_label(draft.layer):
            el.report(advice.labels.no_name(draft.layer.word, draft.span))
